"""The application that finds its operations before the layers which these do not need."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp

from .execution import Receive, Scope, Send, Served
from .routing import FAILURE, RouteIndex, add_routes, dispatch, searching

__all__ = ["ContractApp", "Shortcut"]


class Shortcut:
    """The direct way to an operation, and the layers of the application that it passes by.

    These layers act on errors alone, or on what is not an operation. Where an error occurs, the request goes through
    them after all, and its route raises the error where it would have occurred.
    """

    def __init__(self, app: Starlette, index: RouteIndex, layers: ASGIApp) -> None:
        self._app = app
        self._find = index.find
        self._layers = layers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request as an ASGI application."""
        route = self._find(scope) if scope["type"] == "http" and "fastapi.telemetry" not in scope else None
        if route is None or not route.may_run_directly(scope):
            await self._layers(scope, receive, send)
            return
        scope["router"] = self._app.router
        served = route.served
        assert served is not None
        try:
            answer = await served.answer(scope, receive)
        except Exception as error:  # noqa: BLE001 - raised again within the layers
            scope[FAILURE] = _Failure(error, started=False)
            await self._layers(scope, receive, send)
            return
        try:
            await answer.send(receive, send, bodiless=served.bodiless)
        except Exception as error:  # noqa: BLE001 - raised again within the layers
            scope[FAILURE] = _Failure(error, started=True)
            await self._layers(scope, receive, _nowhere)


class OutermostShortcut(Shortcut, ServerErrorMiddleware):
    """A shortcut around all layers, in the place and with the settings of the outermost one.

    Instrumentation that rebuilds the layers looks for it there.
    """

    def __init__(self, app: Starlette, index: RouteIndex, layers: ServerErrorMiddleware) -> None:
        Shortcut.__init__(self, app, index, layers)
        self.app, self.handler, self.debug = layers.app, layers.handler, layers.debug


class _Failure:
    """An error of an operation, and whether its answer had begun: then nothing more may be sent."""

    __slots__ = ("error", "started")

    def __init__(self, error: Exception, *, started: bool) -> None:
        self.error = error
        self.started = started

    async def __call__(self, send: Send) -> None:
        if self.started:  # the layers look out for this message
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise self.error


async def _nowhere(_message: MutableMapping[str, Any]) -> None:
    """Sends nothing: the client has the beginning of another answer."""


class ContractApp(FastAPI):
    """A FastAPI application that looks its operations up before the layers which these do not need.

    Middleware, exception handlers, dependencies and telemetry work as in any other; only the way to an operation is
    shorter.
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

    def build_middleware_stack(self) -> ASGIApp:
        """The usual layers, with the shortcut right inside the middleware that was added to the application."""
        if self.route_index is None:
            return super().build_middleware_stack()
        if not self.user_middleware:
            layers = super().build_middleware_stack()
            assert isinstance(layers, ServerErrorMiddleware)
            return OutermostShortcut(self, self.route_index, layers)
        added = self.user_middleware
        self.user_middleware = [*added, Middleware(self._shortcut)]
        try:
            return super().build_middleware_stack()
        finally:
            self.user_middleware = added

    def add_operations(self, served: Iterable[Served]) -> None:
        """Adds the operations as routes, which are found through an index."""
        self.route_index = index = add_routes(self.router, served)
        router = self.router

        async def find(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("router", router)
            if not await dispatch(index, scope, receive, send):
                await searching(router, index).app(scope, receive, send)

        router.middleware_stack = find

    def _shortcut(self, app: ASGIApp) -> ASGIApp:
        assert self.route_index is not None
        return Shortcut(self, self.route_index, app)
