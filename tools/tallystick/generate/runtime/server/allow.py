"""Methods that an application answers on a path besides those of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

__all__ = ["methods_beside"]


def methods_beside(scope: Mapping[str, Any]) -> set[str]:
    """What other routes of the application answer on the path of a request, for ``Allow`` (RFC 9110, 10.2.1)."""
    routes = getattr(getattr(scope.get("app"), "router", None), "routes", ())
    path, root = scope["path"], scope.get("root_path", "").rstrip("/")
    if root and f"{path}/".startswith(f"{root}/"):
        path = path[len(root) :]
    found: set[str] = set()
    for context in iter_route_contexts([route for route in routes if not _is_contract(route)]):
        regex = getattr(context, "path_regex", None)
        if context.methods and regex is not None and not _is_contract(context.original_route) and regex.match(path):
            found |= context.methods
    return found


def _is_contract(route: BaseRoute) -> bool:
    """Whether a route is an operation, or a router of nothing else."""
    if getattr(route, "served", None) is not None:
        return True
    return getattr(getattr(route, "original_router", None), "is_contract", False)
