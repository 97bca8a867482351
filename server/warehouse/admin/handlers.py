"""The operations of administrators."""

from __future__ import annotations

from typing import final
from uuid import UUID

from warehouse.admin import flags, repository
from warehouse.admin.tables import FeatureFlagRow
from warehouse.contract import models
from warehouse.contract.handlers.admin import AdminHandlers
from warehouse.contract.replies.admin import ListAuditEvents200, ListFeatureFlags200, SetFeatureFlag200
from warehouse.contract.wiring import Caller
from warehouse.platform.audit import AuditEventRow
from warehouse.platform.identity import known
from warehouse.platform.scope import Scope

__all__ = ["Admin"]


@final
class Admin(AdminHandlers):
    """Serves the audit trail and feature flags."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def list_audit_events(
        self,
        *,
        caller: Caller,  # noqa: ARG002 - any administrator
        actor_id: UUID | None,
        actions: list[str] | None,
        cursor: str | None,
        limit: int,
    ) -> ListAuditEvents200:
        """The audit trail."""
        page = await repository.audit_page(self._scope, actor_id=actor_id, actions=actions, cursor=cursor, limit=limit)
        items = [_event(row[0]) for row in page.rows]
        return ListAuditEvents200(models.AuditEventPage(items=items, next_cursor=page.next_cursor))

    async def list_feature_flags(self, *, caller: Caller, cursor: str | None, limit: int) -> ListFeatureFlags200:  # noqa: ARG002 - any administrator
        """All flags."""
        page = await repository.flag_page(self._scope, cursor, limit)
        items = [_flag(row[0]) for row in page.rows]
        return ListFeatureFlags200(models.FeatureFlagPage(items=items, next_cursor=page.next_cursor))

    async def set_feature_flag(
        self, *, caller: Caller, flag_key: str, body: models.FeatureFlagSet
    ) -> SetFeatureFlag200:
        """Sets a flag."""
        flag = await flags.put(
            self._scope,
            flag_key,
            enabled=body.enabled,
            rollout_percent=body.rollout_percent,
            description=body.description,
            by=known(caller).user_id,
        )
        return SetFeatureFlag200(_flag(flag))


def _event(row: AuditEventRow) -> models.AuditEvent:
    return models.AuditEvent(
        id=row.id,
        action=models.AuditAction(row.action),
        actor_id=row.actor_id,
        subject=row.subject,
        remote_address=row.remote_address,
        details=row.details,
        created_at=row.created_at,
    )


def _flag(row: FeatureFlagRow) -> models.FeatureFlag:
    return models.FeatureFlag(
        key=row.key,
        enabled=row.enabled,
        rollout_percent=row.rollout_percent,
        description=row.description,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
    )
