"""Reads and writes sessions and refresh tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from warehouse.auth.tables import RefreshTokenRow, SessionRow
from warehouse.users.tables import UserRow

__all__ = ["Live", "end", "end_all", "live", "revoke_refreshing", "session_of", "spend"]


@dataclass(frozen=True, slots=True)
class Live:
    """A session that has not ended, and what its account may do."""

    user_id: UUID
    role: str


async def live(connection: AsyncConnection, session_id: UUID) -> Live | None:
    """The session, if neither it nor its account has ended."""
    statement = (
        select(UserRow.id, UserRow.role)
        .join(SessionRow, SessionRow.user_id == UserRow.id)
        .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None), UserRow.is_active)
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else Live(row.id, row.role)


async def session_of(session: AsyncSession, digest: str) -> UUID | None:
    """The session that a refresh token belongs to, whether it is spent or not."""
    statement = select(RefreshTokenRow.session_id).where(RefreshTokenRow.digest == digest)
    return (await session.scalars(statement)).one_or_none()


async def spend(session: AsyncSession, digest: str, now: datetime) -> bool:
    """Marks a refresh token as used; False if it was used before. Of two callers at once, one gets True."""
    statement = (
        update(RefreshTokenRow)
        .where(RefreshTokenRow.digest == digest, RefreshTokenRow.used_at.is_(None))
        .values(used_at=now)
        .returning(RefreshTokenRow.digest)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def end(session: AsyncSession, session_id: UUID, now: datetime) -> None:
    """Ends a session: none of its tokens is good any more."""
    await session.execute(
        update(SessionRow).where(SessionRow.id == session_id, SessionRow.ended_at.is_(None)).values(ended_at=now)
    )


async def end_all(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """Ends all sessions of an account."""
    await session.execute(
        update(SessionRow).where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None)).values(ended_at=now)
    )


async def revoke_refreshing(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """Stops the refresh tokens of an account; its access tokens run out by themselves."""
    await session.execute(
        update(SessionRow)
        .where(SessionRow.user_id == user_id, SessionRow.refresh_revoked_at.is_(None))
        .values(refresh_revoked_at=now)
    )
