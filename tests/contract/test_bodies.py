"""JSON bodies pass as JSON Schema 2020-12 says, and nothing of them is lost or changed on the way through a handler."""

from __future__ import annotations

import json
from typing import Any

import pytest
from body_conformance import compare_bodies, oracle, same_json
from body_server import EchoServer

CASES: dict[str, tuple[Any, list[Any]]] = {
    "no type, bounds of a text": ({"minLength": 2, "pattern": "^x"}, ["xy", "x", "yx", 3, None, [], {}, True]),
    "no type, bounds of a number": ({"minimum": 2, "multipleOf": 0.5}, [2, 2.5, 2.25, 1, "1", None, {}, []]),
    "no type, members": (
        {"required": ["a"], "properties": {"a": {"type": "integer"}}},
        [{"a": 1}, {"a": "1"}, {}, [], "a", 12, None, False],
    ),
    "no type, items": ({"items": {"type": "integer"}, "maxItems": 2}, [[1], ["1"], [1, 2, 3], {"0": "a"}, "abc", 0]),
    "no type, a listed value": ({"enum": [1, "1", None, [1], {"a": 1}]}, [1, 1.0, "1", None, [1], {"a": 1}, True, 2]),
    "zero and false": ({"enum": [0, False, "x"]}, [0, False, "x", 0.0, 1, True, None]),
    "one and true": ({"oneOf": [{"const": True}, {"type": "integer"}]}, [1, True, 1.0, False, "1"]),
    "a tuple": (
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
        [[1, "a"], [1], [1, "a", None, {}], ["a"], []],
    ),
    "a closed tuple": (
        {"type": "array", "prefixItems": [{"type": "integer"}], "items": False},
        [[1], [], [1, 2]],
    ),
    "names by pattern beside a closed object": (
        {"type": "object", "properties": {"a": {}}, "patternProperties": {"^v_": {}}, "additionalProperties": False},
        [{"a": 1}, {"v_1": 2, "a": None}, {"w": 1}],
    ),
    "names by pattern beside typed members": (
        {
            "type": "object",
            "patternProperties": {"^l_": {"type": "array"}},
            "additionalProperties": {"type": "integer"},
            "properties": {"t": {"type": "string"}},
        },
        [{"l_1": [1], "t": "x", "n": 3}, {"n": "x"}, {"l_1": 1}],
    ),
    "unevaluated members of a condition": (
        {
            "type": "object",
            "properties": {"kind": {"type": "string"}},
            "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
            "then": {"properties": {"more": {"type": "integer"}}},
            "unevaluatedProperties": False,
        },
        [{"kind": "a"}, {"kind": "b", "more": 1}, {"kind": "a", "more": 1}, {"kind": "b", "other": 1}],
    ),
    "names that must be together": (
        {"type": "object", "oneOf": [{"required": ["a", "b"]}, {"required": ["a", "c"]}]},
        [{"a": 1, "b": 2}, {"a": 1, "c": None}, {"a": 1, "b": 2, "c": 3}, {"a": 1}],
    ),
    "any member that may be absent": (
        {"type": "object", "properties": {"a": {}, "b": True}},
        [{}, {"a": None}, {"b": 0}],
    ),
    "null and absence": (
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}, "b": {"type": "integer", "default": 7}}},
        [{}, {"a": None}, {"a": "x"}, {"b": 7}, {"b": None}],
    ),
    "an undeclared member named as one in Python": (
        {"type": "object", "properties": {"Name": {"type": "integer"}}, "additionalProperties": True},
        [{"name": "x"}, {"Name": 1, "name": "x"}, {"Name": "x"}],
    ),
    "members named as methods": (
        {
            "type": "object",
            "properties": {"copy": {"type": "string"}, "json": {"type": "integer"}, "schema": {"type": "null"}},
        },
        [{}, {"copy": "a", "json": 1, "schema": None}, {"json": "1"}],
    ),
    "a member that cannot be said to msgspec": (
        {"type": "object", "properties": {'a"b\n': {"type": "integer"}}},
        [{'a"b\n': 1}, {'a"b\n': "1"}, {}],
    ),
    "two classes that fit": (
        {
            "anyOf": [
                {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
                {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}},
            ]
        },
        [{"a": 1, "b": "x"}, {"a": 1}, {"b": "x"}, {"a": "x"}],
    ),
    "classes that differ in a type": (
        {
            "anyOf": [
                {"type": "object", "properties": {"v": {"type": "integer"}, "w": {"type": "integer"}}},
                {"type": "object", "properties": {"v": {"type": "string"}}},
            ]
        },
        [{"v": "2"}, {"v": 2}, {"v": "2", "w": 1}, {"v": None}],
    ),
    "a constant that one class needs": (
        {
            "anyOf": [
                {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "dog"}}},
                {"type": "object", "properties": {"name": {"type": "string"}}},
            ]
        },
        [{}, {"kind": "dog"}, {"name": "x"}, {"kind": "cat"}, {"name": 1}],
    ),
    "an object of which nothing is said": (
        {"type": "object", "properties": {"meta": {"type": "object"}}, "additionalProperties": False},
        [{"meta": {"a": {"b": None}}}, {"meta": {}}, {"meta": []}],
    ),
    "numbers": (
        {"type": "object", "properties": {"i": {"type": "integer"}, "n": {"type": "number", "multipleOf": 0.01}}},
        [{"i": 3.0}, {"i": 10**30}, {"i": -0.0}, {"i": 1e300}, {"n": 19.99}, {"n": 0.1}, {"n": 0.001}, {"i": 0.5}],
    ),
    "integers beyond 64 bits": ({"type": "integer", "minimum": 10**25}, [10**25, 10**25 - 1, 1e26, 0]),
    "the last integers of 64 bits": (
        {"type": "integer", "exclusiveMinimum": -(2**63), "maximum": 2**63 - 1},
        [2**63 - 1, 2**63, -(2**63), -(2**63) + 1],
    ),
    "listed integers beyond 64 bits": ({"type": "integer", "enum": [2**63, 10**25]}, [2**63, 10**25, 1, 10**25 + 1]),
    "an integer written with an exponent": ({"const": 1e25}, [1e25, 10**25, 10**25 + 1]),
    "an integral bound of an integer": ({"type": "integer", "minimum": 1e23, "maximum": 1e23}, [1e23, 10**23, 1e22]),
    "bounds beyond the doubles": ({"type": "number", "exclusiveMaximum": 2**63}, [1.5, 2.0**62, 2.0**64]),
    "steps that doubles do not have": ({"type": "number", "multipleOf": 1e-10}, [1e15, 0.5, 1e-11, 1e300, 0.1]),
    "a step of money": ({"type": "number", "multipleOf": 0.01}, [19.99, 0.07, 1.7976931348623157e308, 0.001]),
    "a length with a fraction of zero": ({"type": "string", "minLength": 2.0, "maxLength": 3.0}, ["ab", "a", "abcd"]),
    "sets of signs that Rust would subtract": (
        {"properties": {"a": {"pattern": "^[a&&b]$"}, "b": {"type": "string", "pattern": "^[a&&b]$"}}},
        [{"a": "a"}, {"b": "a"}, {"a": "&"}, {"b": "&"}, {"b": "c"}, {"a": 1}],
    ),
    "alternatives that declare different members": (
        {
            "type": "object",
            "anyOf": [
                {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {"properties": {"b": {"type": "integer"}}, "required": ["b"]},
            ],
            "unevaluatedProperties": False,
        },
        [{"a": 1, "b": 2}, {"a": 1}, {"b": 2}, {"a": 1, "c": 3}, {}, {"a": "x", "b": 2}],
    ),
    "bounds of both kinds": ({"type": "integer", "exclusiveMaximum": 5, "maximum": 4, "minimum": 1}, [4, 5, 1, 0]),
    "an alternative that evaluates every member": (
        {
            "oneOf": [
                {"type": "object", "additionalProperties": {"type": "string"}},
                {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            ],
            "unevaluatedProperties": False,
        },
        [{"k": "x"}, {"k": 1}, {"a": 1}, {"a": 1, "b": "x"}, {}],
    ),
    "a union within a union": (
        {
            "type": "object",
            "properties": {
                "a": {"oneOf": [{"type": "string"}, {"anyOf": [{"type": "boolean"}, {"type": "integer"}]}]},
                "b": {"anyOf": [{"type": "integer", "minimum": 2}, {"anyOf": [{"type": "integer", "maximum": 0}, {}]}]},
                "c": {
                    "anyOf": [
                        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                        {"anyOf": [{"type": "integer"}, {"type": "boolean"}]},
                    ]
                },
            },
        },
        [
            {"a": 1.0},
            {"a": 1},
            {"a": True},
            {"b": 0},
            {"b": 5},
            {"b": 1},
            {"c": 1.0},
            {"c": 1},
            {"c": None},
            {"c": "x"},
        ],
    ),
    "a constant beside a value of any type": (
        {"oneOf": [{"const": 0}, {"minProperties": 1}, {"type": "null"}]},
        [False, 0, True, 1, None, {"a": 1}, {}],
    ),
    "listed numbers beside truth values": (
        {
            "type": "object",
            "properties": {
                "a": {"anyOf": [{"type": "integer", "enum": [1, 2]}, {"type": "boolean", "const": True}]},
                "b": {"oneOf": [{"enum": [1, "a", None]}, {"type": ["boolean", "string"], "maxLength": 0}]},
                "c": {"anyOf": [{"type": "boolean"}, {"type": "integer", "enum": [0, 1]}]},
                "d": {"anyOf": [{"type": "boolean"}, {"type": "integer", "enum": [2, 4]}]},
                "e": {"anyOf": [{"type": "integer", "const": 2}, {"type": "boolean"}]},
            },
        },
        [{name: value} for name in "abcde" for value in (1, True, 1.0, 0, False, 2, "a", "", None, "1")],
    ),
    "a union with a boolean schema under a condition": (
        {"type": "integer", "not": {"anyOf": [False, {"enum": [1, 2]}, {"type": "boolean"}]}},
        [1, 3, True, "a"],
    ),
    "listed texts beside numbers": (
        {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "string", "enum": ["1", "auto"]}]}},
        [["1"], [1], ["auto", 1.5], ["2"], [True]],
    ),
    "a class and a list of texts": (
        {
            "oneOf": [
                {"type": "string", "enum": ["x", "y"]},
                {"type": "object", "properties": {"value": {"type": "string"}}, "additionalProperties": False},
            ]
        },
        ["x", "y", "z", {"value": "x"}, {}, {"value": 1}],
    ),
    "a map of objects": (
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"copy": {"type": "string"}, "b": {"type": "integer", "default": 1}, "c": {}},
                "additionalProperties": False,
            },
        },
        [{"x": {"copy": "a"}}, {"x": {}, "y": {"b": 1}}, {"x": {"copy": None}}],
    ),
    "lists of lists of objects": (
        {
            "type": "array",
            "items": {
                "type": "array",
                "items": {"type": "object", "properties": {"json": {"type": "string"}}, "additionalProperties": False},
            },
        },
        [[[{"json": "a"}], [{}]], [[{"json": 1}]], [[]], []],
    ),
    "times": (
        {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}},
        [{"at": "2026-01-31T10:00:00.25-23:59"}, {"at": "2026-01-31t10:00:00z"}, {"at": "2026-02-30T10:00:00Z"}],
    ),
    "texts": (
        {"type": "string", "minLength": 1, "maxLength": 2},
        ["é", "e\u0301", "😀", "😀😀😀", "\u0000", "", "\u2028\u2029"],
    ),
}


