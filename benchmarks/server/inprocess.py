"""CPU time inside the process: what security, reply checks and the number of routes cost. No socket, no HTTP parser.

taskset -c 0 python benchmarks/server/inprocess.py
"""

from __future__ import annotations

import asyncio
import importlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HEADERS = [(b"host", b"127.0.0.1"), (b"accept", b"*/*")]
SIGNED = [*HEADERS, (b"authorization", b"Bearer token")]
ROUNDS, REQUESTS = 7, 1500
Case = tuple[Any, str, list[tuple[bytes, bytes]]]


def asgi(path: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """A request as a server would hand it over."""
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers, "scheme": "http",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 5), "state": {},
    }  # fmt: skip


async def drive(case: Case, count: int) -> float:
    """CPU microseconds per request."""
    app, path, headers = case
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    begin = time.process_time_ns()
    for _ in range(count):
        await app(asgi(path, headers), receive, send)
    taken = time.process_time_ns() - begin
    if set(statuses) - {200, 204}:
        raise RuntimeError(f"{path}: {set(statuses)}")
    return taken / count / 1000


async def table(title: str, cases: Mapping[str, Case]) -> None:
    """Cases in turn, the order reversed every round; the first row is what the others are compared with."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(ROUNDS + 1):
        for name, case in cases.items() if number % 2 else reversed(cases.items()):
            figure = await drive(case, REQUESTS)
            if number:
                found[name].append(figure)
    print(f"\n| {title} | µs, least | median | against the first |\n|---|---|---|---|")
    base = min(next(iter(found.values())))
    for name, values in found.items():
        print(f"| {name} | {min(values):.1f} | {statistics.median(values):.1f} | {min(values) - base:+.1f} |")


def generated(description: Path, folder: Path, package: str) -> Any:
    """The router module of a generated package."""
    from tallystick.contract import canonicalise, read
    from tallystick.document import bundle, load
    from tallystick.generate import write
    from tallystick.generate.server import generate_server

    write(generate_server(canonicalise(read(bundle(load(description)))), package), folder / package)
    importlib.invalidate_caches()
    return importlib.import_module(f"{package}.router")


def many_routes(count: int, folder: Path) -> Any:
    """An application with that many routes, each with a parameter."""
    package = f"routes_{count}"
    operations = "\n".join(
        f"  /r{number}/{{id}}:\n    get:\n      operationId: get{number}\n      tags: [all]\n      security: []\n"
        "      parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
        "      responses: {'204': {description: Done.}}"
        for number in range(count)
    )
    description = folder / f"{package}.yaml"
    description.write_text(f"openapi: 3.1.0\ninfo: {{title: Routes, version: '1'}}\npaths:\n{operations}\n")
    router = generated(description, folder, package)
    replies = importlib.import_module(f"{package}.replies")
    protocol = importlib.import_module(f"{package}.handlers").AllHandlers
    wiring = importlib.import_module(f"{package}.wiring")
    methods = {name: _answering(getattr(replies, f"Get{name[3:]}204")) for name in protocol.__abstractmethods__}
    handlers = type("Handlers", (protocol,), methods)()
    data = importlib.import_module("tally_app")
    contract = wiring.Contract(scope=data.scope, all=lambda _scope: handlers)
    return router.create_app(contract, telemetry={"tracing": False, "metrics": False, "logs": False})


def _answering(reply: Any) -> Any:
    async def method(_self: Any, **_arguments: Any) -> Any:
        return reply()

    return method


def checked(app_module: Any) -> Any:
    """The benchmark's application with every reply checked."""
    contract = app_module.Contract(
        scope=app_module.scope,
        auth=app_module.Gate(),
        items=lambda _scope: app_module.HANDLERS,
        settings=app_module.Settings(check_replies=1.0),
    )
    return app_module.create_app(contract, telemetry={"tracing": False, "metrics": False, "logs": False})


def tables(folder: Path) -> Iterator[tuple[str, dict[str, Case]]]:
    """What is measured."""
    generated(HERE / "openapi.yaml", folder, "bench_contract")
    own = importlib.import_module("tally_app")
    yield (
        "one item",
        {
            "public": (own.app, "/items/2", HEADERS),
            "bearer token": (own.app, "/private/items/2", SIGNED),
            "every reply checked": (checked(own), "/items/2", HEADERS),
        },
    )
    yield (
        "list of 50",
        {
            "replies not checked": (own.app, "/items", HEADERS),
            "every reply checked": (checked(own), "/items", HEADERS),
        },
    )
    cases: dict[str, Case] = {}
    for count in (30, 99, 600):
        app = many_routes(count, folder)
        cases[f"first of {count}"] = (app, "/r0/x", HEADERS)
        cases[f"last of {count}"] = (app, f"/r{count - 1}/x", HEADERS)
    yield ("routes", cases)


def main(arguments: Sequence[str] = ()) -> None:
    """Measures and prints."""
    del arguments
    with tempfile.TemporaryDirectory() as name:
        sys.path[:0] = [name, str(HERE / "peers")]
        for title, cases in tables(Path(name)):
            asyncio.run(table(title, cases))


if __name__ == "__main__":
    main()
