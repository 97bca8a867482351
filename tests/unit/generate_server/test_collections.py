"""Any description gives a server: it imports, and every operation answers 501 through scaffolded handlers."""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from tallystick.contract import Operation, canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate import write
from tallystick.generate.plan import Plan
from tallystick.generate.scaffold import scaffold
from tallystick.generate.server import generate_server

ODD = Path(__file__).parent / "odd"
"""What real descriptions do and generators break on, one subject per file."""
SHARED = Path(os.environ.get("TALLY_CORPUS", "no collection of descriptions"))
MAIN = ("openapi.*", "*.v2.yaml", "*.json", "*.y*ml", "specification/*.v2.yaml")
LARGE = frozenset(
    ("github-rest", "openai", "digitalocean", "box", "asana", "paypal-orders", "figma", "xero-accounting")
)


def _real() -> list[Any]:
    found = []
    for folder in sorted(SHARED.iterdir()) if SHARED.is_dir() else ():
        files = [file for pattern in MAIN for file in sorted(folder.glob(pattern))] if folder.is_dir() else []
        if files and folder.name != "pairs":
            marks = [pytest.mark.corpus, *([pytest.mark.slow] if folder.name in LARGE else [])]
            found.append(pytest.param(files[0], id=folder.name, marks=marks))
    return found


def _odd() -> list[Any]:
    return [pytest.param(file, id=file.stem) for file in sorted(ODD.iterdir())]


def _tiny() -> list[Any]:
    folder = SHARED.parent / "constructs"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [pytest.param(file, id=file.stem, marks=pytest.mark.corpus) for file in files]


@pytest.mark.parametrize("file", [*_odd(), *_tiny(), *_real()])
def test_every_operation_answers(file: Path, tmp_path: Path) -> None:
    """The package imports, the scaffold starts, every operation is documented and gives 501; none is left out.

    Generating it again gives the same bytes.
    """
    canonical = canonicalise(read(bundle(load(file))))
    package = "served_" + re.sub(r"\W", "_", file.parent.name + "_" + file.stem)
    plan = generate_server(canonical, f"{package}.contract")
    assert plan.generated == plan.described == len(canonical.contract.operations)
    assert generate_server(canonicalise(read(bundle(load(file)))), f"{package}.contract").files == plan.files
    root = tmp_path / package
    root.mkdir()
    (root / "__init__.py").write_text("")
    write(plan, root / "contract")
    write(Plan(scaffold(canonical, f"{package}.contract", root / "own").files), root / "own")
    sys.path.insert(0, str(tmp_path))
    try:
        app = importlib.import_module(f"{package}.own.app").app
        assert _routes(app) == plan.generated
        assert _documented(app) == plan.generated
        _ask(app, canonical.contract.operations)
        _call(importlib.import_module(f"{package}.contract.router"), app)
    finally:
        sys.path.remove(str(tmp_path))
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]


def _routes(app: Any) -> int:
    contexts = iter_route_contexts(app.routes)
    return sum(type(context.original_route).__name__ == "ContractRoute" for context in contexts)


def _documented(app: Any) -> int:
    """Operations in the document that the framework derives itself."""
    app.openapi_schema = None
    return sum(len(path) for path in app.openapi()["paths"].values())


def _ask(app: Any, operations: Sequence[Operation]) -> None:
    """Requests with nothing but a path reach their operation: refused or not implemented, never unknown."""
    client = TestClient(app)
    for operation in operations:
        path = re.sub(r"\{[^{}]*\}", "1", operation.path).replace("#", "%23")
        reply = client.request(operation.method, path)
        kind = reply.headers.get("content-type")
        if reply.status_code not in (400, 401, 406, 415, 422, 428, 501) or kind != "application/problem+json":
            pytest.fail(f"{operation.id} {path}: {reply.status_code} {kind} {reply.text}")


def _call(router: Any, app: Any) -> None:
    """Every handler is reached and says that it is not implemented."""
    wiring = sys.modules[router.__name__.replace(".router", "._runtime.wiring")]
    problems = sys.modules[router.__name__.replace(".router", "._runtime.problems")]
    for context in iter_route_contexts(app.routes):
        served = getattr(context.original_route, "served", None)
        if served is not None:
            arguments = _arguments(served)
            call = wiring.Call(served.operation, None, arguments, {"headers": []})
            with pytest.raises(problems.Unimplemented):
                asyncio.run(served._served(call))


def _arguments(served: Any) -> dict[str, Any]:
    import inspect

    method = getattr(served._protocol, served.operation.handler)
    return dict.fromkeys(name for name in inspect.signature(method).parameters if name != "self")
