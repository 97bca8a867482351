"""JSON bodies are accepted and refused as JSON Schema says; jsonschema-rs is the judge."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

OBJECT: dict[str, Any] = {"type": "object"}
SCHEMAS: dict[str, Any] = {
    "any": {},
    "yes": True,
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "nothing": {"type": "null"},
    "array": {"type": "array"},
    "object": OBJECT,
    "nullable": {"type": ["string", "null"]},
    "several": {"type": ["integer", "string"]},
    "enum": {"enum": ["a", "b", 1, None]},
    "enum of strings": {"type": "string", "enum": ["a", "-a", ""]},
    "const": {"const": "a"},
    "const number": {"const": 1},
    "minimum": {"type": "number", "minimum": 1, "maximum": 3},
    "exclusive": {"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 3},
    "multiple of integer": {"type": "integer", "multipleOf": 3},
    "multiple of fraction": {"type": "number", "multipleOf": 0.01},
    "lengths": {"type": "string", "minLength": 1, "maxLength": 2},
    "pattern anchored": {"type": "string", "pattern": "^a$"},
    "pattern searched": {"type": "string", "pattern": "b"},
    "pattern digit": {"type": "string", "pattern": r"^\d+$"},
    "pattern word": {"type": "string", "pattern": r"^\w+$"},
    "pattern lookahead": {"type": "string", "pattern": "^(?=a)a.$"},
    "items": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
    "unique": {"type": "array", "items": {}, "uniqueItems": True},
    "prefix": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
    "contains": {"type": "array", "items": {}, "contains": {"const": 1}},
    "required": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
    },
    "closed": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
    "optional nullable": {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}},
    "property names": {"type": "object", "propertyNames": {"pattern": "^a"}},
    "property count": {"type": "object", "minProperties": 1, "maxProperties": 1},
    "pattern properties": {"type": "object", "patternProperties": {"^n_": {"type": "integer"}}},
    "dependent": {"type": "object", "properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}},
    "one of": {"oneOf": [{"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 3}]},
    "any of": {"anyOf": [{"type": "string", "maxLength": 1}, {"type": "integer"}]},
    "all of": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
            {"type": "object", "properties": {"b": {"type": "string"}}},
        ]
    },
    "negated": {"type": "string", "not": {"const": "a"}},
    "if": {"type": "integer", "if": {"minimum": 10}, "then": {"multipleOf": 10}},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "email": {"type": "string", "format": "email"},
    "uri": {"type": "string", "format": "uri"},
    "int32": {"type": "integer", "format": "int32"},
    "byte": {"type": "string", "contentEncoding": "base64"},
    "named": {
        "type": "object",
        "properties": {"class": {"type": "string"}, "a-b": {"type": "integer"}, "aB": {"type": "integer"}},
        "required": ["class"],
    },
    "tree": {
        "type": "object",
        "properties": {"value": {"type": "integer"}, "next": {"$ref": "#/components/schemas/Tree"}},
        "required": ["value"],
    },
    "tagged": {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind"},
    },
}
COMPONENTS = {
    "Tree": SCHEMAS["tree"],
    "Cat": {
        "type": "object",
        "required": ["kind", "lives"],
        "properties": {"kind": {"const": "Cat"}, "lives": {"type": "integer"}},
    },
    "Dog": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"const": "Dog"}, "tricks": {"type": "array", "items": {"type": "string"}}},
    },
}
VALUES: list[Any] = [
    None, True, False, 0, 1, 2, 3, 4, 6, 10, 11, 12, -1, 1.0, 1.5, 2.0, 3.0, 0.01, 19.99, 0.3, 1e300, 10**30, -0.0,
    "", "a", "b", "-a", "ab", "aab", "abc", "a\n", "1", "٣", "é", "😀", "😀😀", "😀😀😀", "true", "null", " ",
    "2026-01-31", "2026-02-30", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00+02:00", "2026-01-31T10:00:00",
    "2026-01-31 10:00:00Z", "2026-01-31t10:00:00z", "123", "00000000-0000-0000-0000-000000000000",
    "00000000000000000000000000000000", "a@b.example", "http://a.example", "no uri", "YQ==",
    [], [1], [1, "a"], [1, 2, 3], [1, 2, 3, 4], [1, 1], [1, True], [1.0], ["a"], [None], [[]], [1, 1.0], [{}, {}],
    {}, {"a": 1}, {"a": 1.0}, {"a": 1.5}, {"a": "1"}, {"a": None}, {"a": True}, {"a": 1, "b": "x"}, {"a": 1, "b": 2},
    {"b": "x"}, {"c": 1}, {"a": 1, "c": 1}, {"ab": 1}, {"n_a": 1}, {"n_a": "x"}, {"class": "x"},
    {"class": "x", "a-b": 1, "aB": 2}, {"class": "x", "a-b": "1"}, {"class": 1}, {"value": 1},
    {"value": 1, "next": {"value": 2}}, {"value": 1, "next": {"value": "2"}}, {"value": 1, "next": None},
    {"kind": "Cat", "lives": 9}, {"kind": "Cat"}, {"kind": "Dog"}, {"kind": "Dog", "tricks": ["roll"]},
    {"kind": "Dog", "tricks": [1]}, {"kind": "Cow"}, {"kind": "Dog", "lives": 9},
]  # fmt: skip
EXCEPTIONS: set[tuple[str, str]] = set()
"""Pairs of schema and value (as JSON) where the server knowingly decides otherwise. There are none."""


@pytest.fixture(scope="module")
def bodies(tmp_path_factory, module_server, describe_module) -> Any:
    """A server with one operation per schema."""
    operations = {}
    for number, (name, schema) in enumerate(SCHEMAS.items()):
        content = {"application/json": {"schema": schema}}
        operations[f"POST /s{number}"] = {
            "operationId": f"post_{name.replace(' ', '_').replace('-', '_')}",
            "requestBody": {"required": True, "content": content},
        }
    return module_server(describe_module(operations, COMPONENTS), tmp_path_factory.mktemp("bodies"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_bodies_agree_with_the_judge(bodies, name) -> None:
    """A value is accepted exactly if jsonschema-rs accepts it."""
    document = {"components": {"schemas": COMPONENTS}}
    schema = _anchored(SCHEMAS[name])
    registry = jsonschema_rs.Registry([("test:doc", document)])
    judge = jsonschema_rs.Draft202012Validator(schema, registry=registry, validate_formats=True)
    number = list(SCHEMAS).index(name)
    wrong = []
    for value in VALUES:
        text = json.dumps(value)
        reply = bodies.call("POST", f"/s{number}", content=text, headers={"content-type": "application/json"})
        wanted = 204 if judge.is_valid(json.loads(text)) else 422
        if reply.status_code != wanted and (name, text) not in EXCEPTIONS:
            wrong.append(f"{text}: {reply.status_code}, not {wanted}: {reply.text}")
    assert not wrong, "\n".join(wrong)


def _anchored(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: f"test:doc{v}" if k == "$ref" else _anchored(v) for k, v in value.items() if k != "discriminator"}
    return [_anchored(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"a":1,}',
        b"{'a':1}",
        b"NaN",
        b"[Infinity]",
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"nul",
        b'"\xff"',
        b'"\\ud800"',
        b'"a\nb"',
        b"1 2",
        b"\xef\xbb\xbf1",
        b"1e999",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'[{"a" : 1 , "a":2}]',
        b'{"a:":":","b":{"c":1,"\\u0063":2}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_is_malformed(bodies, text) -> None:
    """Broken JSON, duplicate members, NaN and invalid Unicode are answered with 400."""
    reply = bodies.call("POST", "/s0", content=text, headers={"content-type": "application/json"})
    assert reply.status_code == 400, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert bodies.calls == []


def test_a_missing_body(bodies) -> None:
    """A required body that is absent is a fault of the body as a whole."""
    reply = bodies.call("POST", "/s0")
    assert reply.status_code == 422
    assert reply.json()["errors"] == [{"source": "body", "pointer": "", "detail": "is required", "keyword": "required"}]


def test_faults_have_pointers(bodies) -> None:
    """Each fault of a body is told with its place and keyword."""
    number = list(SCHEMAS).index("tree")
    reply = bodies.call("POST", f"/s{number}", json={"value": 1, "next": {"value": "x"}})
    assert [(error["pointer"], error["keyword"]) for error in reply.json()["errors"]] == [("/next/value", "type")]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 204),
        ("application/json; charset=utf-8", 204),
        ("APPLICATION/JSON", 204),
        ("application/json; charset=latin-1", 415),
        ("application/json; charset=nonsense", 415),
        ("text/plain", 415),
        ("application/jsonx", 415),
        ("nonsense", 415),
    ],
)
def test_media_types(bodies, content_type, status) -> None:
    """Another media type than the contract's is answered with 415."""
    reply = bodies.call("POST", "/s0", content=b"1", headers={"content-type": content_type})
    assert reply.status_code == status, reply.text


