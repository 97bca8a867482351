"""Turns what nobody else has handled into the problem that the contract declares for it."""

from __future__ import annotations

import structlog

from warehouse.contract.problems import InternalError, ServiceUnavailable
from warehouse.contract.wiring import ContractViolation
from warehouse.platform.asgi import App, Receive, Scope, Send
from warehouse.platform.outages import is_outage
from warehouse.platform.problems import send_problem
from warehouse.platform.request import request_of

__all__ = ["Faults"]

_log = structlog.get_logger(__name__)


class Faults:
    """503 while the database is away or overloaded, 500 for our own mistakes. An answer that has begun is broken off.

    ``retry_after`` is what clients are told to wait, in seconds.
    """

    def __init__(self, app: App, *, retry_after: int = 5) -> None:
        self.app = app
        self._retry_after = retry_after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if request_of(scope).status:
                raise
            await self._answer(error, scope, send)

    async def _answer(self, error: Exception, scope: Scope, send: Send) -> None:
        if is_outage(error):
            _log.warning("not available", reason=f"{type(error).__name__}: {error}".partition("\n")[0])
            detail = "The service is overloaded, or its database is out of reach. Try again in a moment."
            await send_problem(ServiceUnavailable(detail, retry_after=self._retry_after), scope, send)
            return
        notes = " ".join(getattr(error, "__notes__", ()))
        what = "answer outside the contract" if isinstance(error, ContractViolation) else "request failed"
        _log.error(what, notes=notes, exc_info=error)
        await send_problem(InternalError("Something broke on our side."), scope, send)
