"""A rich description with any part of it replaced by nonsense is read, digested and made canonical all the same."""

# ruff: noqa: E501  # an object of the sample reads best on one line

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.contract import canonicalise, read
from tallystick.contract.digest import Digests
from tallystick.document import bundle, load
from tallystick.findings import InputError

SAMPLE = {
    "openapi": "3.2.0",
    "info": {"title": "T", "version": "1", "x-a": [1]},
    "servers": [{"url": "/{v}", "variables": {"v": {"default": "a"}}}],
    "tags": [{"name": "a", "parent": "b"}, {"name": "b"}],
    "security": [{"s": []}],
    "paths": {
        "/a/{id}": {
            "parameters": [{"$ref": "#/components/parameters/P"}],
            "post": {
                "operationId": "op", "tags": ["a"], "x-tally-name": "a.b",
                "requestBody": {"content": {"multipart/form-data": {
                    "schema": {"$ref": "#/components/schemas/A"}, "encoding": {"b": {"headers": {"H": {"schema": {}}}}},
                }}},
                "responses": {"200": {"$ref": "#/components/responses/R"}, "4XX": {
                    "description": "d", "x-tally-problem": [{"type": "urn:p"}],
                    "content": {"application/problem+json": {"itemSchema": {"type": "object"}}},
                }},
                "callbacks": {"c": {"{$u}": {"post": {"responses": {}}}}},
            },
            "additionalOperations": {"COPY": {"responses": {}}},
        },
    },
    "webhooks": {"w": {"$ref": "#/components/pathItems/I"}},
    "components": {
        "pathItems": {"I": {"query": {"responses": {"default": {"description": "d"}}}}},
        "parameters": {"P": {"name": "id", "in": "path", "required": True, "style": "label", "schema": {"type": "integer"}}},
        "responses": {"R": {
            "description": "d", "headers": {"X": {"schema": {"type": "string"}}},
            "links": {"l": {"operationId": "op", "parameters": {"id": 1}}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/U"}, "examples": {"e": {"value": 1}}}},
        }},
        "schemas": {
            "A": {"type": "object", "required": ["b"], "properties": {"b": {"type": ["string", "null"], "enum": ["x", None]}},
                  "allOf": [{"$ref": "#/components/schemas/B"}], "additionalProperties": False},
            "B": {"type": "object", "properties": {"k": {"const": "b"}, "n": {"type": "array", "prefixItems": [{}]}}},
            "U": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
                  "discriminator": {"propertyName": "k", "mapping": {"a": "A", "b": "#/components/schemas/B"}}},
        },
        "securitySchemes": {"s": {"type": "oauth2", "flows": {"implicit": {"scopes": {"r": ""}}}}},
    },
}  # fmt: skip
NONSENSE = [
    None, 5, -1, 1.5, True, False, "", "x", [], {}, ["a"], {"a": 1}, [[]], {"$ref": "#/info"}, {"$ref": 5},
    {"$ref": "#/components/schemas/No"}, {"$ref": "#/components/schemas/U"}, "#/x", {"type": "null"}, "9" * 400,
]  # fmt: skip


def paths_of(value, path=()):
    """The way to each value inside a value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in entries:
        yield (*path, key)
        yield from paths_of(child, (*path, key))


@given(st.lists(st.tuples(st.sampled_from(list(paths_of(SAMPLE))), st.sampled_from(NONSENSE)), min_size=1, max_size=3))
@settings(max_examples=400, deadline=None)
def test_no_traceback(tmp_path_factory, changes):
    """Every outcome is a contract with findings, or an input error."""
    document = copy.deepcopy(SAMPLE)
    for path, nonsense in changes:
        holder = document
        for key in path[:-1]:
            fits = isinstance(holder, dict) and key in holder
            fits = fits or (isinstance(holder, list) and isinstance(key, int) and key < len(holder))
            holder = holder[key] if fits else None
        if isinstance(holder, dict) or (
            isinstance(holder, list) and isinstance(path[-1], int) and path[-1] < len(holder)
        ):
            holder[path[-1]] = copy.deepcopy(nonsense)
    file = tmp_path_factory.getbasetemp() / "mutilated.json"
    file.write_text(json.dumps(document))
    try:
        contract = read(bundle(load(file)))
        digests = Digests(contract)
        assert all(digests.operation(operation) for operation in contract.every_operation())
        assert all(finding.place.file for finding in contract.findings)
        assert canonicalise(contract).document["openapi"].startswith("3.")
    except InputError:
        return  # nothing to check is an outcome too: the description may have lost its version
