"""What is known about the request being served, beside its operation's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from warehouse.contract.wiring import Operation
from warehouse.platform.identity import WarehouseCaller

__all__ = ["CURRENT", "SYSTEM", "RequestContext", "request_of"]

KEY = "warehouse.request"
"""Where the ASGI scope holds the context."""


@dataclass(slots=True, kw_only=True)
class RequestContext:
    """One request and what became of it. The middlewares make it; the caller is filled in once the credentials are
    checked."""

    request_id: str
    """Names the request in logs and problems: the trace id of W3C Trace Context, 32 hexadecimal digits."""
    remote_address: str | None = None
    """None when the system itself acts, in jobs and at start."""
    accept: str | None = None
    """The request header ``Accept``, None if there was none."""
    operation: Operation | None = None
    """None for a path or method that the contract does not know."""
    caller: WarehouseCaller | None = None
    headers: dict[bytes, bytes] = field(default_factory=dict)
    """What the middlewares add to the answer, unless it brings its own."""
    status: int = 0
    """Of the answer; 0 before it begins."""
    size: int = 0
    """Bytes of content sent."""


CURRENT: ContextVar[RequestContext | None] = ContextVar("warehouse_request", default=None)
"""The request being served, for log lines; all else is given it."""

SYSTEM = RequestContext(request_id="0" * 32)
"""Stands for the request where there is none: at start and in jobs."""


def request_of(asgi: Mapping[str, Any]) -> RequestContext:
    """The context that the outermost middleware has put into an ASGI scope."""
    context: RequestContext = asgi[KEY]
    return context
