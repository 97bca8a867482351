"""Who calls, and what each role may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from warehouse.contract.wiring import Caller

__all__ = ["KEY_SCOPES", "ROLES", "WarehouseCaller", "known", "scopes_of"]

_MEMBER = frozenset(
    (
        "profile",
        "items:read",
        "items:write",
        "stock:write",
        "reports:read",
        "reports:write",
        "webhooks:manage",
        "api-keys:manage",
    )
)
_MANAGER = _MEMBER | {"billing:read", "billing:write"}
ROLES: Mapping[str, frozenset[str]] = {
    "member": _MEMBER,
    "manager": _MANAGER,
    "admin": _MANAGER | {"users:admin", "admin"},
}
"""The scopes of each role, as the description's introduction lists them."""

KEY_SCOPES = frozenset(("items:read", "items:write", "stock:write", "reports:read", "reports:write", "webhooks:manage"))
"""The scopes that an API key can carry."""


def scopes_of(role: str) -> frozenset[str]:
    """The scopes of a role; none for a role that this server does not know."""
    return ROLES.get(role, frozenset())


@dataclass(frozen=True)
class WarehouseCaller(Caller):
    """An account that calls by a session or by an API key."""

    user_id: UUID = field(kw_only=True)
    role: str = field(kw_only=True)
    session_id: UUID | None = field(default=None, kw_only=True)
    """The session of the access token; None when an API key was sent."""
    api_key_id: UUID | None = field(default=None, kw_only=True)


def known(caller: Caller) -> WarehouseCaller:
    """The caller as this service made it. Handlers are given the general type."""
    assert isinstance(caller, WarehouseCaller)
    return caller