DECLARED_ONLY = {
    "an undeclared member named as one in Python", "two classes that fit", "classes that differ in a type",
    "a constant that one class needs",
}  # fmt: skip
"""Classes that only replies have hold what they declare and no more."""


@pytest.fixture(scope="module")
def named(tmp_path_factory) -> EchoServer:
    """A server whose schemas are components."""
    components = {f"S{number}": schema for number, (schema, _) in enumerate(CASES.values())}
    used = [{"$ref": f"#/components/schemas/{name}"} for name in components]
    return EchoServer(used, components, tmp_path_factory.mktemp("named"))


@pytest.fixture(scope="module")
def inline(tmp_path_factory) -> EchoServer:
    """A server whose schemas stand in place, so that request and reply have classes of their own."""
    return EchoServer([schema for schema, _ in CASES.values()], {}, tmp_path_factory.mktemp("inline"))


@pytest.fixture(scope="module")
def nested(tmp_path_factory) -> EchoServer:
    """A server whose schemas are those of a member and of items."""
    components = {
        f"S{number}": {
            "type": "object",
            "properties": {"one": schema, "many": {"type": "array", "items": schema}},
            "additionalProperties": False,
        }
        for number, (schema, _) in enumerate(CASES.values())
    }
    used = [{"$ref": f"#/components/schemas/{name}"} for name in components]
    return EchoServer(used, components, tmp_path_factory.mktemp("nested"))


