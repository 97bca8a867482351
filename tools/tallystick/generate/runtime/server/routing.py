"""The operations as routes of an ordinary FastAPI application, found through an index.

A route runs its operation directly while nothing was added from outside. As soon as there are further dependencies,
dependency overrides or OpenTelemetry, it steps aside and FastAPI's own machinery calls the same operation.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from .allow import methods_beside
from .app_handlers import handles_status
from .application import problem_response
from .execution import Receive, Scope, Send, Served
from .paths import PathIndex, PathKey, PathTemplate, raw_segments
from .percent import Malformed, unquote
from .rivals import Contender, contested

__all__ = [
    "FAILURE",
    "ContractRoute",
    "RouteIndex",
    "add_routes",
    "dispatch",
    "refuse_method",
    "searching",
]

FAILURE: Final = "tally.failure"
"""Where the ASGI scope holds the error that a route is to raise."""


class ContractRoute(APIRoute):
    """The route of one operation."""

    served: Served | None = None
    index: RouteIndex | None = None
    allowed: Sequence[str] = ()
    """Every method that the contract knows for the path."""
    beyond: str = ""
    """What stands behind the path in its key, a query or a fragment: no request has it there."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Like any route, but an encoded slash does not end a segment, and literal segments win over placeholders."""
        raw = scope.get("raw_path")
        if scope["type"] == "http" and raw and b"%2" in raw and b"%2f" in raw.lower():
            scope = {**scope, "path": "/".join(map(_decoded, raw.decode("latin-1").partition("?")[0].split("/")))}
        match, child = super().matches(scope)
        if match is Match.NONE and self.beyond:
            match, child = super().matches({**scope, "path": scope["path"] + self.beyond})
        if match is not Match.NONE and self.index is not None and not self.index.prefers(self, scope):
            return Match.NONE, {}
        return match, child

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Runs the operation, or lets FastAPI run it where it has more to do."""
        failure = scope.pop(FAILURE, None)
        if failure is not None:
            await failure(send)
        served = self.served
        if served is None:
            await super().handle(scope, receive, send)
            return
        if scope["method"] != served.operation.method:
            await refuse_method(self, scope, receive, send)
            return
        if self.may_run_directly(scope):
            await served(scope, receive, send)
            return
        await super().handle(scope, receive, send)

    @cached_property
    def alone(self) -> APIRouter:
        """A router of this route alone: FastAPI's whole machinery, without its search."""
        router = APIRouter(redirect_slashes=False)
        router.routes.append(self)
        return router

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


