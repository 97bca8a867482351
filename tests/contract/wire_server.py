"""A generated server whose handlers note what they are given, called without a network."""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate import write
from tallystick.generate.server import generate_server

_NUMBERS = itertools.count()


@dataclass
class WireServer:
    """``served`` are the operations that could be generated, ``given`` the arguments of the last call."""

    app: Any = None
    served: set[str] = field(default_factory=set)
    given: dict[str, Any] | None = None

    async def call(
        self,
        path: bytes,
        query: bytes = b"",
        headers: list[tuple[bytes, bytes]] | None = None,
        method: str = "GET",
        body: bytes = b"",
    ) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        self.given = None
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path.decode("latin-1"), "raw_path": path, "query_string": query, "root_path": "",
            "headers": headers or [], "server": ("test", 80), "client": ("test", 1), "state": {},
        }  # fmt: skip
        await self.app(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in messages[1:])
        return messages[0]["status"], json.loads(content) if content else None


@asynccontextmanager
async def _unit() -> Any:
    yield None


def serve(operations: dict[str, Any], folder: Path, schemas: dict[str, Any] | None = None) -> WireServer:
    """A server for path items, in a folder of its own; operations that cannot be served are left out."""
    package = f"wire_{next(_NUMBERS)}"
    file = folder / f"{package}.json"
    description = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": operations,
        "components": {"schemas": schemas or {}},
    }
    file.write_text(json.dumps(description), "utf-8")
    plan = generate_server(canonicalise(read(bundle(load(file)))), package)
    write(plan, folder / package)
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        router = importlib.import_module(f"{package}.router")
    finally:
        sys.path.remove(str(folder))
    server = WireServer()
    modules = [importlib.import_module(f"{package}.{name}") for name in ("handlers", "wiring", "replies", "operations")]
    handlers, wiring, replies, described = modules
    factories = {
        name: _factory(server, getattr(handlers, protocol), replies)
        for name, annotation in wiring.Contract.__annotations__.items()
        for protocol in handlers.__all__
        if protocol in str(annotation)
    }
    contract = wiring.Contract(scope=lambda _call: _unit(), settings=wiring.Settings(), **factories)
    server.app = router.create_app(contract)
    server.served = set(described.OPERATIONS)
    return server


def _factory(server: WireServer, protocol: Any, replies: Any) -> Any:
    by_name = {title.lower(): kind for title, kind in vars(replies).items()}

    def method(name: str) -> Any:
        async def handle(_self: Any, **arguments: Any) -> Any:
            server.given = arguments
            return by_name[f"{name.replace('_', '')}204"]()

        handle.__name__ = name
        return handle

    made = type("Made", (protocol,), {name: method(name) for name in protocol.__abstractmethods__})
    return lambda _scope: made()
