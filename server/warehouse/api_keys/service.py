"""What can be done with API keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from warehouse.api_keys import repository
from warehouse.api_keys.tables import ApiKeyRow
from warehouse.contract.problems import InsufficientScope, LimitReached, NotFound
from warehouse.platform.clock import utc
from warehouse.platform.identity import WarehouseCaller
from warehouse.platform.ids import new_id
from warehouse.platform.scope import Scope
from warehouse.platform.tokens import digest, new_secret
from warehouse.users import repository as users

__all__ = ["LIMIT", "create", "revoke"]

LIMIT = 1000
"""How many keys an account may hold."""
_PREFIX = "wh_"


async def create(
    scope: Scope, caller: WarehouseCaller, *, name: str, scopes: list[str], expires_at: datetime | None
) -> tuple[ApiKeyRow, str]:
    """Makes a key; gives it with its secret, which is not kept.

    Raises:
        InsufficientScope: the caller lacks one of the scopes.
        LimitReached: the account holds as many keys as it may.
    """
    lacking = sorted(set(scopes) - caller.scopes)
    if lacking:
        raise InsufficientScope(f"You lack the scope {' '.join(lacking)} yourself.", required_scopes=lacking)
    await users.by_id(scope.session, caller.user_id, lock=True)  # so that two at once cannot exceed the limit
    if await repository.count(scope.session, caller.user_id) >= LIMIT:
        raise LimitReached(f"An account may hold {LIMIT} keys. Revoke one first.", limit=LIMIT)
    secret = new_secret(_PREFIX, size=24)
    key = ApiKeyRow(
        id=new_id(),
        user_id=caller.user_id,
        name=name,
        prefix=secret[:8],
        digest=digest(secret),
        scopes=scopes,
        expires_at=None if expires_at is None else utc(expires_at),
        last_used_at=None,
        revoked_at=None,
        created_at=scope.clock.now(),
    )
    scope.session.add(key)
    scope.audit.record("api_key.created", str(key.id), scopes=" ".join(scopes))
    await scope.session.flush()
    return key, secret


async def revoke(scope: Scope, caller: WarehouseCaller, key_id: UUID) -> None:
    """Revokes one of the caller's keys.

    Raises:
        NotFound: the caller has no such key in force.
    """
    if not await repository.revoke(scope.session, caller.user_id, key_id, scope.clock.now()):
        raise NotFound(f"You have no API key {key_id}.", resource="api_key")
    scope.audit.record("api_key.revoked", str(key_id))