TAGGED = {
    "Cat": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"const": "Cat"}, "name": {"type": "string"}},
    },
    "Dog": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"const": "Dog"}, "name": {"type": "integer"}},
    },
    "Other": {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": True},
}


@pytest.mark.parametrize("value", [{}, {"name": "x"}, {"kind": "Cat", "name": "x"}, {"kind": "Dog", "name": 1}])
async def test_a_tagged_union_beside_another_class(tmp_path, value) -> None:
    """An object without the tag is the other class; nobody gives it the tag."""
    cat, dog, other = ({"$ref": f"#/components/schemas/{name}"} for name in TAGGED)
    schema = {"anyOf": [{"oneOf": [cat, dog], "discriminator": {"propertyName": "kind"}}, other]}
    server = EchoServer([schema], TAGGED, tmp_path)
    assert await server.post(0, json.dumps(value).encode()) == (200, json.dumps(value, separators=(",", ":")).encode())


async def test_truth_values_beside_a_named_list_of_numbers(tmp_path) -> None:
    """1 stays a number and true a truth value, wherever the list of numbers is described."""
    levels = {"Level": {"type": "integer", "enum": [0, 1]}, "Flag": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}
    level, flag = {"$ref": "#/components/schemas/Level"}, {"$ref": "#/components/schemas/Flag"}
    several = {"type": "array", "items": {"anyOf": [flag, level]}}
    server = EchoServer([several, {"type": "array", "items": {"anyOf": [flag, {"type": "integer"}]}}], levels, tmp_path)
    assert await server.post(0, b"[1,true,0,false,null]") == (200, b"[1,true,0,false,null]")
    assert await server.post(1, b"[1,true,1.0]") == (200, b"[1,true,1]")


