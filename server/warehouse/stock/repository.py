"""Reads and writes stock levels and the journal. Levels are written only while their item's row is locked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from warehouse.items.tables import ItemRow
from warehouse.locations.tables import LocationRow
from warehouse.stock.tables import MovementRow, StockLevelRow


@dataclass(frozen=True, slots=True)
class Level:
    """The pieces of an item at one location."""

    location_id: UUID
    location_code: str
    quantity: int


async def locked_item(session: AsyncSession, sku: str) -> ItemRow | None:
    """Return an item and lock it, so that nobody else changes its stock until the transaction ends."""
    return await session.scalar(select(ItemRow).where(ItemRow.sku == sku).with_for_update())


async def level_at(session: AsyncSession, item_id: UUID, location_id: UUID) -> StockLevelRow:
    """Return the level of a locked item at a location; a new one of zero pieces if there is none yet."""
    level = await session.get(StockLevelRow, (item_id, location_id))
    if level is None:
        level = StockLevelRow(item_id=item_id, location_id=location_id, quantity=0)
        session.add(level)
    return level


async def levels_of(session: AsyncSession, item_id: UUID) -> Sequence[Level]:
    """Return the levels of an item that are not zero, ordered by the code of the location."""
    statement = (
        select(StockLevelRow.location_id, LocationRow.code, StockLevelRow.quantity)
        .join(LocationRow, LocationRow.id == StockLevelRow.location_id)
        .where(StockLevelRow.item_id == item_id, StockLevelRow.quantity > 0)
        .order_by(LocationRow.code, LocationRow.id)
    )
    return [Level(*row) for row in await session.execute(statement)]


async def pieces_at(session: AsyncSession, location_id: UUID) -> int:
    """Return how many pieces of all items together lie at a location."""
    total = select(func.coalesce(func.sum(StockLevelRow.quantity), 0)).where(StockLevelRow.location_id == location_id)
    return int(await session.scalar(total) or 0)


def movements(*, sku: str | None, kinds: Collection[str] | None) -> Select[MovementRow]:
    """Return the statement for the movements of an item (all items if None) and of some kinds (all if None)."""
    statement = select(MovementRow)
    if sku is not None:
        statement = statement.where(MovementRow.sku == sku)
    if kinds is not None:
        statement = statement.where(MovementRow.kind.in_(kinds))
    return statement
