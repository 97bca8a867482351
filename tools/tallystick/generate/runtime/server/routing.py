"""The operations as routes of an ordinary FastAPI application, found through an index.

A route runs its operation directly while nothing was added from outside. As soon as there are further dependencies,
dependency overrides or OpenTelemetry, it steps aside and FastAPI's own machinery calls the same operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound

from .execution import Receive, Scope, Send, Served
from .paths import PathIndex, PathTemplate, raw_segments
from .percent import Malformed, unquote

__all__ = ["ContractApp", "ContractRoute", "RouteIndex", "add_routes"]


class ContractRoute(APIRoute):
    """The route of one operation."""

    served: Served | None = None
    index: RouteIndex | None = None
    allowed: Sequence[str] = ()
    """Every method that the contract knows for the path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Like any route, but an encoded slash does not end a segment, and literal segments win over placeholders."""
        raw = scope.get("raw_path")
        if scope["type"] == "http" and raw and b"%2" in raw and b"%2f" in raw.lower():
            scope = {**scope, "path": "/".join(map(_decoded, raw.decode("latin-1").partition("?")[0].split("/")))}
        match, child = super().matches(scope)
        if match is not Match.NONE and self.index is not None and not self.index.prefers(self, scope):
            return Match.NONE, {}
        return match, child

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Runs the operation, or lets FastAPI run it where it has more to do."""
        served = self.served
        if served is None or scope["method"] != served.operation.method:
            await self._refuse_method(scope, receive, send)
            return
        if self.may_run_directly(scope):
            await served(scope, receive, send)
            return
        await super().handle(scope, receive, send)

    async def _refuse_method(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.served is None or "app" not in scope:
            await super().handle(scope, receive, send)
            return
        raise HTTPException(405, headers={"Allow": ", ".join(self.allowed)})

    def may_run_directly(self, scope: Mapping[str, Any]) -> bool:
        """Whether nothing was added to the route from outside."""
        if "fastapi.telemetry" in scope:
            return False
        context = scope.get("fastapi")
        context = context.get("effective_route_context") if context else None
        provider = self.dependency_overrides_provider
        if len((self if context is None else context).dependencies) != 0:
            return False
        return provider is None or not provider.dependency_overrides


def _decoded(segment: str) -> str:
    """A segment decoded but for its slashes."""
    try:
        return unquote(segment.replace("%2F", "%252F").replace("%2f", "%252f"))
    except Malformed:
        return segment


class _Path:
    """The operations of one path."""

    __slots__ = ("routes",)

    def __init__(self) -> None:
        self.routes: dict[str, tuple[ContractRoute, tuple[str, ...]]] = {}


class RouteIndex(BaseRoute):
    """Stands before all routes and finds the one of an operation without trying each."""

    def __init__(self, routes: Iterable[ContractRoute]) -> None:
        self._index: PathIndex[_Path] = PathIndex()
        for route in routes:
            assert route.served is not None
            template = route.served.template
            path = self._index.setdefault(template, _Path())
            path.routes.setdefault(route.served.operation.method, (route, template.names))
            for known, _ in path.routes.values():
                known.allowed = sorted(path.routes)
            route.index = self

    def prefers(self, route: ContractRoute, scope: Scope) -> bool:
        """Whether no template with more literal segments fits the path of the request."""
        assert route.served is not None
        if not route.served.template.names:
            return True
        segments = raw_segments(scope)[-len(route.served.template.segments) :]
        found = self._index.find("/" + "/".join(segments), segments)
        return found is None or any(known is route for known, _ in found[0].routes.values())

    def find(self, scope: Scope) -> ContractRoute | None:
        """The route for a request, whose scope then holds what routing leaves there; None for a foreign path."""
        path: str = scope["path"]
        encoded = scope.get("raw_path")
        if scope.get("root_path") or encoded is None or len(encoded) != len(path):
            segments = raw_segments(scope)  # something is encoded, or a prefix stands in front
            found = self._index.find("/" + "/".join(segments), segments)
            is_encoded = True
        else:
            found = self._index.find(path)
            is_encoded = False
        if found is None:
            return None
        leaf, texts = found
        entry = leaf.routes.get(scope["method"])
        if entry is None:
            return None
        route, names = entry
        values = dict(zip(names, texts, strict=True)) if texts else {}
        scope["tally.path"] = values
        scope["path_params"] = {name: _decoded(text) for name, text in values.items()} if is_encoded else values
        scope["endpoint"], scope["route"] = route.endpoint, route
        return route

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A full match for the operations; none while OpenTelemetry records routes, which FastAPI's search does."""
        if scope["type"] != "http" or "fastapi.telemetry" in scope:
            return Match.NONE, {}
        return (Match.NONE, {}) if self.find(scope) is None else (Match.FULL, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request to the route that ``matches`` has found."""
        await scope["route"].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Never: the routes themselves answer this."""
        raise NoMatchFound(name, path_params)


class ContractApp(FastAPI):
    """A FastAPI application that looks its operations up right inside the exception handlers.

    Middleware, exception handlers, dependencies and telemetry work as in any other; only the way from there to an
    operation is shorter.
    """

    route_index: RouteIndex | None = None

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        telemetry = settings.get("telemetry") or {}
        self._is_silent = all(telemetry.get(signal) is False for signal in ("tracing", "metrics", "logs"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request; without telemetry it is not asked for each one whether there is any."""
        stack = self.middleware_stack
        if stack is None or not self._is_silent or scope["type"] != "http" or self.root_path:
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await stack(scope, receive, send)

    def build_middleware_stack(self) -> Any:
        """The usual stack, with the index in front of the router."""
        stack = super().build_middleware_stack()
        node: Any = stack
        while not isinstance(node, ExceptionMiddleware):
            node = node.app
        node.app = self._front(node.app)
        return stack

    def _front(self, inner: Any) -> Callable[[Scope, Receive, Send], Any]:
        async def front(scope: Scope, receive: Receive, send: Send) -> None:
            index = self.route_index
            if index is not None and scope["type"] == "http" and "fastapi.telemetry" not in scope:
                route = index.find(scope)
                if route is not None and route.may_run_directly(scope):
                    assert route.served is not None
                    scope["router"] = self.router
                    await route.served(scope, receive, send)
                    return
            await inner(scope, receive, send)

        return front


def add_routes(router: APIRouter, served: Iterable[Served]) -> RouteIndex:
    """Adds the operations to a router; returns the index that finds them."""
    return RouteIndex([_route(router, each) for each in served])


def _route(router: APIRouter, served: Served) -> ContractRoute:
    operation = served.operation

    async def endpoint(request: Request) -> Response:
        return await served.response(request)

    endpoint.__name__ = endpoint.__qualname__ = operation.handler
    router.add_api_route(
        framework_path(served.template),
        endpoint,
        methods=[operation.method],
        operation_id=operation.id,
        name=operation.handler,
        summary=operation.summary or None,
        tags=[operation.tag],
        deprecated=operation.deprecated or None,
        response_model=None,
        route_class_override=ContractRoute,
    )
    route = router.routes[-1]
    assert isinstance(route, ContractRoute)
    route.served = served
    return route


def framework_path(template: PathTemplate) -> str:
    """The template in the framework's syntax, whose placeholders must be identifiers."""
    path = template.text
    for number, name in enumerate(template.names):
        if not name.isascii() or not name.isidentifier():
            path = path.replace("{" + name + "}", "{p" + str(number) + "}", 1)
    return path
