"""Jobs: what runs after a request, durably, with retries."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import httpx2
import structlog
from sqlalchemy import update

from warehouse.platform.clock import Clock
from warehouse.platform.metrics import Metrics
from warehouse.platform.outbox import JobRow
from warehouse.platform.request import SYSTEM
from warehouse.platform.scope import Scope, Units
from warehouse.platform.settings import Settings

__all__ = ["Failure", "Job", "JobContext", "JobExecution", "JobHandler", "JobKind", "JobRegistry", "Runner"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the outbox holds it."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a job may use. Each ``scope()`` is a transaction of its own."""

    job_id: UUID
    attempt: int
    """1 for the first attempt."""
    settings: Settings
    clock: Clock
    http: httpx2.AsyncClient
    units: Units

    @asynccontextmanager
    async def scope(self, *, write: bool = True) -> AsyncIterator[Scope]:
        """A unit of work in the name of the system."""
        async with self.units.open(SYSTEM, write=write) as scope:
            yield scope


JobHandler = Callable[[JobContext, Mapping[str, Any]], Awaitable[None]]
"""Does a job. After a crash it may run again: it looks first at what is already done."""
Failure = Callable[[JobContext, Mapping[str, Any], str], Awaitable[None]]
"""Told why a job was given up after its last attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """How jobs of one kind are done."""

    handler: JobHandler
    attempts: int = 5
    on_failure: Failure | None = None


class JobRegistry:
    """The kinds of jobs that this service knows."""

    def __init__(self) -> None:
        self._kinds: dict[str, JobKind] = {}

    def register(self, kind: str, handler: JobHandler, *, attempts: int = 5, on_failure: Failure | None = None) -> None:
        """Makes a kind known.

        Raises:
            ValueError: the kind is known already.
        """
        if kind in self._kinds:
            raise ValueError(f"jobs of kind {kind} are registered twice")
        self._kinds[kind] = JobKind(handler=handler, attempts=attempts, on_failure=on_failure)

    def __getitem__(self, kind: str) -> JobKind:
        """How jobs of that kind are done; KeyError for an unknown kind."""
        return self._kinds[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobExecution:
    """Does jobs, one attempt at a time; a runner decides when."""

    registry: JobRegistry
    settings: Settings
    clock: Clock
    http: httpx2.AsyncClient
    units: Units
    metrics: Metrics

    def attempts(self, kind: str) -> int:
        """How often a job of that kind is tried; 1 for an unknown kind, which then fails with its name."""
        try:
            return self.registry[kind].attempts
        except KeyError:
            return 1

    async def attempt(self, job: Job, number: int) -> None:
        """Tries a job once, and notes it as finished.

        Raises:
            Exception: whatever the handler raised.
        """
        with structlog.contextvars.bound_contextvars(job_id=str(job.id), job_kind=job.kind, attempt=number):
            started = time.perf_counter()
            try:
                await self.registry[job.kind].handler(self._context(job, number), job.payload)
            except Exception:
                self.metrics.attempted(job.kind, "failed", time.perf_counter() - started)
                _log.warning("job attempt failed", exc_info=True)
                raise
            self.metrics.attempted(job.kind, "finished", time.perf_counter() - started)
            await self._finish(job, error=None)
            _log.info("job finished")

    async def give_up(self, job: Job, error: BaseException) -> None:
        """Notes that a job has failed for good, and tells its domain."""
        reason = f"{type(error).__name__}: {error}"
        self.metrics.attempted(job.kind, "given up", 0.0)
        _log.error("job given up", job_id=str(job.id), job_kind=job.kind, reason=reason)
        try:
            on_failure = self.registry[job.kind].on_failure
        except KeyError:
            on_failure = None
        if on_failure is not None:
            await on_failure(self._context(job, 0), job.payload, reason)
        await self._finish(job, error=reason)

    def _context(self, job: Job, attempt: int) -> JobContext:
        return JobContext(
            job_id=job.id,
            attempt=attempt,
            settings=self.settings,
            clock=self.clock,
            http=self.http,
            units=self.units,
        )

    async def _finish(self, job: Job, *, error: str | None) -> None:
        async with self.units.open(SYSTEM) as scope:
            now = self.clock.now()
            await scope.session.execute(
                update(JobRow).where(JobRow.id == job.id).values(finished_at=now, handed_over_at=now, error=error)
            )


class Runner(Protocol):
    """Where jobs run. The port behind which the job library stands."""

    async def start(self, execution: JobExecution) -> None:
        """Gets ready, and takes up what a crash left behind."""
        ...

    async def hand_over(self, job: Job) -> None:
        """Takes a job. Taking the same id twice does it once."""
        ...

    async def stop(self, patience: float) -> None:
        """Waits up to ``patience`` seconds for what runs; the rest is taken up at the next start."""
        ...
