"""Nothing in a description becomes code: names, descriptions, defaults and examples stay text."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.python_text import docstring, literal
from tallystick.generate.scaffold import scaffold
from tallystick.generate.server import generate_server

EVIL = 'x"""\n\'\'\'\\";__import__("os").system("touch owned")\n#\r\u202e{evil}\\'


@pytest.mark.parametrize("text", [EVIL, '"', "\\", '"""', "a\\", "a\n\n  b", "\x00\x1b[31m", "\ud800", "", " "])
def test_docstrings_hold_any_text(text: str) -> None:
    """Whatever stands in a description, its docstring is one literal and shows every character."""
    (statement,) = ast.parse(docstring(text)).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Constant)
    assert all(sign == "\n" or sign.isprintable() for sign in docstring(text))


@pytest.mark.parametrize("value", [EVIL, None, True, 1.5, ["a", (1, "b")], {"k": {"n": []}}, ()])
def test_literals_are_read_back(value: object) -> None:
    """A literal evaluates to the value and to nothing else."""
    assert ast.literal_eval(literal(value)) == value


def test_hostile_descriptions(tmp_path: Path) -> None:
    """A description full of quotes and code gives modules that hold them as text only."""
    schema = {
        "type": "object",
        "description": EVIL,
        "properties": {EVIL: {"type": "string", "default": EVIL, "description": EVIL, "enum": [EVIL, "b"]}},
    }
    operation = {
        "operationId": EVIL,
        "summary": EVIL,
        "description": EVIL,
        "tags": [EVIL],
        "security": [{EVIL: [EVIL]}],
        "x-tally-rate-limit": {"name": EVIL, "limit": 1, "window": EVIL},
        "parameters": [
            {"name": EVIL, "in": "query", "description": EVIL, "schema": {"type": "string", "default": EVIL}},
            {"name": "X-" + "a", "in": "header", "schema": {"type": "string", "pattern": EVIL}},
        ],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": {
                "description": EVIL,
                "headers": {"X-Evil": {"description": EVIL, "schema": {"type": "string"}}},
                "content": {"application/json": {"schema": schema}},
            },
            "409": {"description": EVIL, "x-tally-problem": {"type": EVIL, "title": EVIL}},
        },
    }
    description = {
        "openapi": "3.1.0",
        "info": {"title": EVIL, "version": EVIL, "description": EVIL},
        "tags": [{"name": EVIL, "description": EVIL}],
        "paths": {"/a": {"post": operation}},
        "webhooks": {EVIL: {"post": {**operation, "operationId": "hook"}}},
        "components": {
            "securitySchemes": {EVIL: {"type": "apiKey", "in": "header", "name": "X-Key", "description": EVIL}}
        },
    }
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(description))
    canonical = canonicalise(read(bundle(load(file))))
    files = dict(generate_server(canonical, "hostile").files)
    files |= {
        f"own/{name}": content for name, content in scaffold(canonical, "hostile", tmp_path / "own").files.items()
    }
    for name, content in files.items():
        if name.endswith(".py") and not name.startswith("_runtime"):
            calls = {node.func.id for node in ast.walk(ast.parse(content)) if _is_named_call(node)}
            assert "__import__" not in calls, name
            assert "\u202e" not in content.decode(), name


def _is_named_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
