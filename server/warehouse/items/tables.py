"""Tables of the catalogue."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.database import Base, Cents

NAME_KEY_LENGTH = 64
"""How many characters of a name decide about the order of names."""


class ItemRow(Base):
    """An item. The row is locked by whoever changes its stock, so `quantity` always equals the sum of its levels."""

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        Index(None, "name_key", "sku"),
        Index(None, "quantity", "sku"),
        Index(None, "updated_at", "sku"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    # Case-folded here rather than in SQL: SQLite folds ASCII only, and both databases must find the same items.
    name_folded: Mapped[str] = mapped_column(String(360))
    name_key: Mapped[str] = mapped_column(String(NAME_KEY_LENGTH))
    description: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(32))
    price: Mapped[Decimal] = mapped_column(Cents)
    currency: Mapped[str] = mapped_column(String(3))
    tags: Mapped[list[str]] = mapped_column(JSON)
    reorder_point: Mapped[int | None]
    weight_grams: Mapped[int | None]
    quantity: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ItemTagRow(Base):
    """The tags once more, to find items by them; `ItemRow.tags` keeps their order for reading."""

    __tablename__ = "item_tags"

    tag: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, index=True)


class ItemImportRow(Base):
    """An import and how far it is; `processed_lines` lets a restarted job go on where it was stopped."""

    __tablename__ = "item_imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    dry_run: Mapped[bool]
    processed_lines: Mapped[int]
    created_count: Mapped[int]
    updated_count: Mapped[int]
    skipped_count: Mapped[int]
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ItemImportFileRow(Base):
    """The file of an import until the import has finished."""

    __tablename__ = "item_import_files"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("item_imports.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