LEAP: dict[str, Any] = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "integer"}]}


@pytest.mark.parametrize(
    ("schema", "value", "place"),
    [
        ({"type": "string", "format": "date-time"}, "2016-12-31T23:59:60Z", ""),
        ({"type": "object", "properties": {"at": LEAP}}, {"at": "2016-12-31T23:59:60Z"}, "/at"),
        ({"type": "array", "items": LEAP}, [1, "2016-12-31T23:59:60Z"], "/1"),
        ({"oneOf": [{"type": "object", "properties": {"at": LEAP}}, {"type": "null"}]},
         {"at": "2016-12-31T23:59:60Z"}, "/at"),
    ],
)  # fmt: skip
async def test_the_place_of_what_cannot_be_held(tmp_path, schema, value, place) -> None:
    """A leap second is refused where it stands in the body, whatever the class calls the members of a union."""
    status, content = await EchoServer([schema], {}, tmp_path).post(0, json.dumps(value).encode())
    assert status == 422
    assert {error["pointer"] for error in json.loads(content)["errors"]} == {place}


async def judged(server: EchoServer, name: str, wrap: Any) -> list[str]:
    """Where server and oracle disagree about a case, or a value does not come back as it was sent."""
    number, (schema, values) = list(CASES).index(name), CASES[name]
    judge, wrong = oracle(schema, {}), []
    for value in values:
        text = json.dumps(wrap(value))
        status, content = await server.post(number, text.encode())
        valid = judge.is_valid(json.loads(json.dumps(value)))
        if status != (200 if valid else 422):
            wrong.append(f"{text}: {status} {content.decode()}")
        elif valid and not same_json(json.loads(text), json.loads(content)):
            wrong.append(f"{text} came back as {content.decode()}")
    return wrong


@pytest.mark.parametrize("name", CASES)
async def test_a_named_schema(named, name) -> None:
    """What the schema accepts reaches the handler and comes back; the rest is refused."""
    assert await judged(named, name, lambda value: value) == []


@pytest.mark.parametrize("name", CASES)
async def test_a_schema_in_place(inline, name) -> None:
    """The same where the reply's class is another than the request's."""
    wrong = await judged(inline, name, lambda value: value)
    assert [each for each in wrong if name not in DECLARED_ONLY or " came back as " not in each] == []


@pytest.mark.parametrize("name", CASES)
async def test_a_schema_within_others(nested, name) -> None:
    """The same for members and items."""
    assert await judged(nested, name, lambda value: {"one": value}) == []
    assert await judged(nested, name, lambda value: {"many": [value, value]}) == []


@pytest.mark.parametrize("seed", range(3))
async def test_drawn_schemas(seed, tmp_path) -> None:
    """Schemas and values that nobody has thought of are judged alike, and come back as they were sent."""
    outcome = await compare_bodies(seed, schemas=20, values=4, folder=tmp_path)
    assert outcome.disagreements == []
    assert outcome.unserved == 0
    assert outcome.accepted > 50
    assert outcome.refused > 50
