"""Table of the feature flags. The audit trail is the platform's, since every domain writes it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.database import Base

__all__ = ["FeatureFlagRow"]


class FeatureFlagRow(Base):
    """A feature flag and for how many accounts out of a hundred it is on."""

    __tablename__ = "feature_flags"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    enabled: Mapped[bool]
    rollout_percent: Mapped[int]
    description: Mapped[str | None] = mapped_column(String(200))
    updated_by: Mapped[UUID | None]
    updated_at: Mapped[datetime]
