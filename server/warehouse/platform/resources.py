"""What one instance of the service holds: made without touching anything, then opened and closed in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import httpx2
import structlog

from warehouse.platform.clock import Clock
from warehouse.platform.database import Database
from warehouse.platform.dbos_runner import DbosRunner, job_database_url
from warehouse.platform.health import Health
from warehouse.platform.housekeeping import Housekeeping, Tidy
from warehouse.platform.inline_runner import InlineRunner
from warehouse.platform.jobs import JobExecution, JobRegistry, Runner
from warehouse.platform.metrics import Metrics
from warehouse.platform.middleware.rate_limit import KnownKeys
from warehouse.platform.pagination import Cursors
from warehouse.platform.passwords import Passwords
from warehouse.platform.quotas import Quotas
from warehouse.platform.relay import Relay
from warehouse.platform.scope import Units
from warehouse.platform.settings import Settings
from warehouse.platform.tokens import AccessTokens

__all__ = ["Resources"]

_log = structlog.get_logger(__name__)
Prepare = Callable[["Resources"], Awaitable[None]]


class Resources:
    """What handlers, middlewares and jobs share. Nothing is connected before ``open``."""

    def __init__(self, settings: Settings, clock: Clock, registry: JobRegistry, duties: Sequence[Tidy]) -> None:
        secret = settings.secret_key.get_secret_value()
        self.settings = settings
        self.clock = clock
        self.registry = registry
        self.duties = duties
        self.database = Database(
            settings.database_url, connections=settings.database_connections, patience=settings.database_patience
        )
        self.tokens = AccessTokens(secret, clock, timedelta(seconds=settings.access_token_seconds))
        self.passwords = Passwords(
            memory_kib=settings.password_memory_kib,
            passes=settings.password_passes,
            threads=settings.password_threads,
        )
        self.quotas = Quotas(settings.rate_limit_storage, settings.rate_limits)
        self.known_keys = KnownKeys()
        self.relay = Relay(self.database, clock)
        self.units = Units(
            database=self.database,
            settings=settings,
            clock=clock,
            cursors=Cursors(secret, clock, settings.cursor_lifetime),
            passwords=self.passwords,
            tokens=self.tokens,
            wake=self.relay.wake,
        )
        self.runner = _runner(settings)
        self.health = Health(self.database)
        self.metrics = Metrics()
        self.metrics.watch("database_connections_used", "Connections in use.", self.database.connections_used)

    @asynccontextmanager
    async def open(self, prepare: Prepare) -> AsyncIterator[None]:
        """Opens everything; ``prepare`` brings the database up to date before anybody uses it.

        Closes in the reverse order. What does not close in time is left behind with a line in the log.
        """
        self.health.is_draining = False
        async with AsyncExitStack() as stack:
            self._closing(stack, "database", self.database.close)
            self._closing(stack, "passwords", _soon(self.passwords.close))
            await prepare(self)
            http = httpx2.AsyncClient(follow_redirects=False, timeout=self.settings.webhook_patience_seconds)
            self._closing(stack, "http client", http.aclose)
            execution = JobExecution(
                registry=self.registry,
                settings=self.settings,
                clock=self.clock,
                http=http,
                units=self.units,
                metrics=self.metrics,
            )
            await self.runner.start(execution)
            self._closing(stack, "jobs", lambda: self.runner.stop(self.settings.close_seconds))
            if self.settings.job_runner != "inline":
                self.relay.start(self.runner)
                self._closing(stack, "outbox relay", self.relay.stop)
            housekeeping = Housekeeping(self.units, self.duties)
            housekeeping.start()
            self._closing(stack, "housekeeping", housekeeping.stop)
            yield
            self.health.is_draining = True

    def _closing(self, stack: AsyncExitStack, name: str, close: Callable[[], Awaitable[None]]) -> None:
        async def close_in_time() -> None:
            try:
                async with asyncio.timeout(self.settings.close_seconds + 1):
                    await close()
            except TimeoutError:
                _log.warning("resource did not close in time", resource=name)

        stack.push_async_callback(close_in_time)


def _soon(close: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def closing() -> None:
        close()

    return closing


def _runner(settings: Settings) -> Runner:
    if settings.job_runner == "inline":
        return InlineRunner()
    return DbosRunner(job_database_url(settings), instance=settings.instance, concurrency=settings.job_concurrency)
