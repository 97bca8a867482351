"""Descriptions as hostile input: nothing in them becomes code, and no name of theirs breaks the client."""

from __future__ import annotations

import ast
import importlib
import json
import sys

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.client import generate_client

EVIL = 'x"""\n\nimport os; os.system("touch pwned")  \\N{BULLET} \\" {{ 7*7 }} {% raw %} \x07 \u202e"'
NAMES = [
    "self", "options", "body", "models", "list", "dict", "str", "int", "type", "field", "define", "from_dict",
    "to_dict", "additional_properties", "class", "def", "import", "None", "dt", "values", "data", "cls", "Any",
    "endpoint", "accept", "content_type", "_names", "__init__", "__class__", "a b", "a-b", "+1", "-1", "é", "", "$ref",
    'q"uote', "back\\slash", "copy", "json", "print", "item", "value", "key",
]  # fmt: skip
COMPONENTS = [
    "Any", "Literal", "Model", "NotGiven", "List", "Mapping", "Options", "Client", "AsyncClient", "File", "Stream",
    "Page", "Exception", "TypeAlias", "Unknown", "Class", "Import", "InlineUnions", "Runtime", "Self",
]  # fmt: skip


def document():
    schemas = {
        name: {
            "type": "object",
            "description": EVIL,
            "properties": {"next": {"$ref": f"#/components/schemas/{name}"}, "a": {"enum": [EVIL, "b"]}},
        }
        for name in COMPONENTS
    }
    schemas["Names"] = {
        "type": "object",
        "title": EVIL,
        "required": NAMES[:10],
        "properties": {
            name: {"type": "string", "format": "date-time", "description": EVIL, "default": EVIL} for name in NAMES
        },
    }
    schemas["Union"] = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in COMPONENTS]}
    parameters = [
        {"name": name or "empty", "in": "query", "description": EVIL, "schema": {"type": "string"}} for name in NAMES
    ]
    operation = {
        "operationId": "__import__('os').system('x')",
        "summary": EVIL,
        "description": EVIL,
        "tags": [EVIL],
        "deprecated": True,
        "parameters": parameters,
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Names"}}}},
        "responses": {
            "200": {
                "description": EVIL,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Union"}}},
            },
            "409": {
                "description": EVIL,
                "x-tally-problem": {"type": EVIL, "title": EVIL, "name": EVIL},
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Names"}}},
            },
        },
        "security": [{EVIL: []}],
    }
    paths = {
        "/a\"b'{x}": {
            "get": operation,
            "parameters": [{"name": "x", "in": "path", "required": True, "schema": {"type": "string"}}],
        }
    }
    for tag in ("class", "request", "close", "with options", "models", "core", "runtime", "None"):
        paths[f"/{tag}"] = {
            "get": {"operationId": f"{tag} list", "tags": [tag], "responses": {"204": {"description": ""}}}
        }
    webhooks = {
        f"event {number}": {
            "post": {
                "operationId": f"event{number}",
                "summary": EVIL,
                "requestBody": {"content": {"application/json": {"schema": {"type": "string", "const": value}}}},
                "responses": {"204": {"description": ""}},
            }
        }
        for number, value in enumerate((EVIL, "+__import__('os').getcwd()+"))
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": EVIL,
            "version": EVIL,
            "description": EVIL,
            "summary": EVIL,
            "license": {"name": EVIL, "identifier": EVIL},
        },
        "servers": [{"url": 'https://x.test/"+__import__("os")+"'}],
        "tags": [{"name": EVIL, "description": EVIL}],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "schemas": schemas,
            "securitySchemes": {EVIL: {"type": "apiKey", "in": "header", "name": "X-Key", "description": EVIL}},
        },
    }


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "openapi.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    return generate_client(canonicalise(read(bundle(load(str(path))))), package="hostile_client", name="Hostile")


def test_every_operation_is_there(plan):
    """No name costs an operation."""
    assert plan.generated == plan.described == 9


def test_no_text_of_a_description_becomes_code(plan):
    """Whatever a description says stays inside string literals: the code calls and imports nothing of it."""
    for path, content in plan.files.items():
        if not path.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Import):
                assert all(alias.name != "os" for alias in node.names) or "runtime/" in path or "tests/" in path, path
            if isinstance(node, ast.Name):
                assert node.id not in {"os", "__import__"} or "runtime/" in path, path
    assert not any("49" in content.decode() for path, content in plan.files.items() if path.endswith("README.md"))


def test_every_module_imports_and_every_call_exists(plan, tmp_path, monkeypatch):
    """The package loads as a whole, and its calls are where ``operations.json`` says."""
    for path, content in plan.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for path in plan.files:
        if path.startswith("hostile_client/") and path.endswith(".py"):
            importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    client = sys.modules["hostile_client"].Client(base_url="http://x.test")
    for call in json.loads(plan.files["hostile_client/operations.json"]):
        found = client
        for name in call["call"].split("."):
            found = getattr(found, name)
        assert callable(found)
    assert not (tmp_path / "pwned").exists()


def test_metadata_stays_metadata(plan):
    """pyproject.toml is valid whatever title, version and licence say."""
    import tomllib

    project = tomllib.loads(plan.files["pyproject.toml"].decode())["project"]
    assert project["name"] == "hostile-client"
    assert project["version"] == "0.0.0"
    assert "license" not in project


def test_a_title_that_is_a_keyword(tmp_path):
    """The classes of an API called None have a name of their own."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps({**document(), "info": {"title": "None", "version": "1"}}), encoding="utf-8")
    made = generate_client(canonicalise(read(bundle(load(str(path))))), package="hostile_client")
    assert b"class ApiNone(" in made.files["hostile_client/client.py"]
