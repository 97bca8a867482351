"""The independent judge: what it contradicts, what it lets stand, what it cannot read."""

import json

import pytest

from tallystick.contract import read
from tallystick.document import bundle, load
from tallystick.fuzz.second_opinion import Judge, Reply, Request


def document():
    """Two operations with parameters in several styles and a closed body."""
    query = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}},
        {"name": "on", "in": "query", "schema": {"type": "boolean"}},
        {
            "name": "tags",
            "in": "query",
            "explode": False,
            "schema": {"type": "array", "items": {"type": "string", "minLength": 2}},
        },
        {
            "name": "filter",
            "in": "query",
            "style": "deepObject",
            "schema": {"type": "object", "properties": {"size": {"type": "integer"}}, "additionalProperties": False},
        },
        {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string", "minLength": 3}},
    ]
    box = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}, "additionalProperties": False}
    reply = {"200": {"description": "Yes.", "content": {"application/json": {"schema": box}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/a/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "get": {"operationId": "getA", "parameters": query, "responses": reply},
                "post": {
                    "operationId": "postA",
                    "requestBody": {"required": True, "content": {"application/json": {"schema": box}}},
                    "responses": reply,
                },
            }
        },
    }


@pytest.fixture
def judge(tmp_path):
    """The judge of that document."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document()))
    return Judge(read(bundle(load(path))))


def get(query="", headers=None, path="/a/1"):
    """A request of ``getA``."""
    return Request("GET", f"http://h{path}?{query}", {"if-match": "abc"} if headers is None else headers, None)


def post(body, media="application/json"):
    """A request of ``postA``."""
    return Request("POST", "http://h/a/1", {"content-type": media}, body)


OK = Reply(200, {"content-type": "application/json"}, b'{"n": 1}')

VALID = [
    get(),
    get("limit=5"),
    get("limit=50&on=true"),
    get("tags=ab,cd"),
    get("filter%5Bsize%5D=3"),
    get("filter%5Bsize%5D=3&limit=1"),
]
WRONG = [
    get("limit=0"),
    get("limit=51"),
    get("limit=5.5"),
    get("limit=+5"),
    get("on=yes"),
    get("tags=ab,c"),
    get("filter%5Bcolor%5D=3"),
    get(headers={}),
    get(headers={"if-match": "ab"}),
    get(path="/a/x"),
]


@pytest.mark.parametrize("request_", VALID, ids=lambda each: each.url)
def test_a_valid_request_that_was_accepted_is_no_failure(judge, request_):
    """Text in a query may be valid although the generator meant it not to be."""
    assert judge.objection("AcceptedNegativeData", "GET", "/a/{id}", request_, OK) == "the request is valid"
    assert judge.objection("RejectedPositiveData", "GET", "/a/{id}", request_, OK) is None


@pytest.mark.parametrize("request_", WRONG, ids=lambda each: f"{each.url} {dict(each.headers)}")
def test_a_wrong_request_that_was_refused_is_no_failure(judge, request_):
    """And one that was accepted stays a failure."""
    assert judge.objection("RejectedPositiveData", "GET", "/a/{id}", request_, OK) == "the request is not valid"
    assert judge.objection("AcceptedNegativeData", "GET", "/a/{id}", request_, OK) is None


def test_what_cannot_be_read_stays_a_failure(judge):
    """An unknown query parameter is neither right nor wrong by OpenAPI."""
    for failure in ("AcceptedNegativeData", "RejectedPositiveData"):
        assert judge.objection(failure, "GET", "/a/{id}", get("other=1"), OK) is None


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        (b'{"n": 1}', True),
        (b'{"n": 1.0}', True),
        (b'{"n": "1"}', False),
        (b'{"n": 1, "m": 1}', False),
        (b"{", False),
        (b'{"n": NaN}', False),
        (b"", False),
    ],
)
def test_bodies_are_read_as_json(judge, body, valid):
    """Not as Python, and not leniently."""
    said = judge.objection("AcceptedNegativeData", "POST", "/a/{id}", post(body), OK)
    assert (said is not None) is valid


@pytest.mark.parametrize(
    ("status", "media", "body", "valid"),
    [
        (200, "application/json", b'{"n": 1}', True),
        (200, "application/json; charset=utf-8", b'{"n": 1}', True),
        (200, "application/json", b'{"n": "1"}', False),
        (200, "text/plain", b'{"n": 1}', False),
        (404, "application/json", b'{"n": 1}', False),
        (200, "application/json", b"{", False),
    ],
)
def test_replies_are_validated_again(judge, status, media, body, valid):
    """A failure of the reply's schema stands unless the second validator finds the reply valid."""
    said = judge.objection("JsonSchemaError", "GET", "/a/{id}", get(), Reply(status, {"content-type": media}, body))
    assert said == ("the reply is valid" if valid else None)


def test_other_failures_and_foreign_operations_stand(judge):
    """The judge knows requests and replies of its own contract."""
    assert judge.objection("ServerError", "GET", "/a/{id}", get(), OK) is None
    assert judge.objection("AcceptedNegativeData", "GET", "/b", get(), OK) is None
