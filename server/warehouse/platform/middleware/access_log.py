"""One line in the log for each request."""

from __future__ import annotations

import time

from warehouse.platform.asgi import App, Receive, Scope, Send
from warehouse.platform.logs import RequestLine
from warehouse.platform.request import request_of

__all__ = ["AccessLog"]


class AccessLog:
    """Says who asked for what, and how it went. Never the query or a body: they may hold secrets."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        try:
            await self.app(scope, receive, send)
        finally:
            context = request_of(scope)
            line = RequestLine(
                request_id=context.request_id,
                method=scope["method"],
                path=scope["path"],
                operation=None if context.operation is None else context.operation.id,
                status=context.status,
                bytes=context.size,
                milliseconds=round((time.perf_counter() - started) * 1000, 2),
                caller=None if context.caller is None else context.caller.subject,
                address=context.remote_address,
            )
            line.write()
