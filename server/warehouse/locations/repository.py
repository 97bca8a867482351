"""Reads and writes locations."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from warehouse.locations.tables import LocationRow
from warehouse.platform.pagination import Page, SortKey, read_page
from warehouse.platform.scope import Scope

__all__ = ["default", "live", "page"]


async def live(
    session: AsyncSession, location_id: UUID, *, lock: bool = False, share: bool = False
) -> LocationRow | None:
    """A location that is not deleted; ``lock`` it to change it, ``share`` the lock to keep it from being deleted."""
    statement = select(LocationRow).where(LocationRow.id == location_id, LocationRow.deleted_at.is_(None))
    if lock or share:
        statement = statement.with_for_update(read=share)
    return (await session.scalars(statement)).one_or_none()


async def default(session: AsyncSession) -> LocationRow | None:
    """The location that stock changes use if they name none."""
    return (await session.scalars(select(LocationRow).where(LocationRow.is_default))).one_or_none()


async def page(scope: Scope, cursor: str | None, limit: int) -> Page:
    """Locations by their code, deleted ones left out."""
    statement = select(LocationRow).where(LocationRow.deleted_at.is_(None))
    order = (SortKey(LocationRow.code),)
    return await read_page(scope, statement, order=order, cursor=cursor, limit=limit, query={"list": "locations"})
