"""Counts and times requests."""

from __future__ import annotations

import time

from warehouse.platform.asgi import App, Message, Receive, Scope, Send
from warehouse.platform.metrics import Metrics
from warehouse.platform.request import request_of

__all__ = ["Measuring"]


class Measuring:
    """Feeds ``Metrics``. What is no operation is counted under ``-``."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._metrics.running.track_inprogress():
            try:
                await self.app(scope, receive, watch)
            finally:
                operation = request_of(scope).operation
                name = "-" if operation is None else operation.id
                self._metrics.answered(name, status, time.perf_counter() - started)
