"""The data that every server answers with: fifty typed objects, as database rows would be."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

SKU_PATTERN = r"^[A-Z]{3}-[0-9]{4}$"
SKU = re.compile(SKU_PATTERN)
STATUSES = ("active", "discontinued", "backorder")


@dataclass(slots=True)
class Location:
    """Where an item lies."""

    warehouse: str
    aisle: int
    bin: str


@dataclass(slots=True)
class Item:
    """Stands in for a row of a database: plain typed attributes, one nested object."""

    id: int
    sku: str
    name: str
    quantity: int
    reorder_level: int
    unit_price: str
    status: str
    location: Location
    created_at: datetime
    updated_at: datetime


def _item(number: int) -> Item:
    start = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Item(
        id=number,
        sku=f"{'ABCDEFGHIJ'[number % 10]}BC-{1000 + number}",
        name=f"Widget number {number}",
        quantity=10 * number,
        reorder_level=5 + number % 7,
        unit_price=f"{number}.{number % 90 + 10}",
        status=STATUSES[number % 3],
        location=Location(warehouse=f"WH-{number % 4}", aisle=number % 30, bin=f"B{number % 12:02d}"),
        created_at=start + timedelta(hours=number),
        updated_at=start + timedelta(days=number),
    )


ITEMS = [_item(number) for number in range(1, 51)]
BY_ID = {item.id: item for item in ITEMS}
BY_SKU = {item.sku: item for item in ITEMS}


def restocked(sku: str, quantity: int) -> Item | None:
    """The item with more in stock; the data stays as it is, so that every call answers the same."""
    item = BY_SKU.get(sku)
    return None if item is None else replace(item, quantity=item.quantity + quantity)


def as_dict(item: Item) -> dict[str, Any]:
    """The item as JSON values; times are left to the JSON library."""
    place = item.location
    return {
        "id": item.id,
        "sku": item.sku,
        "name": item.name,
        "quantity": item.quantity,
        "reorder_level": item.reorder_level,
        "unit_price": item.unit_price,
        "status": item.status,
        "location": {"warehouse": place.warehouse, "aisle": place.aisle, "bin": place.bin},
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }
