"""The life of a delivery: queued, tried, tried again, and what that means for its endpoint."""

import secrets
from datetime import timedelta

from warehouse.platform.ids import new_id
from warehouse.platform.scope import Scope
from warehouse.webhooks.schedule import is_hopeless, next_attempt
from warehouse.webhooks.sender import Outcome
from warehouse.webhooks.tables import WebhookDeliveryRow, WebhookEndpointRow, WebhookMessageRow

DELIVER = "webhooks.deliver"
"""The kind of the job that makes one attempt."""

KEPT_FOR = timedelta(days=30)
"""How long messages and their deliveries can be read."""

MOST_ATTEMPTS = 1000
"""The largest number of attempts that the contract can express; redeliveries beyond it are no longer counted."""


def start(scope: Scope, message: WebhookMessageRow, endpoint: WebhookEndpointRow) -> WebhookDeliveryRow:
    """Queue a message for an endpoint."""
    delivery = WebhookDeliveryRow(
        id=new_id(),
        endpoint_id=endpoint.id,
        message_id=message.id,
        status="pending",
        run=1,
        failed_attempts=0,
        attempt_count=0,
        response_status=None,
        failure_reason=None,
        created_at=message.created_at,
        last_attempt_at=None,
        next_attempt_at=scope.clock.now(),
    )
    scope.session.add(delivery)
    _enqueue(scope, delivery)
    return delivery


def start_again(scope: Scope, delivery: WebhookDeliveryRow) -> None:
    """Queue a delivery anew, whatever became of it; attempts that are still waiting become void."""
    delivery.run += 1
    delivery.failed_attempts = 0
    delivery.status = "pending"
    delivery.next_attempt_at = scope.clock.now()
    _enqueue(scope, delivery)


def is_due(delivery: WebhookDeliveryRow, *, run: int, failed_attempts: int) -> bool:
    """Tell whether the attempt that a job was made for is still to be made: it may be done or void already."""
    return delivery.status == "pending" and (delivery.run, delivery.failed_attempts) == (run, failed_attempts)


def record(scope: Scope, delivery: WebhookDeliveryRow, endpoint: WebhookEndpointRow, outcome: Outcome) -> None:
    """Note how an attempt ended, and queue the next one if there is to be one."""
    delivery.attempt_count = min(delivery.attempt_count + 1, MOST_ATTEMPTS)
    delivery.last_attempt_at = scope.clock.now()
    delivery.response_status = outcome.status
    delivery.failure_reason = outcome.reason
    delivery.next_attempt_at = None
    if outcome.succeeded:
        delivery.status = "succeeded"
        endpoint.failing_since, endpoint.is_enabled = None, True
    else:
        _failed(scope, delivery, endpoint)


def give_up(delivery: WebhookDeliveryRow, reason: str) -> None:
    """End a delivery without another attempt."""
    delivery.status, delivery.next_attempt_at, delivery.failure_reason = "failed", None, reason


def _failed(scope: Scope, delivery: WebhookDeliveryRow, endpoint: WebhookEndpointRow) -> None:
    now = scope.clock.now()
    delivery.failed_attempts += 1
    endpoint.failing_since = endpoint.failing_since or now
    if is_hopeless(endpoint.failing_since, now=now):
        endpoint.is_enabled = False
    again = next_attempt(delivery.failed_attempts, now=now, spread=secrets.randbelow(1001) / 1000)
    if again is None or not endpoint.is_enabled:
        delivery.status = "failed"
    else:
        delivery.next_attempt_at = again
        _enqueue(scope, delivery)


def _enqueue(scope: Scope, delivery: WebhookDeliveryRow) -> None:
    payload = {
        "endpoint_id": str(delivery.endpoint_id),
        "delivery_id": str(delivery.id),
        "run": delivery.run,
        "failed_attempts": delivery.failed_attempts,
    }
    scope.jobs.enqueue(DELIVER, payload, run_at=delivery.next_attempt_at)
