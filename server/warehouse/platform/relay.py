"""Hands the jobs of the outbox to a runner when they are due."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select, update

from warehouse.platform.clock import Clock
from warehouse.platform.database import Database
from warehouse.platform.jobs import Job, Runner
from warehouse.platform.outbox import JobRow

__all__ = ["Relay"]

_log = structlog.get_logger(__name__)
_BATCH = 100


class Relay:
    """Looks for due jobs whenever it is woken, and every ``pause`` seconds for those of other processes."""

    def __init__(self, database: Database, clock: Clock, *, pause: float = 5.0) -> None:
        self._database = database
        self._clock = clock
        self._pause = pause
        self._woken = asyncio.Event()
        self._next: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def wake(self, due: datetime) -> None:
        """Says that a job is due at that time."""
        self._next = due if self._next is None else min(self._next, due)
        self._woken.set()

    def start(self, runner: Runner) -> None:
        """Begins to relay in the background."""
        self._task = asyncio.create_task(self._run(runner), name="outbox relay")

    async def stop(self) -> None:
        """Ends the background task; what is left is relayed at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def relay_due(self, runner: Runner) -> int:
        """Hands over everything that is due; gives the number of jobs."""
        count = 0
        while jobs := await self._due():
            for job in jobs:
                await runner.hand_over(job)
            await self._mark(jobs)
            count += len(jobs)
        return count

    async def _run(self, runner: Runner) -> None:
        while True:
            self._woken.clear()
            if self._next is not None and self._next <= self._clock.now():
                self._next = None
            try:
                await self.relay_due(runner)
            except Exception:  # noqa: BLE001 - the relay outlives every outage
                _log.exception("jobs cannot be handed over, trying again")
                self._woken.clear()
            await self._sleep()

    async def _sleep(self) -> None:
        seconds = self._pause
        if self._next is not None:
            seconds = min(seconds, max(0.0, (self._next - self._clock.now()).total_seconds()))
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _due(self) -> Sequence[Job]:
        statement = (
            select(JobRow.id, JobRow.kind, JobRow.payload)
            .where(JobRow.handed_over_at.is_(None), JobRow.run_at <= self._clock.now())
            .order_by(JobRow.run_at)
            .limit(_BATCH)
        )
        async with self._database.session(write=False) as session:
            return [Job(row.id, row.kind, row.payload) for row in (await session.execute(statement)).all()]

    async def _mark(self, jobs: Sequence[Job]) -> None:
        async with self._database.session() as session:
            await session.execute(
                update(JobRow).where(JobRow.id.in_([job.id for job in jobs])).values(handed_over_at=self._clock.now())
            )
            await session.commit()
