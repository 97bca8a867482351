"""Removes messages that need no longer be readable."""

from sqlalchemy import delete

from warehouse.platform.scope import Scope
from warehouse.webhooks.deliveries import KEPT_FOR
from warehouse.webhooks.tables import WebhookMessageRow


async def tidy(scope: Scope) -> None:
    """Remove messages with their deliveries once they are older than the contract promises to keep them."""
    horizon = scope.clock.now() - KEPT_FOR
    await scope.session.execute(delete(WebhookMessageRow).where(WebhookMessageRow.created_at < horizon))
