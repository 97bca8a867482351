"""Operations, parameters and schemes may be called as the types that generated code speaks of."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate import Plan, write
from tallystick.generate.client import generate_client
from tallystick.generate.scaffold import scaffold
from tallystick.generate.server import generate_server

NAMES = (
    "abstractmethod", "any", "bool", "bytes", "caller", "date", "datetime", "dict", "final", "float", "forms", "int",
    "list", "literal", "models", "object", "operations", "override", "property", "protocol", "replies", "set", "str",
    "super", "time", "tuple", "type", "uuid",
)  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "day": {"type": "string", "format": "date"},
    "clock": {"type": "string", "format": "time"},
    "moment": {"type": "string", "format": "date-time"},
    "text": {"type": "string"},
    "count": {"type": "integer"},
    "share": {"type": "number"},
    "flag": {"type": "boolean"},
    "many": {"type": "array", "items": {"type": "integer"}},
    "map": {"type": "object", "additionalProperties": {"type": "string"}},
    "key": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "list": {"type": "array", "items": {"type": "string"}},
}
ITEM = {
    "type": "object",
    "required": ["n", "object"],
    "properties": {
        "n": {"type": "integer"},
        "object": {"type": "string", "const": "item"},
        "list": KINDS["list"],
        "date": KINDS["date"],
        "str": {"type": "string"},
    },
}


def _operation(name: str) -> dict[str, Any]:
    upload = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Item"}},
        "multipart/form-data": {"schema": upload},
    }
    reply = {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}}
    return {
        "operationId": name,
        "tags": ["things"],
        "parameters": [{"name": key, "in": "query", "schema": schema} for key, schema in KINDS.items()],
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "Done.", "content": reply}},
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A server with scaffolded handlers, and a client, of one description."""
    root = tmp_path_factory.mktemp("names")
    schemes = {"str": {"type": "http", "scheme": "bearer"}, "tuple": {"type": "mutualTLS"}}
    description = {
        "openapi": "3.1.0",
        "info": {"title": "Names", "version": "1"},
        "paths": {f"/{name}": {"post": _operation(name)} for name in NAMES},
        "components": {"schemas": {"Item": ITEM}, "securitySchemes": schemes},
    }
    (root / "names.json").write_text(json.dumps(description))
    canonical = canonicalise(read(bundle(load(root / "names.json"))))
    write(generate_server(canonical, "named.contract"), root / "named" / "contract")
    (root / "named" / "__init__.py").touch()
    own = root / "named" / "own"
    write(Plan(scaffold(canonical, "named.contract", own).files), own)
    write(generate_client(canonical, package="named_client"), root / "client")
    return root


def test_type_checkers_find_nothing(folder) -> None:
    """Server, scaffold and client are clean under mypy --strict."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / ".cache")]
    result = subprocess.run([*command, "named", "client"], cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_operation_answers(folder, monkeypatch) -> None:
    """The package can be imported, and each operation reaches its own handler."""
    monkeypatch.syspath_prepend(str(folder))
    client = TestClient(importlib.import_module("named.own.app").app)
    for name in NAMES:
        reply = client.post(f"/{name}", json={"n": 1, "object": "item"})
        assert (reply.status_code, reply.json()["detail"]) == (501, f"{name} is not implemented yet.")
