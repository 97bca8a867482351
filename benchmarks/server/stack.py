"""What each layer of the Warehouse costs: CPU time for one item from memory, layer put upon layer, without socket.

taskset -c 0 python benchmarks/server/stack.py
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from inprocess import HEADERS, ROUNDS, Case, drive

from warehouse import app as service
from warehouse.contract import models, router
from warehouse.contract.handlers.items import ItemsHandlers
from warehouse.contract.replies.items import GetItem200
from warehouse.contract.wiring import Contract
from warehouse.platform.clock import SystemClock
from warehouse.platform.identity import WarehouseCaller, scopes_of
from warehouse.platform.logs import configure_logs
from warehouse.platform.resources import Resources
from warehouse.platform.settings import Settings
from warehouse.platform.tokens import AccessToken

REQUESTS = 1000
ACCOUNT = UUID(int=7)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ITEM = models.Item.model_validate(
    {
        "sku": "BOLT-M8", "name": "Hexagon bolt M8", "description": None, "category": "component", "status": "active",
        "price": {"amount": "0.35", "currency": "EUR"}, "tags": ["steel"], "reorder_point": None, "weight_grams": 18,
        "quantity": 5, "version": 3, "created_at": MOMENT, "updated_at": MOMENT,
    }
)  # fmt: skip


async def get_item(_self: object, **_arguments: Any) -> GetItem200:
    """The item, without a database."""
    return GetItem200(ITEM, etag='"3"')


class Sessions:
    """The Warehouse's authenticator, but for the look-up of the session in the database."""

    def __init__(self, resources: Resources) -> None:
        self._tokens = resources.tokens

    async def bearer_auth(self, token: str, *, operation: object) -> WarehouseCaller | None:  # noqa: ARG002 - a protocol
        """The caller with an access token."""
        access = self._tokens.read(token)
        if access is None:
            return None
        scopes = access.scopes & scopes_of("member")
        return WarehouseCaller(str(ACCOUNT), scopes, user_id=ACCOUNT, role="member", session_id=access.session_id)

    async def api_key_auth(self, key: str, *, operation: object) -> WarehouseCaller | None:
        """Not measured."""
        raise NotImplementedError


def contract(resources: Resources, *, idempotency: bool) -> Contract[Any]:
    """The service's own contract over memory instead of its database."""
    own = service._contract(resources)  # noqa: SLF001 - the service puts it together nowhere else
    kind = type("Memory", (ItemsHandlers,), dict.fromkeys(ItemsHandlers.__abstractmethods__, get_item))
    nothing: AbstractAsyncContextManager[None] = contextlib.nullcontext()
    changes: dict[str, Any] = {} if idempotency else {"around": (), "inside": ()}
    handlers = kind()
    return dataclasses.replace(
        own,
        scope=lambda _call: nothing,
        auth=Sessions(resources),  # type: ignore[arg-type]  # a protocol that names more
        items=lambda _scope: handlers,
        **changes,
    )


def layers(resources: Resources) -> Iterator[tuple[str, Any]]:
    """Applications with one layer more each, the innermost first."""
    quiet = {"tracing": False, "metrics": False, "logs": False}
    bare = router.create_app(contract(resources, idempotency=False), telemetry=quiet)
    yield "the operation: routing, bearer token, parameters, reply", bare
    complete = service.create_app(resources.settings)
    outermost, *others = complete.user_middleware
    for count in range(-1, len(others) + 1):
        app = router.create_app(contract(resources, idempotency=True), telemetry=quiet)
        if count >= 0:
            app.user_middleware = [outermost, *others[len(others) - count :]]
        names = ["idempotency", outermost.cls.__name__, *(each.cls.__name__ for each in reversed(others))]
        yield f"+ {names[count + 1]}", app


async def measure(cases: Mapping[str, Case]) -> dict[str, list[float]]:
    """CPU microseconds per request, in turn, the order reversed every round."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(ROUNDS + 1):
        for name, case in cases.items() if number % 2 else reversed(cases.items()):
            figure = await drive(case, REQUESTS)
            if number:
                found[name].append(figure)
    return found


def show(found: Mapping[str, list[float]]) -> None:
    """The table."""
    print("| layer | µs, least | median | this layer |\n|---|---|---|---|")
    before = 0.0
    for name, values in found.items():
        print(f"| {name} | {min(values):.1f} | {statistics.median(values):.1f} | {min(values) - before:+.1f} |")
        before = min(values)


def main() -> None:
    """Measures and prints. Log lines are written, but to nowhere."""
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        settings = Settings(data_directory=Path(folder), check_replies=0.0, rate_limits={"default": 10**9})
        resources = Resources(settings, SystemClock(), service._jobs(), ())  # noqa: SLF001 - as above
        token = resources.tokens.issue(AccessToken(ACCOUNT, ACCOUNT, frozenset(("items:read",))))
        signed = [*HEADERS, (b"authorization", f"Bearer {token}".encode())]
        cases = {name: (app, "/items/BOLT-M8", signed) for name, app in layers(resources)}
        with contextlib.redirect_stdout(nowhere):
            configure_logs(settings.log_format, settings.log_level)
        gc.collect()
        gc.freeze()
        gc.set_threshold(20000, 20, 50)
        found = asyncio.run(measure(cases))
    show(found)


if __name__ == "__main__":
    sys.exit(main())
