"""Reads what the reports say."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import aliased

from warehouse.items.tables import ItemRow
from warehouse.locations.tables import LocationRow
from warehouse.platform.scope import Scope
from warehouse.reports.content import Column, ReportTable
from warehouse.reports.tables import ReportRow
from warehouse.stock.tables import MovementRow, StockLevelRow

AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]

MOST_ROWS = 100_000
"""How many rows a report may have."""


class TooManyRowsError(Exception):
    """The report would have more rows than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was ordered. `location_code` names the only location to be considered, None means all."""

    report: ReportRow
    location_code: str | None

    @property
    def place(self) -> str:
        """What the subtitle says about the location."""
        return "All locations" if self.location_code is None else f"Location {self.location_code}"

    @property
    def until(self) -> datetime:
        """The end of the period."""
        return self.report.created_at

    @property
    def since(self) -> datetime:
        """The beginning of the period."""
        return self.until - timedelta(days=self.report.period_days)


async def inventory_valuation(scope: Scope, order: Order) -> ReportTable:
    """Return what lies in the warehouse now and what it is worth at list price, with a sum for each currency."""
    pieces = _pieces(order)
    statement = select(ItemRow.sku, ItemRow.name, pieces, ItemRow.price, ItemRow.currency).where(pieces > 0)
    rows, sums = [], defaultdict[str, Decimal](Decimal)
    for sku, name, quantity, price, currency in await _all(scope, _by_sku(statement, order)):
        rows.append([sku, name, str(quantity), str(price), currency, str(price * quantity)])
        sums[currency] += price * quantity
    return ReportTable(
        title="Inventory valuation",
        subtitle=f"{order.place}, {rfc3339(scope.clock.now())}",
        columns=[
            Column("sku", 2.4),
            Column("name", 4),
            Column("quantity", 1.4, is_number=True),
            Column("price", 1.4, is_number=True),
            Column("currency", 1.2),
            Column("value", 1.8, is_number=True),
        ],
        rows=rows,
        notes=[f"Total {amount} {currency}." for currency, amount in sorted(sums.items())],
    )


async def low_stock(scope: Scope, order: Order) -> ReportTable:
    """Return the items at or below their reorder point; for one location, what is or was there and its stock there."""
    pieces = _pieces(order)
    columns = select(ItemRow.sku, ItemRow.name, pieces, ItemRow.reorder_point)
    statement = columns.where(ItemRow.status == "active", pieces <= ItemRow.reorder_point)
    rows = await _all(scope, _by_sku(statement, order))
    return ReportTable(
        title="Low stock",
        subtitle=f"{order.place}, {rfc3339(scope.clock.now())}",
        columns=[
            Column("sku", 2.4),
            Column("name", 5),
            Column("quantity", 1.4, is_number=True),
            Column("reorder_point", 1.8, is_number=True),
        ],
        rows=[[sku, name, str(quantity), str(point)] for sku, name, quantity, point in rows],
        notes=["Discontinued items are left out."],
    )


async def stock_movements(scope: Scope, order: Order) -> ReportTable:
    """Return the journal of the period, the oldest movement first."""
    here, there = aliased(LocationRow), aliased(LocationRow)
    statement = (
        select(MovementRow, here.code, there.code)
        .join(here, here.id == MovementRow.location_id)
        .outerjoin(there, there.id == MovementRow.to_location_id)
        .where(MovementRow.created_at > order.since, MovementRow.created_at <= order.until)
        .order_by(MovementRow.created_at, MovementRow.id)
    )
    wanted = order.report.location_id
    if wanted is not None:
        statement = statement.where((MovementRow.location_id == wanted) | (MovementRow.to_location_id == wanted))
    return ReportTable(
        title="Stock movements",
        subtitle=f"{order.place}, {rfc3339(order.since)} to {rfc3339(order.until)}",
        columns=[
            Column("created_at", 3),
            Column("kind", 1.5),
            Column("sku", 2.4),
            Column("quantity", 1.3, is_number=True),
            Column("location", 1.8),
            Column("to_location", 1.8),
            Column("balance", 1.3, is_number=True),
            Column("reference", 2.5),
        ],
        rows=[_movement_cells(*row) for row in await _all(scope, statement)],
    )


Query = Callable[[Scope, Order], Awaitable[ReportTable]]
QUERIES: Mapping[str, Query] = {
    "inventory_valuation": inventory_valuation,
    "low_stock": low_stock,
    "stock_movements": stock_movements,
}
"""How each kind of report is read."""


def rfc3339(moment: datetime) -> str:
    """Return an aware moment as text in UTC (RFC 3339), such as `2026-11-20T09:30:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _pieces(order: Order) -> ColumnElement[int]:
    return (ItemRow.quantity if order.report.location_id is None else StockLevelRow.quantity).expression


def _by_sku(statement: AnySelect, order: Order) -> AnySelect:
    """Restrict a statement about items to the ordered location, and put it in order."""
    location_id = order.report.location_id
    if location_id is not None:
        at = (StockLevelRow.item_id == ItemRow.id) & (StockLevelRow.location_id == location_id)
        statement = statement.join_from(ItemRow, StockLevelRow, at)
    return statement.order_by(ItemRow.sku)


async def _all(scope: Scope, statement: AnySelect) -> Sequence[AnyRow]:
    """Return all rows of a statement.

    Raises TooManyRowsError.
    """
    rows = (await scope.session.execute(statement.limit(MOST_ROWS + 1))).all()
    if len(rows) > MOST_ROWS:
        raise TooManyRowsError
    return rows


def _movement_cells(movement: MovementRow, here: str, there: str | None) -> Sequence[str]:
    signed = -movement.quantity if movement.kind == "pick" else movement.quantity
    return [
        rfc3339(movement.created_at),
        movement.kind,
        movement.sku,
        str(signed),
        here,
        there or "",
        str(movement.balance),
        movement.reference or "",
    ]
