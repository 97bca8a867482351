"""Reads and writes API keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from warehouse.api_keys.tables import ApiKeyRow
from warehouse.platform.pagination import Page, SortKey, read_page
from warehouse.platform.scope import Scope
from warehouse.users.tables import UserRow

__all__ = ["Live", "count", "live", "note_use", "page", "revoke", "revoke_all"]


@dataclass(frozen=True, slots=True)
class Live:
    """An API key in force, and what its account may do."""

    id: UUID
    user_id: UUID
    role: str
    scopes: frozenset[str]
    last_used_at: datetime | None


async def live(connection: AsyncConnection, digest: str, now: datetime) -> Live | None:
    """The key with that digest, unless it is revoked, has ended, or its account is closed."""
    statement = (
        select(ApiKeyRow.id, ApiKeyRow.user_id, UserRow.role, ApiKeyRow.scopes, ApiKeyRow.last_used_at)
        .join(UserRow, UserRow.id == ApiKeyRow.user_id)
        .where(
            ApiKeyRow.digest == digest,
            ApiKeyRow.revoked_at.is_(None),
            or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > now),
            UserRow.is_active,
        )
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else Live(row.id, row.user_id, row.role, frozenset(row.scopes), row.last_used_at)


async def note_use(session: AsyncSession, key_id: UUID, now: datetime) -> None:
    """Notes when a key was last used."""
    await session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_at=now))


async def count(session: AsyncSession, user_id: UUID) -> int:
    """How many keys an account holds, revoked ones left out."""
    statement = select(func.count()).where(ApiKeyRow.user_id == user_id, ApiKeyRow.revoked_at.is_(None))
    return (await session.scalars(statement)).one()


async def page(scope: Scope, user_id: UUID, cursor: str | None, limit: int) -> Page:
    """Keys of an account, the newest first, revoked ones left out."""
    statement = select(ApiKeyRow).where(ApiKeyRow.user_id == user_id, ApiKeyRow.revoked_at.is_(None))
    order = (SortKey(ApiKeyRow.created_at, descending=True), SortKey(ApiKeyRow.id, descending=True))
    query = {"list": "api keys", "user": str(user_id)}
    return await read_page(scope, statement, order=order, cursor=cursor, limit=limit, query=query)


async def revoke(session: AsyncSession, user_id: UUID, key_id: UUID, now: datetime) -> bool:
    """Revokes a key of an account; False if there is none in force with that id."""
    statement = (
        update(ApiKeyRow)
        .where(ApiKeyRow.id == key_id, ApiKeyRow.user_id == user_id, ApiKeyRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiKeyRow.id)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def revoke_all(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """Revokes all keys of an account."""
    await session.execute(
        update(ApiKeyRow).where(ApiKeyRow.user_id == user_id, ApiKeyRow.revoked_at.is_(None)).values(revoked_at=now)
    )
