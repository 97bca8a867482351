"""The operations as a router for an application of one's own, found through an index wherever it is included."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fastapi import APIRouter
from starlette.routing import Match

from .execution import Receive, Scope, Send, Served
from .routing import ContractRoute, RouteIndex, add_routes, dispatch, searching

__all__ = ["ContractRouter"]

_FOUND: Final = "tally.found"
"""Where the ASGI scope holds the inclusion and the route that match a request."""


class ContractRouter(APIRouter):
    """A router that answers the question for a route by one look into an index.

    It can be included (with a prefix, dependencies, tags …) or mounted like any other, and routes of one's own can be
    added to it. Where the place of its inclusion cannot be known, FastAPI tries its routes one by one.
    """

    def __init__(self, served: Iterable[Served]) -> None:
        super().__init__()
        self.index = add_routes(self, served)
        self._operations = tuple(route for route in self.routes if isinstance(route, ContractRoute))
        self._inclusions: dict[int, _Inclusion] = {}

    @property
    def is_contract(self) -> bool:
        """Whether the router has no routes but the operations."""
        return len(self.routes) == len(self._operations)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """How far a request asks for an operation, where the router is included."""
        inclusion = self._inclusion(scope)
        if inclusion is None or scope["type"] != "http":
            return super().matches(scope)
        route = inclusion.index.find(scope)
        if route is not None:
            scope[_FOUND] = (inclusion, route)
            return Match.FULL, {}
        if not self.is_contract:
            return super().matches(scope)
        route = inclusion.index.beside(scope)
        if route is None:
            return Match.NONE, {}
        scope[_FOUND] = (inclusion, route)
        return Match.PARTIAL, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request that matches."""
        found = scope.pop(_FOUND, None)
        inclusion = self._inclusion(scope)
        if found is None or inclusion is None or found[0] is not inclusion:
            await super().handle(scope, receive, send)
        else:
            await inclusion.handle(found[1], scope, receive, send)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request where the router is mounted."""
        scope.setdefault("router", self)
        if not await dispatch(self.index, scope, receive, send):
            await APIRouter.app(searching(self, self.index), scope, receive, send)

    def _get_routes_version(self, seen: set[int] | None = None) -> int:
        """As FastAPI asks several times per request, without a look at each operation: none of them is a router."""
        return self._routes_version if self.is_contract else super()._get_routes_version(seen)

    def _inclusion(self, scope: Scope) -> _Inclusion | None:
        node = scope.get("fastapi", {}).get("included_router")
        if getattr(node, "original_router", None) is not self:
            return None
        known = self._inclusions.get(id(node))
        if known is None:
            known = self._inclusions[id(node)] = _Inclusion(node, self._operations)
        return known if known.is_plain else None


class _Inclusion:
    """One place where the router is included, possibly below others."""

    def __init__(self, node: Any, routes: Iterable[ContractRoute]) -> None:
        self._node = node
        context = node.include_context
        self.is_plain = ":" not in context.prefix
        """Whether the prefix has no convertors, which only the framework knows."""
        self.index = RouteIndex(routes, context.prefix)
        self._dependencies = context.dependencies
        self._overriding = context.dependency_overrides_provider
        self._alone: dict[int, Any] = {}

    async def handle(self, route: ContractRoute, scope: Scope, receive: Receive, send: Send) -> None:
        """Runs the operation, or lets FastAPI run it where it has more to do."""
        served = route.served
        if served is not None and scope["method"] == served.operation.method and self._is_unchanged(route, scope):
            await served(scope, receive, send)
        else:
            await self._with_framework(route).handle(scope, receive, send)

    def _is_unchanged(self, route: ContractRoute, scope: Scope) -> bool:
        """Whether nothing was added to the route from outside."""
        if self._dependencies or route.dependencies or "fastapi.telemetry" in scope:
            return False
        return self._overriding is None or not self._overriding.dependency_overrides

    def _with_framework(self, route: ContractRoute) -> Any:
        """The route as if it were included alone: FastAPI's whole machinery, without its search."""
        known = self._alone.get(id(route))
        if known is None:
            known = self._alone[id(route)] = type(self._node)(route.alone, self._node.include_context)
        return known
