"""Background work of the webhooks: addressing messages and delivering them."""

import ssl
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select

from warehouse.platform.jobs import JobContext, JobRegistry
from warehouse.platform.scope import Scope
from warehouse.webhooks import deliveries
from warehouse.webhooks.deliveries import DELIVER
from warehouse.webhooks.events import PUBLISH
from warehouse.webhooks.network import Resolver, resolve
from warehouse.webhooks.sender import Outcome, Sender
from warehouse.webhooks.signing import signed_headers
from warehouse.webhooks.tables import (
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookMessageRow,
    WebhookSubscriptionRow,
)


def register(registry: JobRegistry) -> None:
    """Make the jobs of this domain known."""
    registry.register(PUBLISH, publish)
    registry.register(DELIVER, Delivering().run, on_failure=not_attempted)


async def publish(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Queue a message for each endpoint that wants its event. A repeat of the job does nothing."""
    async with context.scope() as scope:
        message_id = f"msg_{context.job_id.hex}"
        if await scope.session.get(WebhookMessageRow, message_id) is not None:
            return
        owner_id = None if payload["owner_id"] is None else UUID(payload["owner_id"])
        endpoints = await _endpoints_of(scope, payload["event"], owner_id)
        if not endpoints:
            return
        message = _message(message_id, payload)
        scope.session.add(message)
        await scope.session.flush()
        for endpoint in endpoints:
            deliveries.start(scope, message, endpoint)


class Delivering:
    """Makes the attempts. The TLS configuration is read once, at the first attempt."""

    def __init__(self, *, resolver: Resolver = resolve, tls: ssl.SSLContext | None = None) -> None:
        self._resolver = resolver
        self._given_tls = tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or ssl.create_default_context()

    async def run(self, context: JobContext, payload: Mapping[str, Any]) -> None:
        """Make one attempt and note its outcome; no transaction is open while the partner is talked to."""
        async with context.scope() as scope:
            found = await _due(scope, payload)
            if found is None:
                return
            delivery, endpoint, message = found
            if not endpoint.is_enabled and delivery.run == 1:
                deliveries.give_up(delivery, "the endpoint is disabled")
                return
        outcome = await self._attempt(context, endpoint, message)
        async with context.scope() as scope:
            found = await _due(scope, payload)
            if found is not None:
                deliveries.record(scope, found[0], found[1], outcome)

    async def _attempt(self, context: JobContext, endpoint: WebhookEndpointRow, message: WebhookMessageRow) -> Outcome:
        settings = context.settings
        sender = Sender(
            patience=settings.webhook_patience_seconds,
            allowed=settings.webhook_allowed_networks,
            tls=self._tls,
            resolver=self._resolver,
        )
        body = message.body.encode()
        headers = signed_headers(endpoint.secret, message_id=message.id, sent_at=context.clock.now(), body=body)
        return await sender.post(endpoint.url, headers=headers, body=body)


async def not_attempted(context: JobContext, payload: Mapping[str, Any], reason: str) -> None:
    """Count an attempt that could not even be made as a failed one, so that the next one follows."""
    del reason  # it is in the log, and no business of the partner
    async with context.scope() as scope:
        found = await _due(scope, payload)
        if found is not None:
            deliveries.record(scope, found[0], found[1], Outcome(status=None, reason="a fault on our side"))


async def _due(
    scope: Scope, payload: Mapping[str, Any]
) -> tuple[WebhookDeliveryRow, WebhookEndpointRow, WebhookMessageRow] | None:
    """Return what the attempt is about, None if there is nothing left to do.

    The endpoint is locked before its delivery, as its deletion does it: neither waits for the other for ever.
    """
    endpoint = await scope.session.get(WebhookEndpointRow, UUID(payload["endpoint_id"]), with_for_update=True)
    delivery = await scope.session.get(WebhookDeliveryRow, UUID(payload["delivery_id"]), with_for_update=True)
    if endpoint is None or delivery is None:
        return None
    if not deliveries.is_due(delivery, run=payload["run"], failed_attempts=payload["failed_attempts"]):
        return None
    return delivery, endpoint, await scope.session.get_one(WebhookMessageRow, delivery.message_id)


async def _endpoints_of(scope: Scope, event: str, owner_id: UUID | None) -> list[WebhookEndpointRow]:
    statement = (
        select(WebhookEndpointRow)
        .join(WebhookSubscriptionRow, WebhookSubscriptionRow.endpoint_id == WebhookEndpointRow.id)
        .where(WebhookSubscriptionRow.event == event, WebhookEndpointRow.is_enabled)
        .order_by(WebhookEndpointRow.id)
    )
    if owner_id is not None:
        statement = statement.where(WebhookEndpointRow.owner_id == owner_id)
    return list(await scope.session.scalars(statement))


def _message(message_id: str, payload: Mapping[str, Any]) -> WebhookMessageRow:
    return WebhookMessageRow(
        id=message_id,
        event=payload["event"],
        body=payload["body"],
        created_at=datetime.fromisoformat(payload["happened_at"]),
    )
