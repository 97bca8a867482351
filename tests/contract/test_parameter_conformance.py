"""Parameters and forms are accepted exactly if some reading of their texts is valid; jsonschema-rs is the judge.

Readings are those of ``wire_oracle``: a text is a number or a truth value as JSON writes them, null if it is ``null``
or empty, and a string. ``TALLY_SEEDS=50`` tries fifty times as many drawn cases.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from wire_conformance import compare
from wire_server import WireServer, serve

SEEDS = range(int(os.environ.get("TALLY_SEEDS", "1")))
INTEGER: dict[str, Any] = {"type": "integer"}
STRING: dict[str, Any] = {"type": "string"}
POINT = {"type": "object", "properties": {"x": INTEGER}, "required": ["x"], "additionalProperties": False}
EITHER = {"type": ["integer", "string"]}
DIGITS = {"oneOf": [INTEGER, {"type": "string", "pattern": "^[0-9]+$"}]}


@pytest.mark.parametrize("seed", SEEDS)
async def test_drawn_parameters(tmp_path, seed) -> None:
    """Server and oracle agree on parameters of every style; every refusal names the place of its faults."""
    outcome = await compare(seed, schemas=150, requests=15, folder=tmp_path)
    assert outcome.disagreements == []
    assert min(outcome.accepted, outcome.refused) > 300


def _case(schema: Any, sent: str, given: Any, place: str = "query", **more: Any) -> Any:
    """One row of the table: what is sent for a parameter ``p`` with that schema, and what the handler is given."""
    return place, schema, more, sent, given


REFUSED = "refused"
OBJECTS = {
    "oneOf": [
        {"type": "object", "required": ["k", "v"], "properties": {"k": {"const": "n"}, "v": INTEGER}},
        {"type": "object", "required": ["k", "v"], "properties": {"k": {"const": "s"}, "v": STRING}},
    ]
}
CASES = [
    # A text with several readings is the likeliest one that is accepted.
    _case(EITHER, "p=5", 5),
    _case(EITHER, "p=05", "05"),
    _case({"type": ["integer", "null"]}, "p=null", None),
    _case({"type": ["boolean", "integer"]}, "p=true", True),
    _case({"enum": [1, True, None]}, "p=true", True),
    _case({"oneOf": [INTEGER, {"type": "number"}]}, "p=5", REFUSED),
    _case({"oneOf": [INTEGER, {"type": "number"}]}, "p=5.5", 5.5),
    _case(DIGITS, "p=12", 12),
    _case(DIGITS, "p=012", "012"),
    _case({"not": STRING}, "p=12", 12),
    _case({"not": {"type": ["string", "array", "object"]}}, "p=x", REFUSED),
    _case({"anyOf": [{"type": "string", "format": "date-time"}, STRING]}, "p=1", "1"),
    _case({"anyOf": [{"type": "number"}, {"enum": ["1"]}], "not": {"type": "number"}}, "p=1", "1"),
    # Items of arrays are read one by one, and together only where the schema looks at several.
    _case({"type": "array", "items": EITHER}, "p=1&p=a", [1, "a"]),
    _case({"type": "array", "items": {"type": ["integer", "string"], "maxLength": 1, "minimum": 5}}, "p=1&p=7",
          ["1", 7]),
    _case({"type": "array", "items": EITHER, "uniqueItems": True}, "p=1&p=1", [1, "1"]),
    _case({"type": "array", "items": EITHER, "uniqueItems": True}, "p=1&p=1&p=1", REFUSED),
    _case({"type": "array", "items": EITHER, "contains": {"const": "2"}}, "p=1&p=2", ["1", "2"]),
    _case({"oneOf": [{"type": "array", "items": INTEGER}, {"type": "array", "items": STRING}]}, "p=1&p=a", ["1", "a"]),
    _case({"enum": [[1, "2"], ["x"]]}, "p=1&p=2", [1, "2"]),
    _case({"enum": [{"a": 1}, {"a": "b"}]}, "p[a]=1", {"a": 1}, style="deepObject"),
    _case({"type": "array", "prefixItems": [STRING, INTEGER], "items": False}, "p=1&p=2", ["1", 2]),
    _case({"type": "array", "items": {}, "contains": INTEGER}, "p=a&p=2", ["a", 2]),
    _case({"anyOf": [INTEGER, {"type": "array", "items": INTEGER, "minItems": 2}]}, "p=1&p=2", [1, 2]),
    _case({"type": "array", "items": INTEGER}, "p=", []),
    _case({"type": "array", "items": INTEGER, "minItems": 1}, "p=", REFUSED),
    _case({"type": "array", "items": STRING}, "p=", [""]),
    _case({"type": "array", "items": {"type": "array", "items": INTEGER}}, "p=[1,2]&p=[3]", [[1, 2], [3]]),
    # Properties of objects likewise.
    _case({"type": "object", "properties": {"a": EITHER, "b": DIGITS}}, "a=x&b=7", {"a": "x", "b": 7}),
    _case({"type": "object", "additionalProperties": EITHER}, "a=x&b=7", {"a": "x", "b": 7}),
    _case(OBJECTS, "p[k]=s&p[v]=5", {"k": "s", "v": "5"}, style="deepObject"),
    _case(OBJECTS, "p[k]=n&p[v]=5", {"k": "n", "v": 5}, style="deepObject"),
    _case(OBJECTS, "p[k]=n&p[v]=x", REFUSED, style="deepObject"),
    _case(
        {"type": "object", "properties": {"in": {"type": "object", "additionalProperties": EITHER}}},
        "p[in][x]=5&p[in][y]=z",
        {"in": {"x": 5, "y": "z"}},
        style="deepObject",
    ),
    # In a deep object, arrays repeat the name, end it in brackets, or count; what is no object comes as it is.
    _case({"type": "array", "items": EITHER}, "p=5&p=x", [5, "x"], style="deepObject"),
    _case({"type": "array", "items": EITHER}, "p[]=5&p[]=x", [5, "x"], style="deepObject"),
    _case({"type": "array", "items": EITHER}, "p[1]=x&p[0]=5", [5, "x"], style="deepObject"),
    _case({"type": "array", "items": EITHER}, "p[1]=x", REFUSED, style="deepObject"),
    _case({"type": "array", "items": EITHER}, "p[]=5&p[0]=x", REFUSED, style="deepObject"),
    _case({"type": "array", "items": EITHER}, "p=5&p[]=x", REFUSED, style="deepObject"),
    _case({"type": "array", "items": POINT}, "p[0][x]=5&p[1][x]=6", [{"x": 5}, {"x": 6}], style="deepObject"),
    _case({"type": "array", "items": POINT}, "p[0][x]=a", REFUSED, style="deepObject"),
    _case({"type": "array", "items": POINT}, "p[][x]=5", REFUSED, style="deepObject"),
    _case({"anyOf": [POINT, INTEGER]}, "p=5", 5, style="deepObject"),
    _case({"anyOf": [POINT, INTEGER]}, "p[x]=5", {"x": 5}, style="deepObject"),
    _case({"anyOf": [POINT, INTEGER]}, "p[x]=5&p=5", REFUSED, style="deepObject"),
    _case({"anyOf": [POINT, {"type": "string", "enum": [""]}]}, "p=", "", style="deepObject"),
    _case(POINT, "p=5", REFUSED, style="deepObject"),
    _case(POINT, "p[]=5", REFUSED, style="deepObject"),
    _case({"type": ["array", "object"], "items": INTEGER, "maxItems": 1}, "p[0]=5&p[1]=6", {"0": "5", "1": "6"},
          style="deepObject"),
    _case({"type": "object", "patternProperties": {"^n": INTEGER}, "additionalProperties": False}, "n1=5", {"n1": 5}),
    _case({"type": "object", "patternProperties": {"^n": INTEGER}, "additionalProperties": False}, "m=5", REFUSED),
    _case({"type": "object", "properties": {"a": INTEGER}, "unevaluatedProperties": EITHER}, "b=5", {"b": 5}),
    _case({"type": "object", "properties": {"t": {"type": "array", "items": STRING}}}, "t=a&t=b", {"t": ["a", "b"]}),
    _case({"type": "object", "properties": {"t": {"type": "array", "items": INTEGER}}}, "t=[1,2]", {"t": [1, 2]}),
    _case({"type": "object", "properties": {"a": {"anyOf": [{"enum": [1, 2]}, {"type": "boolean"}]}}}, "a=1", {"a": 1}),
    _case(
        {"type": "object", "properties": {"a": {"oneOf": [{"type": "number"}, {"enum": [1]}, {"enum": ["1", "x"]}]}}},
        "p[a]=1",
        {"a": "1"},
        style="deepObject",
    ),
    _case(
        {"type": "object", "properties": {"Name": INTEGER}, "additionalProperties": True}, "name=x", {"name": "x"},
    ),
    # What may be an object or something else comes under the names of the one or of the other.
    _case({"anyOf": [POINT, STRING]}, "p=a", "a"),
    _case({"anyOf": [POINT, STRING]}, "x=1", {"x": 1}),
    _case({"anyOf": [POINT, {"type": "array", "items": INTEGER}]}, "p=1&p=2", [1, 2]),
    _case({"anyOf": [POINT, {"type": "array", "items": INTEGER}]}, "x=1", {"x": 1}),
    _case({"anyOf": [POINT, {"type": "null"}]}, "p=", None),
    _case({"anyOf": [POINT, STRING]}, "p=a", "a", place="cookie", explode=True),
    _case({"anyOf": [POINT, STRING]}, "x=1", {"x": 1}, place="cookie", explode=True),
    _case({"anyOf": [POINT, {"type": "array", "items": STRING}]}, "x,1", ["x", "1"], place="header"),
    # Delimiters are looked for before percent-decoding; a plus sign is a space in a query, nowhere else.
    _case({"type": "array", "items": STRING}, "p=a%2Cb,c", ["a,b", "c"], explode=False),
    _case(STRING, "p=a+b%2B", "a b+"),
    _case({"type": "string", "format": "date-time"}, "p=2026-01-31T10:00:00+02:00", REFUSED),
    _case({"type": "string", "pattern": "^a\\+b$"}, "p=a+b", "a+b", allowReserved=True),
    _case(STRING, "p=%C3%28", REFUSED),
    _case(STRING, "p=%4", REFUSED),
    _case(STRING, "a%2Fb+c", "a/b+c", place="path"),
    _case({"type": "array", "items": {"type": "number"}, "maxItems": 1}, ".1.5", [1.5],
          place="path", style="label", explode=True),
    _case({"type": "object", "properties": {"x": {"type": "number"}}}, ".x=1.5", {"x": 1.5},
          place="path", style="label", explode=True),
    _case({"type": "object", "properties": {"p": INTEGER}}, ";p=5", {"p": 5},
          place="path", style="matrix", explode=True),
    _case(STRING, ";p", "", place="path", style="matrix"),
    _case({"type": "array", "items": STRING}, "p=1&p=2", ["1", "2"], place="cookie", explode=True),
    _case({"type": "array", "items": INTEGER}, "1 , 2", [1, 2], place="header"),
    _case({"type": "string", "enum": ["é"]}, "é", "é", place="header"),
    # An empty value stands for an absent one where allowEmptyValue says so, except of a required parameter.
    _case({"type": "integer", "default": 3}, "p=", 3, allowEmptyValue=True),
    _case(INTEGER, "p=", REFUSED, allowEmptyValue=True, required=True),
    _case(STRING, "p=", "", allowEmptyValue=True, required=True),
    # Numbers that are too large to be held are refused, not answered with an error of the server.
    _case({"type": "number"}, "p=1" + "0" * 400, REFUSED),
    _case(INTEGER, "p=" + "9" * 300, int("9" * 300)),
    _case(INTEGER, "p=" + "9" * 5000, REFUSED),
    _case({"type": "object", "additionalProperties": True}, "p" + "[a]" * 500 + "=1", REFUSED, style="deepObject"),
    # Without a type the keywords say what is meant, though by the letter they refuse no text.
    _case({"minimum": 3}, "p=4", 4),
    _case({"minimum": 3}, "p=2", REFUSED),
    _case({"minimum": 3}, "p=x", "x"),
    _case({}, "p=4", "4"),
]  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> WireServer:
    """A server with one operation for each case."""
    operations = {}
    for number, case in enumerate(CASES):
        place, schema, more, *_ = case
        path = f"/o{number}/{{p}}" if place == "path" else f"/o{number}"
        parameter = {"name": "p", "in": place, "schema": schema, "required": place == "path", **more}
        answer = {"204": {"description": "Done."}}
        operation = {"operationId": f"o{number}", "parameters": [parameter], "responses": answer, "security": []}
        operations[path] = {"get": operation}
    server = serve(operations, tmp_path_factory.mktemp("table"))
    assert len(server.served) == len(CASES)
    return server


async def _asked(server: WireServer, number: int, place: str, sent: str) -> tuple[int, Any]:
    path, content = f"/o{number}", sent.encode()
    if place == "path":
        return await server.call(f"{path}/{sent}".encode())
    if place == "query":
        return await server.call(path.encode(), content)
    return await server.call(path.encode(), headers=[(b"p" if place == "header" else b"cookie", content)])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.model_dump(mode="json", by_alias=True, exclude_unset=True) if hasattr(value, "model_dump") else value


@pytest.mark.parametrize("number", range(len(CASES)))
async def test_readings(table, number) -> None:
    """The handler gets the one value that is meant; a refusal names the parameter."""
    place, _, _, sent, given = CASES[number]
    status, answer = await _asked(table, number, place, sent)
    if given is REFUSED:
        assert status in (400, 422)
        assert {error["source"] for error in answer["errors"]} == {place}
        return
    assert status == 204, answer
    assert table.given is not None
    value = _plain(table.given["p"])
    assert (value, type(value)) == (given, type(given))
    assert json.dumps(value) == json.dumps(given)


PLACES = [
    ({"type": "array", "items": EITHER | {"minimum": 3, "maxLength": 1}}, "p=5&p=abc&p=a", ["/p/1"]),
    ({"type": "object", "properties": {"a": INTEGER, "b": DIGITS}, "required": ["c"]}, "a=x&b=7", ["/p", "/p/a"]),
    ({"type": "array", "items": INTEGER, "maxItems": 1}, "p=1&p=x", ["/p", "/p/1"]),
    (INTEGER, "p=1&p=2", ["/p"]),
    (INTEGER, "q=1", ["/q"]),
    (STRING, "p=%zz", ["/p"]),
    (STRING, "%zz=1", [""]),
]


@pytest.mark.parametrize(("schema", "query", "pointers"), PLACES)
async def test_places_of_faults(tmp_path, schema, query, pointers) -> None:
    """Only what cannot be right is told, each at its place: readings that others exclude are not held against it."""
    server = _one({"parameters": [{"name": "p", "in": "query", "schema": schema}]}, tmp_path)
    _, answer = await server.call(b"/a", query.encode())
    assert sorted(error["pointer"] for error in answer["errors"]) == pointers
    assert {error["source"] for error in answer["errors"]} == {"query"}


def _one(operation: dict[str, Any], folder: Any, method: str = "get", schemas: Any = None) -> WireServer:
    answer = {"204": {"description": "Done."}}
    return serve(
        {"/a": {method: {"operationId": "a", "responses": answer, "security": [], **operation}}}, folder, schemas
    )


async def test_ambiguity_is_bounded(tmp_path) -> None:
    """What could mean more than is tried is refused with a word about it; what is plainly wrong at once."""
    schema = {"type": "array", "items": EITHER, "uniqueItems": True}
    server = _one({"parameters": [{"name": "p", "in": "query", "schema": schema}]}, tmp_path)
    query = "&".join(f"p={number % 30}" for number in range(90))
    status, answer = await server.call(b"/a", query.encode())
    assert status == 422
    assert "may mean more than can be tried" in answer["errors"][0]["detail"]
    assert (await server.call(b"/a", "&".join(f"p={number % 45}" for number in range(90)).encode()))[0] in (204, 422)


async def test_lists_are_bounded(tmp_path) -> None:
    """A text with more parts than anybody looks through is refused with a word about it."""
    server = _one(
        {"parameters": [{"name": "p", "in": "query", "explode": False, "schema": {"type": "array"}}]}, tmp_path
    )
    assert (await server.call(b"/a", b"p=1" + b",1" * 9_999))[0] == 204
    status, answer = await server.call(b"/a", b"p=1" + b",1" * 10_000)
    assert status == 400
    assert "more than 10000 parts" in answer["errors"][0]["detail"]


async def test_unknown_names_are_told_in_part(tmp_path) -> None:
    """The first twenty names that are no parameters are told; an answer is no longer than it is of use."""
    server = _one({}, tmp_path)
    status, answer = await server.call(b"/a", "&".join(f"n{number}" for number in range(5000)).encode())
    assert (status, [each["pointer"] for each in answer["errors"]]) == (400, [f"/n{number}" for number in range(20)])


async def test_defaults_stay_what_they_are(tmp_path) -> None:
    """What a handler does to the default that it is given changes nothing for the next request."""
    schema = {"type": "array", "items": STRING, "default": ["a"]}
    server = _one({"parameters": [{"name": "p", "in": "query", "schema": schema}]}, tmp_path)
    for _ in range(2):
        await server.call(b"/a")
        assert server.given == {"p": ["a"]}
        server.given["p"].append("b")


async def test_properties_named_like_keywords(tmp_path) -> None:
    """References below properties called ``default``, ``enum`` and ``const`` are followed."""
    either = {"$ref": "#/components/schemas/Either"}
    names = ("default", "enum", "const")
    schema = {"properties": dict.fromkeys(names, either), "oneOf": [{"required": [name]} for name in names]}
    parameter = {"name": "p", "in": "query", "style": "deepObject", "explode": True, "schema": schema}
    server = _one({"parameters": [parameter]}, tmp_path, schemas={"Either": EITHER})
    for name in names:
        assert (await server.call(b"/a", f"p[{name}]=1".encode()))[0] == 204
    assert (await server.call(b"/a", b"p[default]=1&p[const]=a"))[0] == 422


@pytest.mark.parametrize(("query", "given"), [('{"a":"é"}'.encode(), {"a": "é"}), (b'{"a":"\xff"}', None)])
async def test_whole_queries_in_unicode(tmp_path, query, given) -> None:
    """Text in a whole query string is kept as it is, or refused where it is no text; it is never replaced."""
    content = {"application/json": {"schema": {"type": "object"}}}
    server = _one({"parameters": [{"name": "p", "in": "querystring", "content": content}]}, tmp_path)
    status, _ = await server.call(b"/a", query)
    assert (status, server.given) == ((400, None) if given is None else (204, {"p": given}))


async def test_defaults_within_objects(tmp_path) -> None:
    """An absent object has its default; what is absent in a given one has the defaults of its properties."""
    schema = {
        "type": "object",
        "properties": {"sort": {"type": "string", "default": "name"}, "limit": {"type": "integer", "default": 20}},
        "default": {"sort": "date"},
    }
    server = _one({"parameters": [{"name": "p", "in": "query", "style": "deepObject", "schema": schema}]}, tmp_path)
    assert (await server.call(b"/a"))[0] == 204
    assert server.given is not None
    assert (server.given["p"].sort, server.given["p"].limit) == ("date", 20)
    assert (await server.call(b"/a", b"p[limit]=5"))[0] == 204
    assert (server.given["p"].sort, server.given["p"].limit) == ("name", 5)


CONTENT = [
    ("application/json", {"type": "array", "items": EITHER}, '["5",5]', ["5", 5]),
    ("application/json", INTEGER, '"5"', REFUSED),
    ("application/json", INTEGER, "{", REFUSED),
    ("text/plain", INTEGER, "5", 5),
    ("text/plain", {"type": "integer", "minimum": 6}, "5", REFUSED),
    ("application/x-www-form-urlencoded", {"type": "object", "properties": {"a": EITHER}}, "a=5", {"a": 5}),
]


@pytest.mark.parametrize(("media", "schema", "text", "given"), CONTENT)
@pytest.mark.parametrize("place", ["query", "header", "cookie"])
async def test_content_parameters(tmp_path, place, media, schema, text, given) -> None:
    """A parameter with a media type is what that media type says: JSON as it is, text and forms by their readings."""
    server = _one({"parameters": [{"name": "p", "in": place, "content": {media: {"schema": schema}}}]}, tmp_path)
    request = {
        "query": {"query": f"p={quote(text)}".encode()},
        "header": {"headers": [(b"p", text.encode())]},
        "cookie": {"headers": [(b"cookie", f"p={quote(text)}".encode())]},
    }
    status, answer = await server.call(b"/a", **request[place])
    if given is REFUSED:
        assert status in (400, 422)
        assert answer["errors"][0]["pointer"] == "/p"
        return
    assert status == 204, answer
    assert server.given is not None
    assert json.dumps(_plain(server.given["p"])) == json.dumps(given)


FORMATS = (
    "date", "date-time", "time", "duration", "uuid", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "iri",
    "json-pointer", "regex", "int32", "byte", "password", "unknown",
)  # fmt: skip
FORMATTED = (
    "2026-01-31", "2026-02-30", "0000-01-01", "9999-12-31", "2026-01-31T10:00:00Z", "2026-01-31t10:00:00z",
    "2026-01-31 10:00:00Z", "2026-01-31T10:00:00.123456789Z", "2026-01-31T10:00:00.1+05:30", "2026-01-31T24:00:00Z",
    "2026-12-31T23:59:60Z", "2026-01-31T10:00:00-00:00", "2026-01-31T10:00:00+24:00", "9999-12-31T23:59:59-23:00",
    "0000-01-01T00:00:00Z", "10:00:00Z", "10:00:00", "23:59:60Z", "10:00:00.5+01:00", "P1D", "PT1H", "P", "1", "", "é",
    "8f14e45f-ceea-467f-a9b1-1c2d3e4f5a6b", "8F14E45F-CEEA-467F-A9B1-1C2D3E4F5A6B", "8f14e45fceea467fa9b11c2d3e4f5a6b",
    "a@b.example", "1.2.3.4", "::1", "http://a/b", "/x", "/x~2", "a(", "a\nb", "\0",
)  # fmt: skip
EXCEPTIONS = {
    ("date", "0000-01-01"): "Python has no year 0",
    ("date-time", "0000-01-01T00:00:00Z"): "Python has no year 0",
    ("date-time", "2026-12-31T23:59:60Z"): "Python has no leap seconds",
    ("time", "23:59:60Z"): "Python has no leap seconds",
}
"""Texts that the schema accepts and the server refuses, since no Python value can hold them."""


async def test_formats(tmp_path) -> None:
    """A text is accepted exactly if jsonschema-rs says that it has the format; the exceptions are listed by name."""
    answer = {"204": {"description": "Done."}}
    operations = {}
    for number, name in enumerate(FORMATS):
        parameter = {"name": "p", "in": "query", "schema": {"type": "string", "format": name}}
        operation = {"operationId": f"o{number}", "parameters": [parameter], "responses": answer, "security": []}
        operations[f"/o{number}"] = {"get": operation}
    server = serve(operations, tmp_path)
    different = set()
    for number, name in enumerate(FORMATS):
        judge = jsonschema_rs.Draft202012Validator({"type": "string", "format": name}, validate_formats=True)
        for text in FORMATTED:
            status, _ = await server.call(f"/o{number}".encode(), f"p={quote(text)}".encode())
            if judge.is_valid(text) != (status == 204):
                different.add((name, text))
    assert different == set(EXCEPTIONS)
