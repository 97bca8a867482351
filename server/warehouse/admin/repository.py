"""Reads the audit trail, and reads and writes feature flags."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from warehouse.admin.tables import FeatureFlagRow
from warehouse.platform.audit import AuditEventRow
from warehouse.platform.pagination import Page, SortKey, read_page
from warehouse.platform.scope import Scope

__all__ = ["audit_page", "flag", "flag_page"]


async def audit_page(
    scope: Scope, *, actor_id: UUID | None, actions: Sequence[str] | None, cursor: str | None, limit: int
) -> Page:
    """Audit events, the newest first."""
    statement = select(AuditEventRow)
    if actor_id is not None:
        statement = statement.where(AuditEventRow.actor_id == actor_id)
    if actions is not None:
        statement = statement.where(AuditEventRow.action.in_(actions))
    order = (SortKey(AuditEventRow.created_at, descending=True), SortKey(AuditEventRow.id, descending=True))
    query = {
        "list": "audit events",
        "actor": None if actor_id is None else str(actor_id),
        "actions": None if actions is None else sorted(actions),
    }
    return await read_page(scope, statement, order=order, cursor=cursor, limit=limit, query=query)


async def flag(scope: Scope, key: str) -> FeatureFlagRow | None:
    """One feature flag."""
    return await scope.session.get(FeatureFlagRow, key, populate_existing=True)


async def flag_page(scope: Scope, cursor: str | None, limit: int) -> Page:
    """Feature flags by their key."""
    order = (SortKey(FeatureFlagRow.key),)
    return await read_page(
        scope, select(FeatureFlagRow), order=order, cursor=cursor, limit=limit, query={"list": "feature flags"}
    )
