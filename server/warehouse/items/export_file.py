"""Items as CSV or as lines of JSON, portion by portion."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from warehouse.items import representation
from warehouse.items.tables import ItemRow

HEADER = ("sku", "name", "category", "status", "price", "currency", "tags", "quantity")


async def as_csv(portions: AsyncIterator[Sequence[ItemRow]]) -> AsyncIterator[bytes]:
    """Yield CSV (RFC 4180) with a header line."""
    yield _csv([HEADER])
    async for items in portions:
        yield _csv(_cells(item) for item in items)


async def as_json_lines(portions: AsyncIterator[Sequence[ItemRow]]) -> AsyncIterator[bytes]:
    """Yield one item as JSON per line."""
    async for items in portions:
        lines = [representation.item(item).model_dump_json(by_alias=True) for item in items]
        yield "".join(f"{line}\n" for line in lines).encode()


def _cells(item: ItemRow) -> Sequence[str]:
    tags = " ".join(item.tags)
    price = str(item.price)
    return [item.sku, item.name, item.category, item.status, price, item.currency, tags, str(item.quantity)]


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
