"""Brings a database up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from warehouse.tables import metadata

__all__ = ["configuration", "differences", "downgrade", "revise", "upgrade"]

_LOCK = 7_244_151_090_281_905
"""Names the advisory lock on PostgreSQL: of several starting servers one migrates, the others wait."""


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration; no file is needed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Applies the steps that are missing."""
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, revision)


async def downgrade(engine: AsyncEngine, revision: str = "base") -> None:
    """Takes steps back."""
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), revision))


async def differences(engine: AsyncEngine) -> list[object]:
    """What the tables in the database lack, or have too much, compared with the code."""
    async with engine.connect() as connection:
        return await connection.run_sync(_differences)


def _upgrade(connection: Connection, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    config = configuration(connection)
    heads = ScriptDirectory.from_config(config).get_heads()
    if revision != "head" or set(MigrationContext.configure(connection).get_current_heads()) != set(heads):
        command.upgrade(config, revision)


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def revise(engine: AsyncEngine, message: str) -> None:
    """Writes a new step from the differences between the code and an up-to-date database."""
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.revision(configuration(sync), message, autogenerate=True))
