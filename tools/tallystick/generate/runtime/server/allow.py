"""Methods that an application answers on a path besides those of a contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

__all__ = ["methods_beside"]


def methods_beside(scope: Mapping[str, Any], index: object) -> set[str]:
    """What other routes of the application answer on the path of a request, for ``Allow`` (RFC 9110, 10.2.1).

    ``index`` is the one that knows the methods of a contract already; another contract may have the same path.
    """
    routes = getattr(getattr(scope.get("app"), "router", None), "routes", ())
    path, root = scope["path"], scope.get("root_path", "").rstrip("/")
    if root and f"{path}/".startswith(f"{root}/"):
        path = path[len(root) :]
    found: set[str] = set()
    for context in iter_route_contexts([route for route in routes if not _is_known(route, index)]):
        regex = getattr(context, "path_regex", None)
        if context.methods and regex is not None and not _is_known(context.original_route, index) and regex.match(path):
            found |= context.methods
    return found


def _is_known(route: BaseRoute, index: object) -> bool:
    """Whether a route is an operation of the contract, or a router of nothing else."""
    router = getattr(route, "original_router", None)
    known = router if getattr(router, "is_contract", False) else route
    return getattr(known, "index", None) is index
