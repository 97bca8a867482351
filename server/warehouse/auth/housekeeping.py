"""Removes sessions that are over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from warehouse.auth.tables import SessionRow
from warehouse.platform.scope import Scope

__all__ = ["tidy"]

_KEPT = timedelta(days=1)
"""Longer than any access token lives."""


async def tidy(scope: Scope) -> None:
    """Removes sessions whose newest refresh token has ended, with all their refresh tokens."""
    await scope.session.execute(delete(SessionRow).where(SessionRow.expires_at < scope.clock.now() - _KEPT))
