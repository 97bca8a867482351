"""Tables of sessions and their refresh tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.database import Base

__all__ = ["RefreshTokenRow", "SessionRow"]


class SessionRow(Base):
    """A sign-in and everything that follows from it. Its tokens are good until ``ended_at`` is set."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """When the newest refresh token ends."""
    refresh_revoked_at: Mapped[datetime | None]
    """When refreshing was forbidden while access tokens run out, as after a change of the password."""
    ended_at: Mapped[datetime | None]


class RefreshTokenRow(Base):
    """A refresh token, as its hash. Spent ones are kept to recognise a second use."""

    __tablename__ = "refresh_tokens"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
