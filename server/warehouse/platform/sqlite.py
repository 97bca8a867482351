"""SQLite as the embedded database: one connection that writes, a few that read, none of which keeps the others waiting.

Each connection lives in a thread of its own, and each statement visits that thread once: execution and rows together,
where the usual adapter goes there four times. That visit is most of what a small statement costs.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

__all__ = ["reading_engine", "writing_engine"]

_CHUNK = 64


def writing_engine(url: URL, patience: float) -> AsyncEngine:
    """One connection. Its transactions take the lock when they begin, so that none fails half-way."""
    engine = _engine(url, size=1, patience=patience, read_only=False)
    event.listen(engine.sync_engine, "begin", _begin_immediately)
    return engine


def reading_engine(url: URL, size: int, patience: float) -> AsyncEngine:
    """``size`` connections in autocommit that refuse to write. Thanks to WAL they never wait for the writer."""
    return _engine(url, size=size, patience=patience, read_only=True)


def _engine(url: URL, *, size: int, patience: float, read_only: bool) -> AsyncEngine:
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True} if read_only else {}
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=patience,
        hide_parameters=True,
        async_creator=partial(_connect, Path(url.database or ":memory:"), patience),
        **options,
    )
    event.listen(engine.sync_engine, "connect", _prepare(patience, read_only=read_only))
    return engine


def _prepare(patience: float, *, read_only: bool) -> Callable[[Any, Any], None]:
    settings = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={round(patience * 1000)}")

    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun by us
        cursor = connection.cursor()
        for setting in (*settings, *(("query_only=ON",) if read_only else ())):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    return prepare


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class _Connection(aiosqlite.Connection):
    """Gives cursors that need one visit, and makes none where there is nothing to end."""

    def cursor(self) -> Any:
        """A cursor for the adapter of SQLAlchemy."""
        return _Cursor(self)

    async def rollback(self) -> None:
        """Ends the transaction, if there is one."""
        if self.in_transaction:
            await super().rollback()

    async def commit(self) -> None:
        """Keeps the transaction, if there is one."""
        if self.in_transaction:
            await super().commit()

    async def visit(self, function: Callable[[sqlite3.Connection], Any]) -> Any:
        """Runs a function in the connection's thread."""
        return await self._execute(function, self._conn)  # type: ignore[no-untyped-call]  # untyped there


class _Cursor:
    """What the adapter expects of a cursor; rows are in memory once a statement has run."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: deque[Any] = deque()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        """Runs a statement and fetches its rows."""
        await self._keep(partial(_run, statement=statement, parameters=parameters))
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Runs a statement for each set of parameters."""
        await self._keep(partial(_run_many, statement=statement, parameters=parameters))
        return self

    async def _keep(self, function: Callable[[sqlite3.Connection], Any]) -> None:
        self.description, self.rowcount, self.lastrowid, rows = await self._connection.visit(function)
        self._rows = deque(rows)

    async def fetchall(self) -> list[Any]:
        """All rows that are left."""
        rows, self._rows = list(self._rows), deque()
        return rows

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows."""
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    async def fetchone(self) -> Any:
        """The next row; None behind the last."""
        return self._rows.popleft() if self._rows else None

    async def close(self) -> None:
        """Forgets the rows; the thread has closed its own cursor long ago."""
        self._rows.clear()


def _run(
    connection: sqlite3.Connection, *, statement: str, parameters: Sequence[Any]
) -> tuple[Any, int, int | None, Any]:
    cursor = connection.execute(statement, parameters)
    rows = cursor.fetchall() if cursor.description else ()
    result = cursor.description, cursor.rowcount, cursor.lastrowid, rows
    cursor.close()
    return result


def _run_many(
    connection: sqlite3.Connection, *, statement: str, parameters: Sequence[Sequence[Any]]
) -> tuple[Any, int, int | None, Any]:
    cursor = connection.executemany(statement, parameters)
    result = cursor.description, cursor.rowcount, cursor.lastrowid, ()
    cursor.close()
    return result


async def _connect(path: Path, patience: float) -> aiosqlite.Connection:
    with suppress(OSError):  # connecting itself then says what is wrong
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    opening = partial(sqlite3.connect, path, timeout=patience, check_same_thread=False)
    connection = _Connection(opening, _CHUNK)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does; else a forgotten connection keeps the process
    return await connection
