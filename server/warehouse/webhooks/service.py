"""Webhook endpoints of an account and what was sent to them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select

from warehouse.contract.problems import LimitReached, NotFound
from warehouse.platform.ids import new_id
from warehouse.platform.pagination import Page, SortKey, read_page
from warehouse.platform.scope import Scope
from warehouse.webhooks import deliveries, signing
from warehouse.webhooks.tables import (
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookMessageRow,
    WebhookSubscriptionRow,
)

MOST_ENDPOINTS = 1000
"""How many endpoints an account may hold."""


async def create_endpoint(
    scope: Scope, *, owner_id: UUID, url: str, events: Sequence[str], description: str | None
) -> WebhookEndpointRow:
    """Create an endpoint with a fresh signing secret.

    Raises LimitReached.
    """
    if await _count(scope, owner_id) >= MOST_ENDPOINTS:
        raise LimitReached(f"The account already holds {MOST_ENDPOINTS} endpoints.", limit=MOST_ENDPOINTS)
    endpoint = WebhookEndpointRow(
        id=new_id(),
        owner_id=owner_id,
        url=url,
        events=list(events),
        description=description,
        secret=signing.new_secret(),
        is_enabled=True,
        failing_since=None,
        created_at=scope.clock.now(),
    )
    scope.session.add(endpoint)
    await scope.session.flush()
    scope.session.add_all(WebhookSubscriptionRow(event=event, endpoint_id=endpoint.id) for event in events)
    await scope.session.flush()
    return endpoint


async def list_endpoints(scope: Scope, *, owner_id: UUID, cursor: str | None, limit: int) -> Page:
    """Return a page of an account's endpoints, the newest first; each row begins with a `WebhookEndpointRow`.

    Raises InvalidCursor.
    """
    order = [
        SortKey(WebhookEndpointRow.created_at, descending=True),
        SortKey(WebhookEndpointRow.id, descending=True),
    ]
    statement = select(WebhookEndpointRow).where(WebhookEndpointRow.owner_id == owner_id)
    query = {"list": "webhook-endpoints", "owner": str(owner_id)}
    return await read_page(scope, statement, order=order, cursor=cursor, limit=limit, query=query)


async def delete_endpoint(scope: Scope, *, owner_id: UUID, endpoint_id: UUID) -> None:
    """Delete an endpoint with its deliveries; those that wait for a retry are dropped.

    Raises NotFound.
    """
    endpoint = await _owned(scope, owner_id, endpoint_id)
    await scope.session.execute(delete(WebhookEndpointRow).where(WebhookEndpointRow.id == endpoint.id))


async def list_deliveries(scope: Scope, *, owner_id: UUID, endpoint_id: UUID, cursor: str | None, limit: int) -> Page:
    """Return a page of deliveries, the newest first; rows begin with a `WebhookDeliveryRow` and its event.

    Raises NotFound, InvalidCursor.
    """
    endpoint = await _owned(scope, owner_id, endpoint_id)
    order = [
        SortKey(WebhookDeliveryRow.created_at, descending=True),
        SortKey(WebhookDeliveryRow.id, descending=True),
    ]
    statement = (
        select(WebhookDeliveryRow, WebhookMessageRow.event)
        .join(WebhookMessageRow, WebhookMessageRow.id == WebhookDeliveryRow.message_id)
        .where(WebhookDeliveryRow.endpoint_id == endpoint.id)
    )
    query = {"list": "webhook-deliveries", "endpoint": str(endpoint_id)}
    return await read_page(scope, statement, order=order, cursor=cursor, limit=limit, query=query)


async def redeliver(
    scope: Scope, *, owner_id: UUID, endpoint_id: UUID, delivery_id: UUID
) -> tuple[WebhookDeliveryRow, str]:
    """Send a delivery once more, with the same message; return it and its event.

    Raises NotFound (endpoint, delivery).
    """
    await _owned(scope, owner_id, endpoint_id, lock=True)
    delivery = await scope.session.get(WebhookDeliveryRow, delivery_id, with_for_update=True)
    if delivery is None or delivery.endpoint_id != endpoint_id:
        raise NotFound("The endpoint has no such delivery.", resource="webhook delivery")
    message = await scope.session.get_one(WebhookMessageRow, delivery.message_id)
    deliveries.start_again(scope, delivery)
    await scope.session.flush()
    return delivery, message.event


async def _owned(scope: Scope, owner_id: UUID, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpointRow:
    endpoint = await scope.session.get(WebhookEndpointRow, endpoint_id, with_for_update=lock or None)
    if endpoint is None or endpoint.owner_id != owner_id:
        raise NotFound("You have no such webhook endpoint.", resource="webhook endpoint")
    return endpoint


async def _count(scope: Scope, owner_id: UUID) -> int:
    statement = select(func.count()).select_from(WebhookEndpointRow).where(WebhookEndpointRow.owner_id == owner_id)
    return await scope.session.scalar(statement) or 0
