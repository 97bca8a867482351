"""Reads and writes accounts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from warehouse.platform.pagination import Page, SortKey, read_page
from warehouse.platform.scope import Scope
from warehouse.users.tables import UserRow

__all__ = ["by_email", "by_id", "note_sign_in", "page", "set_password"]


async def by_id(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> UserRow | None:
    """An account by its id; locked until the transaction ends if asked for."""
    statement = select(UserRow).where(UserRow.id == user_id)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def by_email(session: AsyncSession, email: str) -> UserRow | None:
    """An account by its e-mail address, whatever the case."""
    return (await session.scalars(select(UserRow).where(UserRow.email_key == email.lower()))).one_or_none()


async def note_sign_in(session: AsyncSession, user_id: UUID, now: datetime, renewed_hash: str | None) -> None:
    """Notes when somebody signed in, and keeps a password hash of today's cost if one is given."""
    values = (
        {"last_sign_in_at": now} if renewed_hash is None else {"last_sign_in_at": now, "password_hash": renewed_hash}
    )
    await session.execute(update(UserRow).where(UserRow.id == user_id).values(values))


async def set_password(session: AsyncSession, user_id: UUID, known_hash: str, new_hash: str) -> bool:
    """Replaces a password hash; False if it is not ``known_hash`` any more, because somebody else replaced it."""
    statement = (
        update(UserRow)
        .where(UserRow.id == user_id, UserRow.password_hash == known_hash)
        .values(password_hash=new_hash)
        .returning(UserRow.id)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def page(scope: Scope, cursor: str | None, limit: int) -> Page:
    """Accounts, the newest first."""
    order = (SortKey(UserRow.created_at, descending=True), SortKey(UserRow.id, descending=True))
    return await read_page(scope, select(UserRow), order=order, cursor=cursor, limit=limit, query={"list": "users"})
