"""A new item, before it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """A new item."""

    sku: str
    name: str
    category: str
    price: Decimal
    currency: str
    tags: Sequence[str] = ()
    description: str | None = None
    reorder_point: int | None = None
    weight_grams: int | None = None
