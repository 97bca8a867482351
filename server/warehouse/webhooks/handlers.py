"""The operations on webhook endpoints."""

from typing import final
from uuid import UUID

from warehouse.contract import models
from warehouse.contract.handlers.webhooks import WebhooksHandlers
from warehouse.contract.replies.webhooks import (
    CreateWebhookEndpoint201,
    DeleteWebhookEndpoint204,
    ListWebhookDeliveries200,
    ListWebhookEndpoints200,
    RedeliverWebhook202,
)
from warehouse.contract.wiring import Caller
from warehouse.platform.identity import known
from warehouse.platform.scope import Scope
from warehouse.webhooks import service
from warehouse.webhooks.tables import WebhookDeliveryRow, WebhookEndpointRow


@final
class Webhooks(WebhooksHandlers):
    """Serves the webhook endpoints of the account that calls."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def list_webhook_endpoints(
        self, *, caller: Caller, cursor: str | None, limit: int
    ) -> ListWebhookEndpoints200:
        """Answer a page of endpoints."""
        owner_id = known(caller).user_id
        page = await service.list_endpoints(self._scope, owner_id=owner_id, cursor=cursor, limit=limit)
        items = [_endpoint(row[0]) for row in page.rows]
        return ListWebhookEndpoints200(models.WebhookEndpointPage(items=items, next_cursor=page.next_cursor))

    async def create_webhook_endpoint(
        self, *, caller: Caller, body: models.WebhookEndpointCreate
    ) -> CreateWebhookEndpoint201:
        """Create an endpoint and show its secret, this once."""
        row = await service.create_endpoint(
            self._scope,
            owner_id=known(caller).user_id,
            url=body.url,
            events=[event.value for event in body.events],
            description=body.description,
        )
        created = models.WebhookEndpointCreated(endpoint=_endpoint(row), id=row.id, secret=row.secret)
        return CreateWebhookEndpoint201(created, cache_control="no-store")

    async def delete_webhook_endpoint(self, *, caller: Caller, endpoint_id: UUID) -> DeleteWebhookEndpoint204:
        """Delete an endpoint with what waits for it."""
        await service.delete_endpoint(self._scope, owner_id=known(caller).user_id, endpoint_id=endpoint_id)
        return DeleteWebhookEndpoint204()

    async def list_webhook_deliveries(
        self, *, caller: Caller, endpoint_id: UUID, cursor: str | None, limit: int
    ) -> ListWebhookDeliveries200:
        """Answer a page of what was sent to an endpoint."""
        owner_id = known(caller).user_id
        page = await service.list_deliveries(
            self._scope, owner_id=owner_id, endpoint_id=endpoint_id, cursor=cursor, limit=limit
        )
        items = [_delivery(row[0], row[1]) for row in page.rows]
        return ListWebhookDeliveries200(models.WebhookDeliveryPage(items=items, next_cursor=page.next_cursor))

    async def redeliver_webhook(self, *, caller: Caller, endpoint_id: UUID, delivery_id: UUID) -> RedeliverWebhook202:
        """Queue a delivery once more."""
        owner_id = known(caller).user_id
        row, event = await service.redeliver(
            self._scope, owner_id=owner_id, endpoint_id=endpoint_id, delivery_id=delivery_id
        )
        return RedeliverWebhook202(_delivery(row, event), location=f"/webhook-endpoints/{endpoint_id}/deliveries")


def _endpoint(row: WebhookEndpointRow) -> models.WebhookEndpoint:
    return models.WebhookEndpoint(
        id=row.id,
        url=row.url,
        events=[models.WebhookEventType(event) for event in row.events],
        description=row.description,
        is_enabled=row.is_enabled,
        created_at=row.created_at,
    )


def _delivery(row: WebhookDeliveryRow, event: str) -> models.WebhookDelivery:
    return models.WebhookDelivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        message_id=row.message_id,
        event=models.WebhookEventType(event),
        status=models.WebhookDeliveryStatus(row.status),
        attempt_count=row.attempt_count,
        response_status=row.response_status,
        created_at=row.created_at,
        last_attempt_at=row.last_attempt_at,
        next_attempt_at=row.next_attempt_at,
    )
