"""The outbox: jobs written in the same transaction as the change that asks for them.

A job exists exactly if its change was committed. A relay hands the rows to a runner, which names the execution by the
row's id, so that a crash between the two neither loses nor doubles a job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.clock import Clock
from warehouse.platform.database import Base
from warehouse.platform.ids import new_id

__all__ = ["JobRow", "Outbox"]


class JobRow(Base):
    """A job, due at ``run_at``. ``handed_over_at`` is set once a runner has it, ``finished_at`` once it is done."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "handed_over_at", "run_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[datetime]
    created_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    """Why the job was given up; None while it may still succeed."""


class Outbox:
    """Takes jobs on behalf of one unit of work."""

    def __init__(self, session: AsyncSession, clock: Clock, wake: Callable[[datetime], None]) -> None:
        self._session = session
        self._clock = clock
        self._wake = wake
        self.times: list[datetime] = []
        """When the jobs of this unit of work are due; the relay is told after the commit."""

    def enqueue(self, kind: str, payload: Mapping[str, Any], *, run_at: datetime | None = None) -> UUID:
        """Asks for a job once this unit of work is committed, and not before ``run_at``. Gives the job's id."""
        now = self._clock.now()
        row = JobRow(id=new_id(), kind=kind, payload=dict(payload), run_at=run_at or now, created_at=now)
        self._session.add(row)
        self.times.append(row.run_at)
        return row.id

    def committed(self) -> None:
        """Tells the relay what is due. Called after the commit."""
        for time in self.times:
            self._wake(time)
