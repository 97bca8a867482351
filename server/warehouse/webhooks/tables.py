"""Tables of webhook endpoints and what was sent to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.database import Base


class WebhookEndpointRow(Base):
    """Where an account wants to be told.

    `failing_since` is the first failure after the last success. The secret is kept in clear: each signature needs it.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index(None, "owner_id", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[str | None] = mapped_column(String(200))
    secret: Mapped[str] = mapped_column(String(100))
    is_enabled: Mapped[bool]
    failing_since: Mapped[datetime | None]
    created_at: Mapped[datetime]


class WebhookSubscriptionRow(Base):
    """The events of an endpoint once more, to find the endpoints of an event."""

    __tablename__ = "webhook_subscriptions"

    event: Mapped[str] = mapped_column(String(64), primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(
        ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class WebhookMessageRow(Base):
    """What happened, as the exact text that is signed and sent."""

    __tablename__ = "webhook_messages"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    event: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


class WebhookDeliveryRow(Base):
    """A message on its way to an endpoint."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        Index(None, "endpoint_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(ForeignKey("webhook_messages.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    run: Mapped[int]
    """How often the delivery was started, by the event itself and by each redelivery."""
    failed_attempts: Mapped[int]
    """Failed attempts in this run; they decide about the next pause."""
    attempt_count: Mapped[int]
    response_status: Mapped[int | None]
    failure_reason: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    last_attempt_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
