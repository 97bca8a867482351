"""The operations on API keys."""

from __future__ import annotations

from typing import final
from uuid import UUID

from warehouse.api_keys import repository, service
from warehouse.api_keys.tables import ApiKeyRow
from warehouse.contract import models
from warehouse.contract.handlers.api_keys import ApiKeysHandlers
from warehouse.contract.replies.api_keys import CreateApiKey201, ListApiKeys200, RevokeApiKey204
from warehouse.contract.wiring import Caller
from warehouse.platform.identity import known
from warehouse.platform.scope import Scope

__all__ = ["ApiKeys"]


@final
class ApiKeys(ApiKeysHandlers):
    """Serves API keys."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def list_api_keys(self, *, caller: Caller, cursor: str | None, limit: int) -> ListApiKeys200:
        """The caller's keys."""
        page = await repository.page(self._scope, known(caller).user_id, cursor, limit)
        return ListApiKeys200(
            models.ApiKeyPage(items=[_key(row[0]) for row in page.rows], next_cursor=page.next_cursor)
        )

    async def create_api_key(self, *, caller: Caller, body: models.ApiKeyCreate) -> CreateApiKey201:
        """Makes a key."""
        key, secret = await service.create(
            self._scope,
            known(caller),
            name=body.name,
            scopes=[scope.value for scope in body.scopes],
            expires_at=body.expires_at,
        )
        created = models.ApiKeyCreated(key=_key(key), id=key.id, secret=secret)
        return CreateApiKey201(created, cache_control="no-store")

    async def revoke_api_key(self, *, caller: Caller, api_key_id: UUID) -> RevokeApiKey204:
        """Revokes one of the caller's keys."""
        await service.revoke(self._scope, known(caller), api_key_id)
        return RevokeApiKey204()


def _key(row: ApiKeyRow) -> models.ApiKey:
    return models.ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=[models.Scope(scope) for scope in row.scopes],
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        created_at=row.created_at,
    )
