"""Parameters are read exactly as their style and schema say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

STRING: dict[str, Any] = {"type": "string"}
INTEGER: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
BOOLEAN: dict[str, Any] = {"type": "boolean"}
STRINGS = {"type": "array", "items": STRING}
INTEGERS = {"type": "array", "items": INTEGER}
POINT = {
    "type": "object",
    "properties": {"x": INTEGER, "name": STRING},
    "required": ["x"],
    "additionalProperties": False,
}


def _plain(value: Any) -> Any:
    """Models as the JSON they stand for."""
    return value.model_dump(mode="json", by_alias=True, exclude_unset=True) if hasattr(value, "model_dump") else value


def _served(server, describe, place: str, schema: Any, **more: Any) -> Any:
    path = "/a/{v}" if place == "path" else "/a"
    parameter = {"name": "v", "in": place, "schema": schema, **({"required": True} if place == "path" else {}), **more}
    return server(describe({f"GET {path}": {"parameters": [parameter]}}))


def _case(table: str, index: int, place: str, schema: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    """One operation of the server that all tables share."""
    name = f"/{table}{index}"
    path = f"{name}/{{v}}" if place == "path" else name
    parameter = {"name": "v", "in": place, "schema": schema, **({"required": True} if place == "path" else {}), **more}
    return f"GET {path}", {"operationId": f"{table}{index}", "parameters": [parameter]}


@pytest.fixture(scope="module")
def tables(tmp_path_factory, module_server, describe_module) -> Any:
    """One server for every row of the tables below."""
    operations = [
        *(_case("path", i, "path", s, style=st, explode=e) for i, (st, e, s, _, _) in enumerate(PATHS)),
        *(_case("query", i, "query", s, style=st, explode=e) for i, (st, e, s, _, _) in enumerate(QUERIES)),
        *(_case("refused", i, "query", s) for i, (s, _, _) in enumerate(REFUSED)),
        *(_case("header", i, "header", s) for i, (s, _, _) in enumerate(HEADERS)),
        *(_case("cookie", i, "cookie", s, style="form", explode=e) for i, (s, e, _, _) in enumerate(COOKIES)),
    ]
    return module_server(describe_module(dict(operations)), tmp_path_factory.mktemp("tables"))


def _argument(made: Any) -> Any:
    (value,) = made.calls[0].values()
    return _plain(value)


PATHS = [
    ("simple", False, STRING, "abc", "abc"),
    ("simple", False, STRING, "a%2Fb", "a/b"),
    ("simple", False, STRING, "a,b", "a,b"),
    ("simple", False, STRING, "%C3%A9%20x+y", "é x+y"),
    ("simple", False, INTEGER, "-7", -7),
    ("simple", False, NUMBER, "1e3", 1000.0),
    ("simple", False, BOOLEAN, "true", True),
    ("simple", False, STRINGS, "a,b%2Cc", ["a", "b,c"]),
    ("simple", True, INTEGERS, "1,2,3", [1, 2, 3]),
    ("simple", False, POINT, "x,1,name,n", {"x": 1, "name": "n"}),
    ("simple", True, POINT, "x=1,name=n%3D", {"x": 1, "name": "n="}),
    ("label", False, INTEGER, ".5", 5),
    ("label", False, STRINGS, ".a,b", ["a", "b"]),
    ("label", True, STRINGS, ".a.b", ["a", "b"]),
    ("label", False, POINT, ".x,1", {"x": 1}),
    ("label", True, POINT, ".x=1.name=n", {"x": 1, "name": "n"}),
    ("matrix", False, INTEGER, ";v=5", 5),
    ("matrix", False, STRINGS, ";v=a,b", ["a", "b"]),
    ("matrix", True, STRINGS, ";v=a;v=b", ["a", "b"]),
    ("matrix", False, POINT, ";v=x,1", {"x": 1}),
    ("matrix", True, POINT, ";x=1;name=n", {"x": 1, "name": "n"}),
]


@pytest.mark.parametrize("index", range(len(PATHS)))
def test_path_styles(tables, index) -> None:
    """Each style of a path parameter gives the value that was written."""
    *_, text, value = PATHS[index]
    reply = tables.call("GET", f"/path{index}/{text}")
    assert reply.status_code == 204, reply.text
    assert _argument(tables) == value


QUERIES = [
    ("form", True, STRINGS, "v=a&v=b%26c", ["a", "b&c"]),
    ("form", False, STRINGS, "v=a,b%2Cc", ["a", "b,c"]),
    ("form", False, INTEGERS, "v=1", [1]),
    ("form", True, POINT, "x=1&name=n+m", {"x": 1, "name": "n m"}),
    ("form", False, POINT, "v=x,1,name,n", {"x": 1, "name": "n"}),
    ("spaceDelimited", False, STRINGS, "v=a%20b", ["a", "b"]),
    ("spaceDelimited", False, STRINGS, "v=a+b", ["a", "b"]),
    ("spaceDelimited", True, STRINGS, "v=a&v=b", ["a", "b"]),
    ("pipeDelimited", False, STRINGS, "v=a%7Cb|c", ["a", "b", "c"]),
    ("pipeDelimited", True, INTEGERS, "v=1&v=2", [1, 2]),
    ("deepObject", True, POINT, "v[x]=1&v%5Bname%5D=n", {"x": 1, "name": "n"}),
    (
        "deepObject",
        True,
        {"type": "object", "properties": {"tags": STRINGS, "in": POINT}},
        "v[tags]=a&v[tags]=b&v[in][x]=3",
        {"tags": ["a", "b"], "in": {"x": 3}},
    ),
    ("form", True, {"anyOf": [INTEGER, STRING]}, "v=5", 5),
    ("form", True, {"anyOf": [INTEGER, STRING]}, "v=five", "five"),
    ("form", True, {"anyOf": [STRING, STRINGS]}, "v=a", "a"),
    ("form", True, {"anyOf": [STRING, STRINGS]}, "v=a&v=b", ["a", "b"]),
    ("form", True, {"type": ["integer", "null"]}, "v=", None),
    ("form", True, {"type": "string"}, "v=", ""),
    ("form", True, {"type": "string", "enum": ["1", "2"]}, "v=1", "1"),
    ("form", True, {"enum": [1, 2]}, "v=2", 2),
    ("form", True, {}, "v=5", "5"),
]


@pytest.mark.parametrize("index", range(len(QUERIES)))
def test_query_styles(tables, index) -> None:
    """Each style of a query parameter gives the value that was written."""
    *_, query, value = QUERIES[index]
    reply = tables.call("GET", f"/query{index}?{query}")
    assert reply.status_code == 204, reply.text
    assert _argument(tables) == value


REFUSED = [
    (INTEGER, "5_0", 422),
    (INTEGER, "%205", 422),
    (INTEGER, "+5", 422),
    (INTEGER, "%2B5", 422),
    (INTEGER, "05", 422),
    (INTEGER, "5.0", 422),
    (INTEGER, "1e3", 422),
    (INTEGER, "", 422),
    (INTEGER, "٣", 422),
    (NUMBER, "NaN", 422),
    (NUMBER, "Infinity", 422),
    (NUMBER, "1e999", 422),
    (NUMBER, ".5", 422),
    (NUMBER, "1.", 422),
    (BOOLEAN, "yes", 422),
    (BOOLEAN, "True", 422),
    (BOOLEAN, "1", 422),
    ({"type": "string", "format": "date"}, "2026-02-30", 422),
    ({"type": "string", "format": "date-time"}, "2026-01-01T00:00:00", 422),
    ({"type": "string", "format": "uuid"}, "00000000000000000000000000000000", 422),
    ({"type": "string", "pattern": "^a$"}, "a%0A", 422),
    ({"type": "string", "maxLength": 1}, "ab", 422),
    (STRING, "%zz", 400),
    (STRING, "%ff", 400),
]


@pytest.mark.parametrize("index", range(len(REFUSED)))
def test_lexical_rules(tables, index) -> None:
    """What is not written as JSON writes it is refused: 422 by the schema, 400 where it cannot be read."""
    _, text, status = REFUSED[index]
    reply = tables.call("GET", f"/refused{index}?v={text}")
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["errors"][0]["source"] == "query"
    assert reply.json()["errors"][0]["pointer"] == "/v"
    assert tables.calls == []


HEADERS = [
    (STRING, "a, b", "a, b"),
    (STRINGS, "a, b ,c", ["a", "b", "c"]),
    (INTEGERS, "1,2", [1, 2]),
    (POINT, "x,1,name,n", {"x": 1, "name": "n"}),
    (INTEGER, "5", 5),
    (STRING, "100%", "100%"),
]


@pytest.mark.parametrize("index", range(len(HEADERS)))
def test_header_style(tables, index) -> None:
    """Headers use the style simple and are not percent-decoded."""
    _, text, value = HEADERS[index]
    reply = tables.call("GET", f"/header{index}", headers={"v": text})
    assert reply.status_code == 204, reply.text
    assert _argument(tables) == value


COOKIES = [
    (STRING, True, "v=a%20b", "a b"),
    (INTEGER, True, "other=1; v=5", 5),
    (STRINGS, False, "v=a,b", ["a", "b"]),
    (STRINGS, True, "v=a; v=b", ["a", "b"]),
    (POINT, False, "v=x,1", {"x": 1}),
    (POINT, True, "x=1; name=n", {"x": 1, "name": "n"}),
]


@pytest.mark.parametrize("index", range(len(COOKIES)))
def test_cookie_style(tables, index) -> None:
    """Cookies use the style form."""
    *_, cookie, value = COOKIES[index]
    reply = tables.call("GET", f"/cookie{index}", headers={"cookie": cookie})
    assert reply.status_code == 204, reply.text
    assert _argument(tables) == value


@pytest.mark.parametrize("place", ["query", "header", "cookie"])
def test_content_parameters(server, describe, place) -> None:
    """A parameter with a media type is decoded as that media type."""
    parameter = {"name": "v", "in": place, "content": {"application/json": {"schema": POINT}}}
    made = server(describe({"GET /a": {"parameters": [parameter]}}))
    text = json.dumps({"x": 1})
    given = {
        "query": {"params": {"v": text}},
        "header": {"headers": {"v": text}},
        "cookie": {"headers": {"cookie": f"v={quote(text)}"}},
    }
    assert made.call("GET", "/a", **given[place]).status_code == 204
    assert _argument(made) == {"x": 1}


@pytest.mark.parametrize("query", ["v=1&w=2", "w=", "V=1"])
def test_unknown_query_parameters_are_refused(server, describe, query) -> None:
    """A name that the contract does not know is a fault of the request."""
    made = _served(server, describe, "query", INTEGER)
    reply = made.call("GET", f"/a?{query}")
    assert reply.status_code == 400
    assert "is not a parameter here" in reply.text


def test_unknown_query_parameters_may_be_accepted(server, describe) -> None:
    """The setting lets unknown names pass."""
    parameter = {"name": "v", "in": "query", "schema": INTEGER}
    made = server(
        describe({"GET /a": {"parameters": [parameter]}}), options={"settings": {"accept_unknown_query": True}}
    )
    assert made.call("GET", "/a?v=1&w=2").status_code == 204


def test_repeated_scalars_are_refused(server, describe) -> None:
    """A name that is given twice has no value."""
    made = _served(server, describe, "query", INTEGER)
    reply = made.call("GET", "/a?v=1&v=1")
    assert reply.status_code == 400
    assert "more than once" in reply.text


def test_an_object_may_take_every_unknown_name(server, describe) -> None:
    """An exploded object that invites further properties takes what nobody else names."""
    free = {"type": "object", "additionalProperties": INTEGER}
    parameters = [{"name": "f", "in": "query", "schema": free}, {"name": "q", "in": "query", "schema": STRING}]
    made = server(describe({"GET /a": {"parameters": parameters}}))
    assert made.call("GET", "/a?q=x&a=1&b=2").status_code == 204
    assert _plain(made.calls[0]["f"]) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "default": 20}, 20),
        ({"type": "integer", "default": 20.0}, 20),
        ({"type": "array", "items": {"type": "integer"}, "default": [1e23]}, [10**23]),
        ({"type": "array", "items": STRING, "default": ["a"]}, ["a"]),
        ({"type": "string", "enum": ["a", "b"], "default": "b"}, "b"),
        (INTEGER, None),
    ],
)
def test_defaults(server, describe, schema, value) -> None:
    """An absent parameter has the default of its schema, else None."""
    made = _served(server, describe, "query", schema)
    assert made.call("GET", "/a").status_code == 204
    assert _argument(made) == value
    assert isinstance(_argument(made), type(value))


def test_required_parameters(server, describe) -> None:
    """A required parameter that is absent is a fault at its place."""
    made = _served(server, describe, "query", INTEGER, required=True)
    reply = made.call("GET", "/a")
    assert reply.status_code == 422
    assert reply.json()["errors"] == [
        {"source": "query", "pointer": "/v", "detail": "is required", "keyword": "required"}
    ]


def test_empty_values_may_stand_for_absence(server, describe) -> None:
    """With allowEmptyValue a name without a value is as good as no name."""
    made = _served(server, describe, "query", INTEGER, allowEmptyValue=True)
    assert made.call("GET", "/a?v=").status_code == 204
    assert _argument(made) is None


def test_every_fault_is_told(server, describe) -> None:
    """All faults of a request are named at once."""
    parameters = [
        {"name": "a", "in": "query", "schema": INTEGER},
        {"name": "b", "in": "query", "schema": {"type": "integer", "minimum": 3}},
        {"name": "c", "in": "header", "schema": BOOLEAN},
    ]
    made = server(describe({"GET /a": {"parameters": parameters}}))
    reply = made.call("GET", "/a?a=x&b=1", headers={"c": "no"})
    assert [error["pointer"] for error in reply.json()["errors"]] == ["/a", "/b", "/c"]


def test_values_do_not_leak_into_messages(server, describe) -> None:
    """A refused value is not repeated: it may be a password."""
    made = _served(server, describe, "query", {"type": "string", "maxLength": 3})
    assert "hunter2" not in made.call("GET", "/a?v=hunter2").text


def test_mixed_segments(server, describe, tmp_path: Path) -> None:
    """Placeholders may share a segment with text and with each other."""
    text = {"required": True, "in": "path", "schema": STRING}
    operation = {"parameters": [{"name": "base", **text}, {"name": "head", **text}]}
    made = server(describe({"GET /compare/{base}...{head}": operation}))
    assert made.call("GET", "/compare/main...topic%2F1").status_code == 204
    assert made.calls[0] == {"base": "main", "head": "topic/1"}


@pytest.mark.parametrize(
    ("path", "schema", "text"),
    [
        ("/{from}-{to}", {"type": "string", "format": "date"}, "2026-11-20"),
        ("/at/{from}-{to}.json", {"$ref": "#/components/schemas/Id"}, "8f14e45f-ceea-467f-a9b1-1c2d3e4f5a6b"),
        ("/{from}-{to}", {"type": "string", "enum": ["a", "a-b"]}, "a-b"),
        ("/{from}-{to}", {"const": "-"}, "-"),
        ("/{from}..{to}", {"type": "string", "format": "date"}, None),
        ("/{from}-{to}", {"type": "string", "format": "regex"}, None),
        ("/{to}/{from}-", {"type": "string", "format": "date"}, None),
        ("/{from}-{to}", {"$ref": "#/components/schemas/Nowhere"}, None),
    ],
)
def test_values_that_hold_what_ends_them(plan_of, describe, path, schema, text) -> None:
    """A finding tells of values that a segment with several placeholders is split within."""
    parameters = [
        {"name": "from", "in": "path", "required": True, "schema": schema},
        {"name": "to", "in": "path", "required": True, "schema": STRING},
    ]
    plan = plan_of(describe({f"GET {path}": {"parameters": parameters}}, {"Id": {"type": "string", "format": "uuid"}}))
    message = (
        f"the placeholder {{from}} of {path} ends at the first '-': {text!r} is found there only with that part "
        "percent-encoded; put between the placeholders what their values do not hold"
    )
    told = [each.message for each in plan.findings if each.code == "server-path"]
    assert told == ([] if text is None else [message])


def test_what_ends_a_value_may_be_encoded_within(server, describe) -> None:
    """An encoded delimiter belongs to the value."""
    text = {"required": True, "in": "path", "schema": {"type": "string", "format": "date"}}
    made = server(describe({"GET /{from}-{to}": {"parameters": [{"name": "from", **text}, {"name": "to", **text}]}}))
    assert made.call("GET", "/2026-11-20-2026-11-21").status_code == 422
    assert made.call("GET", "/2026%2D11%2D20-2026-11-21").status_code == 204


@pytest.mark.parametrize("values", [[2**64], [-1, 2**63], [0.5, 1, 2**63]])
def test_listed_integers_of_any_size(server, describe, values) -> None:
    """A list of values may have integers that no enum of Pydantic finds."""
    made = _served(server, describe, "query", {"type": "number", "enum": values})
    for value in values:
        assert made.call("GET", f"/a?v={value}").status_code == 204
        assert _argument(made) == value
    assert made.call("GET", f"/a?v={2**65}").status_code == 422


@pytest.mark.parametrize("encoding", [{}, {"b": {"style": "pipeDelimited", "explode": False}, "a": {}}])
def test_encodings_within_parameters(plan_of, describe, encoding) -> None:
    """The encoding of a form within a parameter is not followed, which is told."""
    content = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}, "encoding": encoding}}
    parameter = {"name": "q", "in": "query", "content": content}
    plan = plan_of(describe({"GET /": {"parameters": [parameter]}}))
    message = (
        "the encoding of a, b in the parameter 'q' is not followed: each member is read as one name per value; leave "
        "the encoding out"
    )
    assert [each.message for each in plan.findings if each.code == "server-encoding"] == ([message] if encoding else [])


def test_slashes_within_names_of_placeholders(server, describe) -> None:
    """A slash between braces belongs to the name; the value is one segment, in an included router too."""
    parameters = [{"name": "name=shelves/*", "in": "path", "required": True, "schema": STRING}]
    made = server(describe({"GET /v1/{name=shelves/*}/books": {"parameters": parameters}}))
    app = FastAPI()
    app.include_router(made.modules("router").build_router(made.contract), prefix="/in")
    for client, path in ((made.client, "/v1/a%2Fb/books"), (TestClient(app), "/in/v1/a%2Fb/books")):
        made.calls.clear()
        assert client.get(path).status_code == 204
        assert list(made.calls[0].values()) == ["a/b"]
