"""Gives each request its name, and finds its operation."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Iterable
from ipaddress import ip_address
from typing import Any

from warehouse.contract._runtime.paths import PathIndex, PathTemplate
from warehouse.contract.wiring import Operation
from warehouse.platform.asgi import App, Message, Receive, Scope, Send
from warehouse.platform.request import CURRENT, KEY, RequestContext

__all__ = ["Identification"]

_TRACE_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")


class Identification:
    """Puts a ``RequestContext`` into the ASGI scope, and keeps it up to date while the answer is sent.

    Its id is the trace id of ``traceparent`` (W3C Trace Context), or a new one.

    ``proxies`` is how many trusted proxies add to ``X-Forwarded-For``: only what they added is believed.
    """

    def __init__(self, app: App, operations: Iterable[Operation], proxies: int) -> None:
        self.app = app
        self._proxies = proxies
        self._index: PathIndex[dict[str, Operation]] = PathIndex()
        for operation in operations:
            self._index.setdefault(PathTemplate(operation.path), {})[operation.method] = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace_parent = accept = None
        for name, value in scope["headers"]:  # the first of each
            if name == b"accept" and accept is None:
                accept = value.decode("latin-1")
            elif name == b"traceparent" and trace_parent is None:
                trace_parent = value.decode("latin-1")
        request_id = _trace_id(trace_parent)
        context = RequestContext(
            request_id=request_id,
            remote_address=self._address(scope),
            accept=accept,
            operation=self._operation(scope),
            headers={b"x-request-id": request_id.encode()},
        )
        scope[KEY] = context
        CURRENT.set(context)
        await self.app(scope, receive, _watched(send, context))

    def _operation(self, scope: Scope) -> Operation | None:
        path, raw = scope["path"], scope.get("raw_path")
        if raw is not None and len(raw) != len(path):
            path = raw.decode("latin-1").partition("?")[0]
        found = self._index.find(path)
        return None if found is None else found[0].get(scope["method"])

    def _address(self, scope: Scope) -> str | None:
        if self._proxies:
            lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
            hops = [hop.strip() for hop in ",".join(lines).split(",") if hop.strip()]
            if len(hops) >= self._proxies and _is_address(hops[-self._proxies]):
                return hops[-self._proxies]
        peer: tuple[str, Any] | None = scope.get("client")
        return None if peer is None else peer[0]


def _watched(send: Send, context: RequestContext) -> Send:
    """Notes what is sent, and adds the headers. All middlewares rely on this one: each further wrapper would cost."""

    def watch(message: Message) -> Awaitable[None]:  # no coroutine of its own: there is nothing to wait for here
        if message["type"] == "http.response.start":
            context.status = message["status"]
            given, added = message.get("headers", ()), context.headers
            for name, _ in given:
                added.pop(name, None)
            message["headers"] = [*given, *added.items()]
        else:
            context.size += len(message.get("body", b""))
        return send(message)

    return watch


def _trace_id(trace_parent: str | None) -> str:
    match = _TRACE_PARENT.fullmatch(trace_parent) if trace_parent is not None else None
    return match[1] if match is not None else f"{random.getrandbits(128) or 1:032x}"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