async def refuse_method(route: ContractRoute, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers 405 (RFC 9110, section 15.5.6), unless the application has a handler of its own for it.

    Raises:
        HTTPException: for that handler.
    """
    assert route.served is not None
    headers = {"Allow": ", ".join(sorted({*route.allowed, *methods_beside(scope, route.index)}))}
    if handles_status(scope, 405):
        raise HTTPException(405, headers=headers)
    await problem_response(405, None, route.served.problem_members(scope), headers)(scope, receive, send)


class _Path:
    """The operations of one path."""

    __slots__ = ("routes",)

    def __init__(self) -> None:
        self.routes: dict[str, tuple[ContractRoute, tuple[str, ...]]] = {}


class RouteIndex:
    """Finds the route of an operation without trying each. ``prefix`` stands in front of all their paths."""

    def __init__(self, routes: Iterable[ContractRoute], prefix: str = "") -> None:
        self._index: PathIndex[_Path] = PathIndex()
        for route in sorted(routes, key=_rank):
            assert route.served is not None
            for own in _templates(route.served):
                template = PathTemplate(prefix + own.text) if prefix else own
                path = self._index.setdefault(template, _Path())
                path.routes.setdefault(route.served.operation.method, (route, template.names))
                for known, _ in path.routes.values():
                    known.allowed = sorted(path.routes)
            if not prefix:
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
        if path and path[0] != "/":  # such as ``*``: no path, though the rest of it might be one
            return None
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
        values = {names[0]: texts[0]} if len(names) == 1 else dict(zip(names, texts, strict=True))
        scope["tally.path"] = values
        if is_encoded:
            decoded = {name: _decoded(text) for name, text in values.items()}
            scope["path_params"] = {**scope.get("path_params", {}), **decoded}
        else:
            scope["path_params"] = values
        scope["endpoint"], scope["route"] = route.endpoint, route
        return route

    def beside(self, scope: Scope) -> ContractRoute | None:
        """Some route of the path that the request asks for with another method."""
        segments = raw_segments(scope)
        found = self._index.find("/" + "/".join(segments), segments)
        return None if found is None else next(iter(found[0].routes.values()))[0]


def _rank(route: ContractRoute) -> int:
    """Which operation comes first at a place that it shares with others."""
    return route.served.rank if isinstance(route.served, Contender) else 0


def _templates(served: Served) -> Iterable[PathTemplate]:
    """Where an operation is found: the first of those that share a path speaks for all, a fragment for its own."""
    address = PathKey.parse(served.operation.path).address
    if address is not None:
        yield address
    if served.operation.after is None:
        yield served.template


async def dispatch(index: RouteIndex, scope: Scope, receive: Receive, send: Send) -> bool:
    """Serves a request for an operation as a router would; False for any other."""
    route = index.find(scope) if scope["type"] == "http" else None
    if route is None:
        return False
    serve = route.handle if route.may_run_directly(scope) else route.alone.app
    await serve(scope, receive, send)
    return True


class _Operations(BaseRoute):
    """All operations in one search of the framework."""

    def __init__(self, index: RouteIndex) -> None:
        self._index = index
        self._route: ContractRoute | None = None
        self.path_format: str | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """How far the request asks for one of them."""
        route = self._index.beside(scope) if scope["type"] == "http" else None
        if route is None:
            return Match.NONE, {}
        self._route, self.path_format = route, route.path_format
        return route.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request that matches."""
        assert self._route is not None
        await self._route.handle(scope, receive, send)


def searching(router: APIRouter, index: RouteIndex) -> APIRouter:
    """The router for one request that is for no operation: it tries the other routes only."""
    others = [route for route in router.routes if not isinstance(route, ContractRoute)]
    copied = copy.copy(router)
    copied.routes = [_Operations(index), *others]
    return copied


def add_routes(router: APIRouter, served: Iterable[Served]) -> RouteIndex:
    """Adds the operations to a router; returns the index that finds them.

    Raises:
        ContractViolation: the settings do not fit the operations.
    """
    listed = list(served)
    if listed:
        listed[0].settings.check([each.operation.id for each in listed])  # all share one wiring
    taken: set[tuple[str, str]] = set()
    return RouteIndex([_route(router, each, taken) for each in contested(listed)])


def _route(router: APIRouter, served: Served, taken: set[tuple[str, str]]) -> ContractRoute:
    operation = served.operation

    async def endpoint(request: Request, response: Response) -> Response:
        answer = await served.response(request)
        answer.raw_headers.extend(response.raw_headers)  # what dependencies have set
        return answer

    endpoint.__name__ = endpoint.__qualname__ = operation.handler
    router.add_api_route(
        framework_path(operation.method, operation.path, taken),
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
    if operation.after is None:
        route.beyond = re.sub(r"[{}]", "", operation.path[len(served.template.text) :])
    if isinstance(served, Contender):
        served.routing |= {"route": route, "endpoint": route.endpoint}
    return route


def framework_path(method: str, path: str, taken: set[tuple[str, str]]) -> str:
    """The key of ``paths`` in the framework's syntax, whose placeholders must be identifiers that differ.

    ``taken`` are the methods and paths of other routes, which would hide an equal one in the framework's document.
    """
    names: list[str] = []
    for name in PathTemplate(path).names:
        new = re.sub(r"\W", "_", name, flags=re.ASCII) or "p"
        names.append(_other(new if not new[0].isdigit() else f"p{new}", names))
    result = _renamed(path, names)
    while (method, result) in taken and names:
        names[-1] = _other(f"{names[-1]}_", names)
        result = _renamed(path, names)
    taken.add((method, result))
    return result


def _other(name: str, names: Sequence[str]) -> str:
    while name in names:
        name += "_"
    return name


def _renamed(path: str, names: Sequence[str]) -> str:
    written = iter(names)
    return re.sub(r"\{[^{}]*\}", lambda _: f"{{{next(written)}}}", path)
