"""One line in the log for each request."""

from __future__ import annotations

import time

import structlog

from warehouse.platform.asgi import App, Message, Receive, Scope, Send
from warehouse.platform.request import request_of

__all__ = ["AccessLog"]

_log = structlog.get_logger("warehouse.access")


class AccessLog:
    """Says who asked for what, and how it went. Never the query or a body: they may hold secrets."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, size = time.perf_counter(), 0, 0

        async def watch(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            context = request_of(scope)
            _log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                operation=None if context.operation is None else context.operation.id,
                status=status,
                bytes=size,
                milliseconds=round((time.perf_counter() - started) * 1000, 2),
                caller=None if context.caller is None else context.caller.subject,
                address=context.remote_address,
            )
