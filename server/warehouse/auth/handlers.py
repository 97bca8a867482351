"""The operations on tokens."""

from __future__ import annotations

from typing import final

from warehouse.auth import service
from warehouse.contract import models
from warehouse.contract.handlers.auth import AuthHandlers
from warehouse.contract.replies.auth import CreateToken200, RefreshToken200, RevokeToken204
from warehouse.platform.scope import Scope

__all__ = ["Auth"]


@final
class Auth(AuthHandlers):
    """Serves tokens."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def create_token(self, *, body: models.TokenRequest) -> CreateToken200:
        """Signs somebody in."""
        granted = await service.sign_in(self._scope, body.username, body.password, body.scope)
        return CreateToken200(_pair(granted), cache_control="no-store")

    async def refresh_token(self, *, body: models.TokenRefreshRequest) -> RefreshToken200:
        """Exchanges a refresh token."""
        granted = await service.refresh(self._scope, body.refresh_token, body.scope)
        return RefreshToken200(_pair(granted), cache_control="no-store")

    async def revoke_token(self, *, body: models.TokenRevocation) -> RevokeToken204:
        """Signs somebody out."""
        await service.revoke(self._scope, body.token)
        return RevokeToken204()


def _pair(granted: service.Granted) -> models.TokenPair:
    return models.TokenPair(
        access_token=granted.access_token,
        token_type="Bearer",
        expires_in=granted.expires_in,
        refresh_token=granted.refresh_token,
        scope=granted.scope,
    )
