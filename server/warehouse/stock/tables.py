"""Tables of the stock and its journal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.database import Base


class StockLevelRow(Base):
    """How many pieces of an item lie at a location; no row means none."""

    __tablename__ = "stock_levels"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity_not_negative"),)

    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    location_id: Mapped[UUID] = mapped_column(ForeignKey("locations.id"), primary_key=True, index=True)
    quantity: Mapped[int]


class MovementRow(Base):
    """A change of stock. Rows are only ever added, and stay when the item is deleted: hence the SKU as plain text."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "sku", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    sku: Mapped[str] = mapped_column(String(32))
    quantity: Mapped[int]
    """The number of pieces; for an adjustment the difference, which may be negative."""
    location_id: Mapped[UUID] = mapped_column(ForeignKey("locations.id"))
    balance: Mapped[int]
    to_location_id: Mapped[UUID | None] = mapped_column(ForeignKey("locations.id"))
    to_balance: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(16))
    reference: Mapped[str | None] = mapped_column(String(80))
    actor_id: Mapped[UUID]
    created_at: Mapped[datetime]
