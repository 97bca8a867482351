"""Removes what is no longer needed, a little at a time, all the time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import delete

from warehouse.platform.audit import AuditEventRow
from warehouse.platform.idempotency import IdempotencyKeyRow
from warehouse.platform.outbox import JobRow
from warehouse.platform.request import SYSTEM
from warehouse.platform.scope import Scope, Units

__all__ = ["AUDIT_KEPT", "Housekeeping", "Tidy", "tidy_platform"]

_log = structlog.get_logger(__name__)
AUDIT_KEPT = timedelta(days=366)
_JOBS_KEPT = timedelta(days=7)

Tidy = Callable[[Scope], Awaitable[None]]
"""Removes what one domain no longer needs. Each runs in a transaction of its own."""


class Housekeeping:
    """Runs all duties every ``pause`` seconds while the service runs."""

    def __init__(self, units: Units, duties: Sequence[Tidy], *, pause: float = 3600.0) -> None:
        self._units = units
        self._duties = duties
        self._pause = pause
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, in the background."""
        self._task = asyncio.create_task(self._run(), name="housekeeping")

    async def stop(self) -> None:
        """Ends; what is under way is rolled back."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def tidy(self) -> None:
        """Does every duty once."""
        for duty in self._duties:
            async with self._units.open(SYSTEM) as scope:
                await duty(scope)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                await self.tidy()
            except Exception:  # noqa: BLE001 - it outlives every outage
                _log.exception("housekeeping failed, trying again later")


async def tidy_platform(scope: Scope) -> None:
    """Removes answers kept for repeats, finished jobs and old audit events."""
    now = scope.clock.now()
    await scope.session.execute(delete(IdempotencyKeyRow).where(IdempotencyKeyRow.expires_at <= now))
    await scope.session.execute(delete(JobRow).where(JobRow.finished_at < now - _JOBS_KEPT))
    await scope.session.execute(delete(AuditEventRow).where(AuditEventRow.created_at < now - AUDIT_KEPT))
