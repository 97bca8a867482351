"""Announces what happens. The message goes out only if the transaction in which it was announced commits."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from warehouse.platform.scope import Scope

STOCK_LOW = "stock.low"
REPORT_COMPLETED = "report.completed"
PUBLISH = "webhooks.publish"
"""The kind of the job that addresses a message to the endpoints of its event."""


def publish(scope: Scope, event: str, data: Mapping[str, Any], *, owner_id: UUID | None = None) -> None:
    """Announce an event to the endpoints of one account, or to those of all accounts if `owner_id` is None.

    `data` is the member `data` of the message: JSON values as the contract's schema of this event describes them.
    """
    payload = {
        "event": event,
        "timestamp": rfc3339(scope.clock.now()),
        "data": dict(data),
        "owner_id": None if owner_id is None else str(owner_id),
    }
    scope.jobs.enqueue(PUBLISH, payload)


def rfc3339(moment: datetime) -> str:
    """Return an aware moment as text in UTC (RFC 3339), such as `2026-11-20T09:30:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
