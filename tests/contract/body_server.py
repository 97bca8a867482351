"""A generated server that answers each JSON body with the value its handler was given."""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate import write
from tallystick.generate.server import generate_server

__all__ = ["EchoServer"]

_NUMBERS = itertools.count()


class EchoServer:
    """One operation for each schema, ``POST /b<number>``. ``served`` are the numbers that could be generated."""

    def __init__(
        self, schemas: list[Any], components: dict[str, Any], folder: Path, *, version: str = "3.1.0", **more: Any
    ) -> None:
        self.package = f"echo_{next(_NUMBERS)}"
        self.given: Any = None
        file = folder / f"{self.package}.json"
        file.write_text(json.dumps(_described(schemas, components, version) | more), "utf-8")
        bundled = bundle(load(file))
        canonical = canonicalise(read(bundled))
        plan = generate_server(canonical, self.package)
        self.findings = (*bundled.findings, *plan.findings)
        write(plan, folder / self.package)
        sys.path.insert(0, str(folder))
        try:
            importlib.invalidate_caches()
            self.app = self._application()
        finally:
            sys.path.remove(str(folder))

    def _application(self) -> Any:
        names = ("router", "handlers", "wiring", "replies", "operations")
        router, handlers, wiring, replies, operations = [
            importlib.import_module(f"{self.package}.{name}") for name in names
        ]
        self.served = {int(name.removeprefix("b")) for name in operations.OPERATIONS}
        factories = {
            name: self._factory(getattr(handlers, protocol), replies)
            for name, annotation in wiring.Contract.__annotations__.items()
            for protocol in handlers.__all__
            if protocol in str(annotation)
        }
        return router.create_app(wiring.Contract(scope=lambda _call: _unit(), settings=wiring.Settings(), **factories))

    def _factory(self, protocol: Any, replies: Any) -> Any:
        def method(name: str) -> Any:
            async def handle(_self: Any, body: Any) -> Any:
                self.given = body
                return getattr(replies, f"{name.upper()}200")(body)

            handle.__name__ = name
            return handle

        made = type("Made", (protocol,), {name: method(name) for name in protocol.__abstractmethods__})
        return lambda _scope: made()

    async def post(self, number: int, content: bytes) -> tuple[int, bytes]:
        """Status and content of the answer; a violation of the contract is its 500 and what it says."""
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        path = f"/b{number}"
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "state": {},
            "headers": [(b"content-type", b"application/json")], "server": ("test", 80), "client": ("test", 1),
        }  # fmt: skip
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - what a server logs beside the 500 it has sent
            return 500, str(error).encode()
        return messages[0]["status"], b"".join(message.get("body", b"") for message in messages[1:])


def _described(schemas: list[Any], components: dict[str, Any], version: str) -> dict[str, Any]:
    paths = {}
    for number, schema in enumerate(schemas):
        content = {"application/json": {"schema": schema}}
        operation = {
            "operationId": f"b{number}",
            "security": [],
            "requestBody": {"required": True, "content": content},
            "responses": {"200": {"description": "The same.", "content": content}},
        }
        paths[f"/b{number}"] = {"post": operation}
    information = {"title": "T", "version": "1"}
    return {"openapi": version, "info": information, "paths": paths, "components": {"schemas": components}}


@asynccontextmanager
async def _unit() -> Any:
    yield None
