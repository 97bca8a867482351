"""Generates servers from small descriptions and calls them."""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest
from starlette.testclient import TestClient

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate import Plan, write
from tallystick.generate.server import generate_server

_NUMBERS = itertools.count()


def described(operations: dict[str, Any], schemas: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A description with operations by ``METHOD /path``."""
    paths: dict[str, Any] = {}
    for key, operation in operations.items():
        method, path = key.split(" ", 1)
        own = {"operationId": operation.get("operationId", f"{method.lower()}{len(paths)}"), "security": []}
        own["responses"] = {"204": {"description": "Done."}}
        paths.setdefault(path, {})[method.lower()] = {**own, **operation}
    components = {"schemas": schemas or {}, **more.pop("components", {})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": components,
        **more,
    }


def planned(description: dict[str, Any], folder: Path, package: str = "generated") -> Plan:
    """The plan for a description."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(description))
    return generate_server(canonicalise(read(bundle(load(file)))), package)


class Unit:
    """A unit of work that notes what becomes of it."""

    def __init__(self, log: list[Any]) -> None:
        self._log = log

    async def __aenter__(self) -> Self:
        self._log.append("open")
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        self._log.append("commit" if kind is None else "rollback")


@dataclass
class Server:
    """A generated server. ``calls`` are the arguments handlers got, ``log`` what happened in order."""

    client: TestClient
    modules: Callable[[str], ModuleType]
    app: Any
    contract: Any
    calls: list[dict[str, Any]] = field(default_factory=list)
    log: list[Any] = field(default_factory=list)

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Sends a request after forgetting earlier ones."""
        self.calls.clear()
        self.log.clear()
        return self.client.request(method, path, **options)


def serve(
    description: dict[str, Any],
    folder: Path,
    handlers: dict[str, Callable[..., Any]] | None = None,
    auth: Any = None,
    options: dict[str, Any] | None = None,
    app_options: dict[str, Any] | None = None,
    *,
    lenient: bool = False,
) -> Server:
    """Generates, imports and wires a server. Handlers get (package, arguments); without one a 204 is answered.

    ``lenient`` serves descriptions with errors.
    """
    package = f"generated_{next(_NUMBERS)}"
    plan = planned(description, folder, package)
    assert lenient or not [finding for finding in plan.findings if finding.level.value == "error"], plan.findings
    write(plan, folder / package)
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        importlib.import_module(f"{package}.router")
    finally:
        sys.path.remove(str(folder))

    def modules(name: str) -> ModuleType:
        return importlib.import_module(f"{package}.{name}")

    server = Server(client=None, modules=modules, app=None, contract=None)  # type: ignore[arg-type]
    wired = _wired(server, package, handlers or {})
    settings = (
        modules("wiring").Settings(**(options or {}).pop("settings", {})) if options else modules("wiring").Settings()
    )
    extra = {"auth": auth(modules)} if auth is not None else {}
    server.contract = modules("wiring").Contract(
        **{"scope": lambda _call: Unit(server.log), "settings": settings, **extra, **wired, **(options or {})}
    )
    server.app = modules("router").create_app(server.contract, **(app_options or {}))
    server.client = TestClient(server.app, raise_server_exceptions=True)
    return server


def _wired(server: Server, package: str, handlers: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    wiring = server.modules("wiring")
    found = {}
    module = server.modules("handlers")
    by_protocol = {name: getattr(module, name) for name in module.__all__}
    for name, annotation in wiring.Contract.__annotations__.items():
        for protocol_name, protocol in by_protocol.items():
            if protocol_name in str(annotation):
                found[name] = _factory(server, protocol, handlers)
    return found


def _factory(server: Server, protocol: Any, handlers: dict[str, Callable[..., Any]]) -> Callable[[Any], Any]:
    def method(name: str) -> Any:
        async def handle(self: Any, **arguments: Any) -> Any:
            server.calls.append(arguments)
            server.log.append(name)
            if name in handlers:
                result = handlers[name](server, **arguments)
                return await result if hasattr(result, "__await__") else result
            replies = vars(server.modules("replies"))
            wanted = f"{name.replace('_', '')}204".lower()
            return next(kind for title, kind in replies.items() if title.lower() == wanted)()

        handle.__name__ = name
        return handle

    made = type(f"Made{protocol.__name__}", (protocol,), {n: method(n) for n in protocol.__abstractmethods__})
    return lambda _scope: made()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers that are forgotten after the test."""
    before = set(sys.modules)

    def make(description: dict[str, Any], **more: Any) -> Server:
        folder = tmp_path / str(next(_NUMBERS))
        folder.mkdir()
        return serve(description, folder, **more)

    yield make
    for name in set(sys.modules) - before:
        if name.startswith("generated_"):
            del sys.modules[name]


@pytest.fixture
def describe() -> Callable[..., dict[str, Any]]:
    """Makes descriptions."""
    return described


@pytest.fixture(scope="module")
def module_server() -> Callable[..., Server]:
    """Makes a server that several tests share."""
    return serve


@pytest.fixture(scope="module")
def describe_module() -> Callable[..., dict[str, Any]]:
    """Makes descriptions for servers that several tests share."""
    return described


@pytest.fixture
def plan_of(tmp_path: Path) -> Callable[..., Plan]:
    """Makes plans."""
    return lambda description, package="generated": planned(description, tmp_path, package)
