"""Descriptions with random damage: no crash, no broken guarantee, and no loss that is not said."""

import copy
import json
import random

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.findings import InputError
from tallystick.lint.meta_schema import faults

SEED_DESCRIPTION = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1", "contact": {"name": "N"}},
    "servers": [{"url": "https://{r}.example.com", "variables": {"r": {"default": "eu", "enum": ["eu", "us"]}}}],
    "security": [{"key": []}],
    "paths": {
        "/a/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "post": {
                "operationId": "op",
                "tags": ["t"],
                "parameters": [
                    {"name": "q", "in": "query", "style": "deepObject", "schema": {"$ref": "#/components/schemas/Map"}},
                    {"name": "c", "in": "query", "content": {"application/json": {"schema": {"type": "array"}}}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Pet"},
                            "example": {"kind": "cat"},
                        },
                        "multipart/form-data": {
                            "schema": {"type": "object", "properties": {"f": {"type": "string"}}},
                            "encoding": {"f": {"contentType": "text/csv", "headers": {"X": {"schema": {}}}}},
                        },
                    },
                },
                "responses": {
                    "200": {
                        "description": "Y",
                        "headers": {"X-A": {"schema": {"type": "integer"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/All"}}},
                        "links": {"next": {"operationId": "op", "parameters": {"id": "$response.body#/id"}}},
                    },
                    "default": {"$ref": "#/components/responses/Error"},
                },
                "callbacks": {"done": {"{$request.body#/u}": {"post": {"responses": {"204": {"description": "Y"}}}}}},
            },
        }
    },
    "components": {
        "responses": {
            "Error": {"description": "E", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
        },
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "K"},
            "o": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {"s": "S"}}}},
        },
        "schemas": {
            "Pet": {
                "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
                "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
            },
            "Cat": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"const": "cat"}, "n": {"enum": [1, 2]}},
            },
            "Dog": {"allOf": [{"$ref": "#/components/schemas/Cat2"}, {"required": ["kind"], "minProperties": 1}]},
            "Cat2": {"type": "object", "properties": {"kind": {"type": "string", "default": "x", "maxLength": 4}}},
            "Map": {"type": "object", "additionalProperties": {"type": ["string", "null"], "pattern": "^a"}},
            "All": {
                "type": "object",
                "properties": {
                    "list": {"type": "array", "items": {"$ref": "#/components/schemas/All"}, "prefixItems": [{}]},
                    "mixed": {"enum": ["a", 1, None, 1.5]},
                    "any": {"anyOf": [{"type": "string", "format": "date"}, {"type": "integer", "minimum": 1}]},
                    "map": {"$ref": "#/components/schemas/Map", "description": "D"},
                },
                "patternProperties": {"^x": {"type": "integer"}},
                "if": {"required": ["any"]},
                "then": {"required": ["map"]},
                "anyOf": [{"required": ["list"]}, {"required": ["mixed"]}],
            },
        },
    },
}
VALUES = [
    None, True, False, 0, -1, 1.5, "", "text", "#/components/schemas/All", "object", [], {}, [{}], [1], ["a"], {"a": 1},
    {"type": "object"}, {"$ref": "#/components/schemas/Pet"}, {"$ref": "#/nope"}, {"$ref": 1}, [["x"]],
    {"type": ["string", "null"]}, {"allOf": [{"$ref": "#/components/schemas/Dog"}, False]},
]  # fmt: skip
KEYS = [
    "$ref", "additionalProperties", "allOf", "anyOf", "const", "content", "default", "discriminator", "enum",
    "examples", "headers", "if", "items", "not", "oneOf", "parameters", "prefixItems", "properties", "required",
    "schema", "type", "x-a",
]  # fmt: skip


def paths_of(value, path=()):
    """The paths of all values."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        yield from paths_of(child, (*path, key))


def damage(document, chance):
    """Deletes, replaces, repeats or renames one value."""
    path = chance.choice([path for path in paths_of(document) if path and path != ("openapi",)])
    holder = document
    for token in path[:-1]:
        holder = holder[token]
    kind = chance.random()
    if kind < 0.2:
        del holder[path[-1]]
    elif kind < 0.7:
        holder[path[-1]] = copy.deepcopy(chance.choice(VALUES))
    elif kind < 0.85:
        other = document
        for token in chance.choice(list(paths_of(document))):
            other = other[token]
        holder[path[-1]] = copy.deepcopy(other)
    elif isinstance(holder, dict):
        holder[chance.choice(KEYS)] = holder.pop(path[-1])
    else:
        holder.append(copy.deepcopy(chance.choice(VALUES)))


def canonical_of(path):
    """The canonical form; None where the description is refused, which says where it is wrong."""
    try:
        return canonicalise(read(bundle(load(path))))
    except InputError:
        return None


@pytest.mark.parametrize("seed", range(120))
def test_damaged_descriptions(seed, tmp_path, broken, unexplained, form_again):
    """Whatever is damaged: it is refused with an error, or the canonical form keeps every guarantee."""
    chance = random.Random(seed)
    document = copy.deepcopy(SEED_DESCRIPTION)
    for _ in range(chance.choice((1, 1, 2, 3))):
        damage(document, chance)
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document), "utf-8")
    made = canonical_of(path)
    if made is None:
        return
    assert broken(made.document) == []
    assert [fault.message for fault in faults(made.document)] == []
    assert form_again(made) == made.document
    assert unexplained(made) == []
