"""The unit of work: what a handler or job may use, committed as a whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from warehouse.platform.audit import AuditTrail
from warehouse.platform.clock import Clock
from warehouse.platform.database import Database
from warehouse.platform.outbox import Outbox
from warehouse.platform.pagination import Cursors
from warehouse.platform.passwords import Passwords
from warehouse.platform.request import RequestContext
from warehouse.platform.settings import Settings
from warehouse.platform.tokens import AccessTokens

__all__ = ["Scope", "Units"]


@dataclass(slots=True, kw_only=True)
class Scope:
    """One unit of work. Left normally it is committed, before the first byte of the answer is sent."""

    session: AsyncSession
    request: RequestContext
    settings: Settings
    clock: Clock
    cursors: Cursors
    passwords: Passwords
    tokens: AccessTokens
    jobs: Outbox
    audit: AuditTrail
    reading: Callable[[], AsyncSession]
    """Opens a session beside the unit of work, for what is read before slow work that must not hold a transaction."""
    _actions: list[Callable[[], None]] = field(default_factory=list)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Runs ``action`` once the change is committed; never if it is not."""
        self._actions.append(action)

    def committed(self) -> None:
        """Runs what waits for the commit."""
        self.jobs.committed()
        for action in self._actions:
            action()


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Opens units of work; holds what all of them share."""

    database: Database
    settings: Settings
    clock: Clock
    cursors: Cursors
    passwords: Passwords
    tokens: AccessTokens
    wake: Callable[[datetime], None]

    @asynccontextmanager
    async def open(self, request: RequestContext, *, write: bool = True) -> AsyncIterator[Scope]:
        """A unit of work. It takes a connection when it first needs one.

        ``write=False`` for reading only: such units run side by side even on SQLite.
        """
        session = self.database.session(write=write)
        scope = Scope(
            session=session,
            request=request,
            settings=self.settings,
            clock=self.clock,
            cursors=self.cursors,
            passwords=self.passwords,
            tokens=self.tokens,
            jobs=Outbox(session, self.clock, self.wake),
            audit=AuditTrail(session, request, self.clock),
            reading=lambda: self.database.session(write=False),
        )
        async with session:
            yield scope
            await session.commit()
        scope.committed()
