"""The database: one set of tables, SQLite embedded or PostgreSQL, the same code on both.

Reads run in autocommit on both: each statement sees what is committed, and two round trips are spared.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, MetaData, String, TypeDecorator, Uuid, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import QueuePool

from warehouse.platform.clock import utc
from warehouse.platform.sqlite import reading_engine, writing_engine

__all__ = ["Base", "Cents", "Database", "UtcDateTime", "upsert"]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database.

    Binding a value without a zone raises ValueError: it would mean another moment on another machine.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Moves the moment to UTC; SQLite has no zones and gets the bare figures."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        moment = utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - fixed by the caller
        """Gives the moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Cents(TypeDecorator[Decimal]):
    """An amount with two decimal places, kept as a whole number so that no digit is lost and sums are exact."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - fixed by the caller
        """The amount in hundredths.

        Raises:
            ValueError: the amount has more than two decimal places.
        """
        if value is None:
            return None
        hundredths = value.scaleb(2)
        if hundredths != hundredths.to_integral_value():
            raise ValueError(f"{value} has more than two decimal places")
        return int(hundredths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - fixed by the caller
        """The amount with its two places."""
        return None if value is None else Decimal(value).scaleb(-2)


class Base(DeclarativeBase):
    """All tables of the service. Constraints have names that follow from what they say, on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[Mapping[Any, Any]] = {
        datetime: UtcDateTime,
        UUID: Uuid(),
        int: BigInteger,
        str: String,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
    }


class Database:
    """The engines of one database. ``close`` it when the service stops.

    ``patience`` in seconds is how long a request waits for a connection or a lock before it is answered with 503.
    """

    def __init__(self, url: str, *, readers: int = 4, connections: int = 10, patience: float = 5.0) -> None:
        self.url = make_url(url)
        self.is_embedded = self.url.get_backend_name() == "sqlite"
        if self.is_embedded:
            self._writing = writing_engine(self.url, patience)
            self._reading = reading_engine(self.url, readers, patience)
        else:
            self._writing = _postgresql(self.url, connections, patience)
            self._reading = self._writing.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def engine(self) -> AsyncEngine:
        """The engine for changes, for migrations and jobs."""
        return self._writing

    def connections_used(self) -> float:
        """How many connections are in use at the moment."""
        pools = {id(engine.pool): engine.pool for engine in (self._writing, self._reading)}
        return float(sum(pool.checkedout() for pool in pools.values() if isinstance(pool, QueuePool)))

    def session(self, *, write: bool = True) -> AsyncSession:
        """A session that takes a connection at its first statement."""
        return AsyncSession(self._writing if write else self._reading, expire_on_commit=False)

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for single statements that read; a session would cost more than such a statement."""
        return self._reading.connect()

    async def ping(self) -> None:
        """Asks the database for a sign of life.

        Raises:
            Exception: what ``outages.is_outage`` recognises, when there is none.
        """
        async with self._reading.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Closes all connections."""
        await self._reading.dispose()
        await self._writing.dispose()


async def upsert(session: AsyncSession, table: type[Base], key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Adds a row, or changes the one with that key. Never fails when two do it at once."""
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    statement = insert(table).values(**key, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def _postgresql(url: URL, connections: int, patience: float) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience,
        pool_recycle=1800,
        hide_parameters=True,
        skip_autocommit_rollback=True,
        connect_args={"timeout": patience, "command_timeout": 30, "server_settings": {"lock_timeout": "5s"}},
    )
