"""Whether the process lives, and whether it should get requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from warehouse.platform.database import Database
from warehouse.platform.metrics import Metrics

__all__ = ["Health", "metrics_endpoint"]


class Health:
    """``/livez`` never asks anybody else: a database that is away is no reason to restart us.

    ``/readyz`` does, and goes red as soon as the service is about to stop.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.is_draining = False

    async def livez(self, _: Request) -> Response:
        """200 as long as the process answers at all."""
        return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})

    async def readyz(self, _: Request) -> Response:
        """200 if requests can be served, else 503 with the reason."""
        if self.is_draining:
            return _not_ready("draining")
        try:
            await self._database.ping()
        except Exception:  # noqa: BLE001 - whatever it is, we are not ready
            return _not_ready("the database does not answer")
        return JSONResponse({"status": "ready"}, headers={"Cache-Control": "no-store"})


def _not_ready(reason: str) -> Response:
    headers = {"Cache-Control": "no-store", "Retry-After": "5"}
    return JSONResponse({"status": "not ready", "reason": reason}, 503, headers=headers)


def metrics_endpoint(metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that Prometheus asks."""

    async def endpoint(_: Request) -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return endpoint
