"""What is known about the request being served, beside its operation's arguments."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from warehouse.platform.identity import WarehouseCaller

__all__ = ["SYSTEM", "RequestContext", "current_request"]


@dataclass(slots=True, kw_only=True)
class RequestContext:
    """One request. The middlewares make it; the caller is filled in once the credentials are checked."""

    request_id: str
    """Names the request in logs and problems: the trace id of W3C Trace Context, 32 hexadecimal digits."""
    trace_parent: str | None = None
    remote_address: str | None = None
    """None when the system itself acts, in jobs and at start."""
    caller: WarehouseCaller | None = None
    operation_id: str | None = None


SYSTEM = RequestContext(request_id="0" * 32)
"""Stands for the request where there is none: at start and in jobs."""

current_request: ContextVar[RequestContext] = ContextVar("current_request")
"""The request that the running task serves; set by the outermost middleware, not set in jobs."""
