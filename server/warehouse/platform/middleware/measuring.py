"""Counts and times requests."""

from __future__ import annotations

import time

from warehouse.platform.asgi import App, Receive, Scope, Send
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
        started = time.perf_counter()
        self._metrics.running += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._metrics.running -= 1
            context = request_of(scope)
            name = "-" if context.operation is None else context.operation.id
            self._metrics.answered(name, context.status, time.perf_counter() - started)
