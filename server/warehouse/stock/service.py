"""Books changes of stock: each one whole or not at all, with its entry in the journal."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from warehouse.contract import models
from warehouse.contract.problems import NotFound, OutOfStock, SameLocation, ValidationFailed
from warehouse.items.tables import ItemRow
from warehouse.locations import service as locations
from warehouse.locations.tables import LocationRow
from warehouse.platform.ids import new_id
from warehouse.platform.pagination import Page, SortKey, read_page
from warehouse.platform.scope import Scope
from warehouse.stock import repository
from warehouse.stock.levels import MOST_PIECES, OverflowingStockError, Shortage, after, runs_low
from warehouse.stock.repository import Level
from warehouse.stock.tables import MovementRow
from warehouse.webhooks import events


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What to book. `quantity` is positive but for adjustments; without a location the default one is meant."""

    sku: str
    quantity: int
    location_id: UUID | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class StockFigures:
    """The stock of an item at one moment."""

    sku: str
    quantity: int
    levels: Sequence[Level]
    as_of: datetime


async def restock(scope: Scope, booking: Booking, *, actor_id: UUID) -> MovementRow:
    """Put pieces on the shelf.

    Raises NotFound (item, location), ValidationFailed if the stock would exceed what can be expressed.
    """
    return await _book(scope, "restock", booking, delta=booking.quantity, actor_id=actor_id)


async def pick(scope: Scope, booking: Booking, *, actor_id: UUID) -> MovementRow:
    """Take pieces off the shelf.

    Raises NotFound (item, location), OutOfStock if the location holds fewer.
    """
    return await _book(scope, "pick", booking, delta=-booking.quantity, actor_id=actor_id)


async def adjust(scope: Scope, booking: Booking, *, reason: str, actor_id: UUID) -> MovementRow:
    """Correct the books by a difference.

    Raises NotFound (item, location), OutOfStock if less than nothing would be left, ValidationFailed as `restock`.
    """
    return await _book(scope, "adjustment", booking, delta=booking.quantity, actor_id=actor_id, reason=reason)


async def transfer(scope: Scope, booking: Booking, *, to_location_id: UUID, actor_id: UUID) -> MovementRow:
    """Move pieces from `booking.location_id` to another location; the total stays.

    Raises NotFound (item, location), SameLocation, OutOfStock as `pick`.
    """
    item = await _locked(scope, booking.sku)
    source = await locations.resolve(scope, booking.location_id)
    target = await locations.resolve(scope, to_location_id)
    if source.id == target.id:
        raise SameLocation(f"The goods already lie at {source.code}.")
    balance = await _change_level(scope, item, source, -booking.quantity)
    to_balance = await _change_level(scope, item, target, booking.quantity)
    movement = _entry(scope, "transfer", booking, source, balance, actor_id)
    movement.to_location_id, movement.to_balance = target.id, to_balance
    return await _journalised(scope, movement)


async def stock_of(scope: Scope, sku: str) -> StockFigures:
    """Return the stock of an item.

    Raises NotFound.
    """
    item = await scope.session.scalar(select(ItemRow).where(ItemRow.sku == sku))
    if item is None:
        raise _unknown(sku)
    levels = await repository.levels_of(scope.session, item.id)
    # The sum of the levels that were read, so that the figures agree even if a change was booked in between.
    return StockFigures(sku, sum(level.quantity for level in levels), levels, scope.clock.now())


async def list_movements(
    scope: Scope, *, sku: str | None, kinds: Collection[str] | None, cursor: str | None, limit: int
) -> Page:
    """Return a page of the journal, the newest first; each row begins with a `MovementRow`.

    Raises InvalidCursor.
    """
    order = [SortKey(MovementRow.created_at, descending=True), SortKey(MovementRow.id, descending=True)]
    query = {"list": "movements", "sku": sku, "kinds": None if kinds is None else sorted(kinds)}
    statement = repository.movements(sku=sku, kinds=kinds)
    return await read_page(scope, statement, order=order, cursor=cursor, limit=limit, query=query)


async def _book(
    scope: Scope, kind: str, booking: Booking, *, delta: int, actor_id: UUID, reason: str | None = None
) -> MovementRow:
    item = await _locked(scope, booking.sku)
    location = await locations.resolve(scope, booking.location_id)
    member = "delta" if kind == "adjustment" else "quantity"
    balance = await _change_level(scope, item, location, delta, member=member)
    await _change_total(scope, item, delta, member=member)
    movement = _entry(scope, kind, booking, location, balance, actor_id)
    movement.reason = reason
    return await _journalised(scope, movement)


async def _locked(scope: Scope, sku: str) -> ItemRow:
    item = await repository.locked_item(scope.session, sku)
    if item is None:
        raise _unknown(sku)
    return item


async def _change_level(
    scope: Scope, item: ItemRow, location: LocationRow, delta: int, *, member: str = "quantity"
) -> int:
    level = await repository.level_at(scope.session, item.id, location.id)
    try:
        level.quantity = after(level.quantity, delta)
    except Shortage as shortage:
        raise OutOfStock(
            f"{location.code} holds {shortage.available} pieces of {item.sku}, {shortage.requested} were asked for.",
            available=shortage.available,
            requested=shortage.requested,
        ) from None
    except OverflowingStockError:
        raise _too_many(member) from None
    return level.quantity


async def _change_total(scope: Scope, item: ItemRow, delta: int, *, member: str) -> None:
    before = item.quantity
    try:
        item.quantity = after(before, delta)
    except OverflowingStockError:
        raise _too_many(member) from None
    item.version += 1
    item.updated_at = scope.clock.now()
    if runs_low(before=before, now=item.quantity, reorder_point=item.reorder_point):
        assert item.reorder_point is not None, "an item without a reorder point never runs low"
        data = models.StockLowData(sku=item.sku, quantity=item.quantity, reorder_point=item.reorder_point)
        events.stock_low(scope, data)


def _entry(
    scope: Scope, kind: str, booking: Booking, location: LocationRow, balance: int, actor_id: UUID
) -> MovementRow:
    return MovementRow(
        id=new_id(),
        kind=kind,
        sku=booking.sku,
        quantity=booking.quantity,
        location_id=location.id,
        balance=balance,
        reference=booking.reference,
        actor_id=actor_id,
        created_at=scope.clock.now(),
    )


async def _journalised(scope: Scope, movement: MovementRow) -> MovementRow:
    scope.session.add(movement)
    await scope.session.flush()
    scope.audit.record(
        "stock.changed",
        movement.sku,
        kind=movement.kind,
        quantity=str(movement.quantity),
        movement_id=str(movement.id),
    )
    return movement


def _unknown(sku: str) -> NotFound:
    return NotFound(f"There is no item {sku}.", resource="item")


def _too_many(member: str) -> ValidationFailed:
    detail = f"The stock would exceed {MOST_PIECES} pieces."
    issue = models.ValidationIssue(
        source=models.ValidationIssueSource.BODY, pointer=f"/{member}", detail=detail, keyword="maximum"
    )
    return ValidationFailed(detail, errors=[issue])
