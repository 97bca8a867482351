"""Finds items and keeps what is derived from them (folded names, the index of tags) in step."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from warehouse.items.tables import NAME_KEY_LENGTH, ItemRow, ItemTagRow
from warehouse.platform.pagination import SortKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """What items must meet to be found: every member that is not None, and all of the tags."""

    category: str | None = None
    status: str | None = None
    name: str | None = None
    min_quantity: int | None = None
    max_quantity: int | None = None
    below_reorder_point: bool | None = None
    tags: Sequence[str] = ()

    def identity(self) -> Mapping[str, Any]:
        """Return what tells this query from others, as JSON values."""
        return {
            "category": self.category,
            "status": self.status,
            "name": self.name,
            "min_quantity": self.min_quantity,
            "max_quantity": self.max_quantity,
            "below_reorder_point": self.below_reorder_point,
            "tags": sorted(self.tags),
        }


_SORT_COLUMNS: Mapping[str, InstrumentedAttribute[Any]] = {
    "sku": ItemRow.sku,
    "name": ItemRow.name_key,
    "quantity": ItemRow.quantity,
    "updated_at": ItemRow.updated_at,
}


def order_of(sort: str) -> Sequence[SortKey]:
    """Return the sort keys for a value of the parameter `sort`; ties are broken by SKU in the same direction."""
    descending = sort.startswith("-")
    column = _SORT_COLUMNS[sort.removeprefix("-")]
    by_sku = SortKey(ItemRow.sku, descending=descending)
    if column is _SORT_COLUMNS["sku"]:
        return [by_sku]
    return [SortKey(column, descending=descending), by_sku]


def matching(query: ItemQuery) -> Select[ItemRow]:
    """Return the statement for the items that a query finds."""
    return select(ItemRow).where(*_conditions(query))


def _conditions(query: ItemQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.category is not None:
        conditions.append(ItemRow.category == query.category)
    if query.status is not None:
        conditions.append(ItemRow.status == query.status)
    if query.name is not None:
        conditions.append(ItemRow.name_folded.contains(query.name.casefold(), autoescape=True))
    if query.min_quantity is not None:
        conditions.append(ItemRow.quantity >= query.min_quantity)
    if query.max_quantity is not None:
        conditions.append(ItemRow.quantity <= query.max_quantity)
    if query.below_reorder_point is not None:
        conditions.append(_low() if query.below_reorder_point else _not_low())
    conditions.extend(_tagged(tag) for tag in query.tags)
    return conditions


def _low() -> ColumnElement[bool]:
    return ItemRow.quantity <= ItemRow.reorder_point


def _not_low() -> ColumnElement[bool]:
    return or_(ItemRow.reorder_point.is_(None), ItemRow.quantity > ItemRow.reorder_point)


def _tagged(tag: str) -> ColumnElement[bool]:
    return ItemRow.id.in_(select(ItemTagRow.item_id).where(ItemTagRow.tag == tag))


async def by_sku(session: AsyncSession, sku: str, *, lock: bool = False) -> ItemRow | None:
    """Return an item, locked against other changes if asked for; None if there is none."""
    statement = select(ItemRow).where(ItemRow.sku == sku)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def by_skus(session: AsyncSession, skus: Collection[str]) -> dict[str, ItemRow]:
    """Return the items of these SKUs that exist, locked in the order of their SKUs."""
    statement = select(ItemRow).where(ItemRow.sku.in_(skus)).order_by(ItemRow.sku).with_for_update()
    return {item.sku: item for item in await session.scalars(statement)}


async def count(session: AsyncSession) -> int:
    """Return how many items there are."""
    return await session.scalar(select(func.count()).select_from(ItemRow)) or 0


def rename(item: ItemRow, name: str) -> None:
    """Set the name of an item and what is derived from it."""
    item.name = name
    item.name_folded = name.casefold()
    item.name_key = item.name_folded[:NAME_KEY_LENGTH]


async def index_tags(session: AsyncSession, items: Mapping[UUID, Sequence[str]], *, known: Collection[UUID]) -> None:
    """Make the index of tags say what the items now carry; `known` are those among them that it may hold already."""
    await session.flush()
    if known:
        await session.execute(delete(ItemTagRow).where(ItemTagRow.item_id.in_(known)))
    rows = [{"item_id": item_id, "tag": tag} for item_id, tags in items.items() for tag in tags]
    if rows:
        await session.execute(insert(ItemTagRow), rows)
