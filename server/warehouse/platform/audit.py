"""The audit trail: who did what, written in the same transaction as the deed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.clock import Clock
from warehouse.platform.database import Base
from warehouse.platform.ids import new_id
from warehouse.platform.request import RequestContext

__all__ = ["AuditEventRow", "AuditTrail"]

_DETAIL = 500
_SUBJECT = 200


class AuditEventRow(Base):
    """One deed. Rows are only ever added."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "actor_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[UUID | None]
    subject: Mapped[str] = mapped_column(String(_SUBJECT))
    remote_address: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, str]]
    created_at: Mapped[datetime]


class AuditTrail:
    """Adds to the trail on behalf of one request."""

    def __init__(self, session: AsyncSession, request: RequestContext, clock: Clock) -> None:
        self._session = session
        self._request = request
        self._clock = clock

    def record(self, action: str, subject: str, *, actor_id: UUID | None = None, **details: str) -> None:
        """Notes that ``action`` was done to ``subject``, by the caller unless ``actor_id`` says otherwise.

        ``details`` hold at most 500 characters each; longer ones are cut. Never pass a secret.
        """
        caller = self._request.caller
        self._session.add(
            AuditEventRow(
                id=new_id(),
                action=action,
                actor_id=actor_id or (None if caller is None else caller.user_id),
                subject=subject[:_SUBJECT],
                remote_address=self._request.remote_address,
                details={name: text[:_DETAIL] for name, text in details.items()},
                created_at=self._clock.now(),
            )
        )
