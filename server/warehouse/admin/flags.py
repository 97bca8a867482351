"""Feature flags: switching a feature on for some accounts, without a release."""

from __future__ import annotations

import hashlib
from uuid import UUID

from warehouse.admin import repository
from warehouse.admin.tables import FeatureFlagRow
from warehouse.platform.database import upsert
from warehouse.platform.scope import Scope

__all__ = ["is_enabled", "put"]


async def is_enabled(scope: Scope, key: str, subject: str) -> bool:
    """Whether a feature is on for a subject, such as an account's id. A flag that was never set is off.

    The same subject always gets the same answer while the flag stays, and keeps a feature when its share grows.
    """
    flag = await repository.flag(scope, key)
    return flag is not None and flag.enabled and _place(key, subject) < flag.rollout_percent


def _place(key: str, subject: str) -> int:
    """Where a subject stands among a hundred, differently for each flag."""
    return int.from_bytes(hashlib.sha256(f"{key}:{subject}".encode()).digest()[:4], "big") % 100


async def put(
    scope: Scope, key: str, *, enabled: bool, rollout_percent: int, description: str | None, by: UUID
) -> FeatureFlagRow:
    """Sets the whole state of a flag."""
    values = {
        "enabled": enabled,
        "rollout_percent": rollout_percent,
        "description": description,
        "updated_by": by,
        "updated_at": scope.clock.now(),
    }
    await upsert(scope.session, FeatureFlagRow, {"key": key}, values)
    scope.audit.record("feature_flag.set", key, enabled=str(enabled).lower(), rollout_percent=str(rollout_percent))
    flag = await repository.flag(scope, key)
    assert flag is not None
    return flag