def test_content_codings(bodies) -> None:
    """A coded body is not unpacked, but refused."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert bodies.call("POST", "/s0", content=b"1", headers=headers).status_code == 415


@pytest.mark.parametrize("stated", [True, False])
def test_large_bodies(server, describe, stated) -> None:
    """A body above its bound is answered with 413, whether its length was stated or not."""
    operation = {"requestBody": {"content": {"application/json": {"schema": {}}}}}
    made = server(describe({"POST /a": operation}))
    content = b'"' + b"x" * (1 << 20) + b'"'
    body: Any = content if stated else iter([content[:1000], content[1000:]])
    reply = made.call("POST", "/a", content=body, headers={"content-type": "application/json"})
    assert reply.status_code == 413
    assert reply.json()["limit_bytes"] == 1 << 20


def test_absent_and_null_differ(server, describe) -> None:
    """In a merge patch a member that is null is there, one that is absent is not."""
    schema = {"type": "object", "properties": {"a": {"type": ["string", "null"]}, "b": {"type": ["string", "null"]}}}
    content = {"application/merge-patch+json": {"schema": schema}}
    made = server(describe({"PATCH /a": {"requestBody": {"required": True, "content": content}}}))
    made.call("PATCH", "/a", content=b'{"a":null}', headers={"content-type": "application/merge-patch+json"})
    assert made.calls[0]["body"].model_fields_set == {"a"}


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        ({"type": "object", "required": ["data"]}, {"data": 1, "more": [2]}),
        ({"allOf": [{"type": "object", "required": ["data"]}, {"minProperties": 1}]}, {"data": 1, "more": [2]}),
        ({"type": "object", "required": ["data"], "properties": {"data": {}}}, {"data": 1}),
    ],
)
def test_members_of_objects_that_declare_none(server, describe, schema, given) -> None:
    """Where a description requires members and declares none, the handler is given all of them."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    made = server(describe({"POST /": {"requestBody": body}}))
    assert made.call("POST", "/", json={"data": 1, "more": [2]}).status_code == 204
    assert made.calls[0]["body"].model_dump() == given
