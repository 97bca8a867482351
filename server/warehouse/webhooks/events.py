"""Announces what happens. A message goes out only if the transaction in which it was announced commits.

Messages are built by the contract's own functions, so that none can differ from its description.
"""

from datetime import datetime
from uuid import UUID

from warehouse.contract import models
from warehouse.contract import webhooks as contract
from warehouse.platform.scope import Scope

PUBLISH = "webhooks.publish"
"""The kind of the job that addresses a message to the endpoints of its event."""


def stock_low(scope: Scope, data: models.StockLowData) -> None:
    """Announce to all accounts that an item has reached its reorder point."""
    event = models.StockLowEvent(type="stock.low", timestamp=scope.clock.now(), data=data)
    _publish(scope, contract.stock_low(body=event), event.timestamp)


def report_completed(scope: Scope, data: models.ReportCompletedData, *, owner_id: UUID) -> None:
    """Announce to an account that its report has finished."""
    event = models.ReportCompletedEvent(type="report.completed", timestamp=scope.clock.now(), data=data)
    _publish(scope, contract.report_completed(body=event), event.timestamp, owner_id=owner_id)


def _publish(scope: Scope, message: contract.Message, happened_at: datetime, *, owner_id: UUID | None = None) -> None:
    payload = {
        "event": message.name,
        "body": message.content.decode(),
        "happened_at": happened_at.isoformat(),
        "owner_id": None if owner_id is None else str(owner_id),
    }
    scope.jobs.enqueue(PUBLISH, payload)
