"""Who a credential belongs to."""

from __future__ import annotations

from datetime import timedelta

from warehouse.api_keys import repository as api_keys
from warehouse.auth import repository as sessions
from warehouse.contract.wiring import Operation
from warehouse.platform.clock import Clock
from warehouse.platform.database import Database
from warehouse.platform.identity import WarehouseCaller, scopes_of
from warehouse.platform.middleware.rate_limit import KnownKeys
from warehouse.platform.tokens import AccessTokens, digest

__all__ = ["WarehouseAuthenticator"]

_USE_NOTED_EVERY = timedelta(minutes=1)


class WarehouseAuthenticator:
    """Checks credentials. What a role has lost, its tokens and keys have lost too."""

    def __init__(self, database: Database, tokens: AccessTokens, keys: KnownKeys, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._keys = keys
        self._clock = clock

    async def bearer_auth(self, token: str, *, operation: Operation) -> WarehouseCaller | None:  # noqa: ARG002 - for all alike
        """The caller with an access token; None if it is not good any more."""
        access = self._tokens.read(token)
        if access is None:
            return None
        async with self._database.reading() as connection:
            live = await sessions.live(connection, access.session_id)
        if live is None:
            return None
        scopes = access.scopes & scopes_of(live.role)
        return WarehouseCaller(
            str(live.user_id), scopes, user_id=live.user_id, role=live.role, session_id=access.session_id
        )

    async def api_key_auth(self, key: str, *, operation: Operation) -> WarehouseCaller | None:  # noqa: ARG002 - for all alike
        """The caller with an API key; None if it is not in force."""
        hashed = digest(key)
        now = self._clock.now()
        async with self._database.reading() as connection:
            live = await api_keys.live(connection, hashed, now)
        if live is None:
            return None
        self._keys.add(hashed)
        if live.last_used_at is None or now - live.last_used_at >= _USE_NOTED_EVERY:
            await self._note_use(live)
        scopes = live.scopes & scopes_of(live.role)
        return WarehouseCaller(str(live.user_id), scopes, user_id=live.user_id, role=live.role, api_key_id=live.id)

    async def _note_use(self, live: api_keys.Live) -> None:
        async with self._database.session() as session:
            await api_keys.note_use(session, live.id, self._clock.now())
            await session.commit()
