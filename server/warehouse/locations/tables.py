"""Table of the locations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.database import Base

__all__ = ["LocationRow"]

_LIVE = text("deleted_at IS NULL")


class LocationRow(Base):
    """A place where stock is kept. A deleted one stays as a row, since movements name it; its code is free again."""

    __tablename__ = "locations"
    __table_args__ = (
        Index("uq_locations_code_live", "code", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index(
            "uq_locations_default",
            "is_default",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    is_default: Mapped[bool]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
