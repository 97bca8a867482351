"""Forms, URL-encoded and multipart, are accepted exactly if some reading of their fields is valid."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from wire_forms import compare_forms
from wire_server import WireServer, serve

SEEDS = range(int(os.environ.get("TALLY_SEEDS", "1")))
INTEGER: dict[str, Any] = {"type": "integer"}
STRING: dict[str, Any] = {"type": "string"}
FILE = {"type": "string", "format": "binary"}
NAMED = {"$ref": "#/components/schemas/Named"}
JSON, GIF, OTHER = "Content-Type: application/json", "Content-Type: image/gif", "X-Other: 1"
NUMBERED = {"headers": {"X-A": {"schema": INTEGER}}}
WELL_NUMBERED = {"headers": {"X-A": {"schema": INTEGER, "required": True}}}
EITHER = {"type": ["integer", "string"]}
PATTERNED = {"oneOf": [INTEGER, {"type": "string", "pattern": "^[a-z]+$"}]}


@pytest.mark.parametrize("seed", SEEDS)
async def test_drawn_forms(tmp_path, seed) -> None:
    """Server and oracle agree on forms with schemas and encodings drawn at random; every refusal names its place."""
    outcome = await compare_forms(seed, forms=70, requests=15, folder=tmp_path)
    assert outcome.disagreements == []
    assert min(outcome.accepted, outcome.refused) > 150


def _served(folder: Any, media: str, forms: list[tuple[Any, Any]]) -> WireServer:
    """A server with one operation for each form, given as schema and encoding."""
    operations = {
        f"/o{number}": {
            "post": {
                "operationId": f"o{number}",
                "requestBody": {"required": True, "content": {media: {"schema": schema, "encoding": encoding}}},
                "responses": {"204": {"description": "Done."}},
                "security": [],
            }
        }
        for number, (schema, encoding) in enumerate(forms)
    }
    server = serve(operations, folder, {"Named": {"type": "object", "properties": {"name": STRING}}})
    assert len(server.served) == len(forms)
    return server


def _closed(properties: Any) -> Any:
    return {"type": "object", "properties": properties, "additionalProperties": False}


async def _sent(server: WireServer, number: int, media: str, body: bytes) -> tuple[int, Any]:
    return await server.call(
        f"/o{number}".encode(), headers=[(b"content-type", media.encode())], method="POST", body=body
    )


def _value(server: WireServer) -> Any:
    assert server.given is not None
    return server.given["body"].model_dump(mode="json", by_alias=True, exclude_unset=True)


DEEP = {"a": {"style": "deepObject", "explode": True}}
CODES = {
    "anyOf": [
        {"type": "array", "items": {"type": "object", "properties": {"b": INTEGER}, "required": ["b"]}},
        {"type": "string", "enum": [""]},
    ]
}
FIELDS = [
    ({"a": EITHER}, {}, "a=5", {"a": 5}),
    ({"a": EITHER}, {}, "a=x", {"a": "x"}),
    ({"a": PATTERNED}, {}, "a=x", {"a": "x"}),
    ({"a": PATTERNED}, {}, "a=5", {"a": 5}),
    ({"a": PATTERNED}, {}, "a=5x", None),
    ({"a": {"type": "array", "items": PATTERNED}}, {}, "a=x&a=5", {"a": ["x", 5]}),
    ({"a": {"type": "array", "items": EITHER, "uniqueItems": True}}, {}, "a=5&a=5", {"a": [5, "5"]}),
    ({"a": {"type": ["integer", "null"]}}, {}, "a=", {"a": None}),
    ({"a": {"type": "array", "items": INTEGER}}, {"a": {"style": "form", "explode": False}}, "a=1,2", {"a": [1, 2]}),
    (
        {"a": {"type": "array", "items": EITHER}},
        {"a": {"style": "pipeDelimited", "explode": False}},
        "a=1%7Cx",
        {"a": [1, "x"]},
    ),
    ({"a": {"type": "object", "properties": {"b": EITHER}}}, {}, "a=%7B%22b%22:%225%22%7D", {"a": {"b": "5"}}),
    (
        {"a": {"type": "object", "properties": {"b": EITHER}}},
        {"a": {"style": "deepObject", "explode": True}},
        "a[b]=5",
        {"a": {"b": 5}},
    ),
    ({"a": CODES}, DEEP, "a[0][b]=1&a[1][b]=2", {"a": [{"b": 1}, {"b": 2}]}),
    ({"a": CODES}, DEEP, "a=", {"a": ""}),
    ({"a": CODES}, DEEP, "a=x", None),
    ({"a": CODES}, DEEP, "a[0][b]=x", None),
    ({"a": {"type": "array", "items": EITHER}}, DEEP, "a[0]=5&a[1]=x", {"a": [5, "x"]}),
    ({"a": {"type": "array", "items": EITHER}}, DEEP, "a[]=5&a[]=x", {"a": [5, "x"]}),
    ({"a": {"type": "array", "items": EITHER}}, DEEP, "a=5&a=x", {"a": [5, "x"]}),
    ({"a": {"type": "object", "properties": {"b": INTEGER}}}, DEEP, "a=5", None),
    ({"a": {"type": "object", "properties": {"b": INTEGER}}}, {"a": {"style": "form"}}, "b=5", {"a": {"b": 5}}),
    (
        {"a": {"type": "object", "properties": {"b": INTEGER}}},
        {"a": {"style": "form", "explode": False}},
        "a=b,5",
        {"a": {"b": 5}},
    ),
    (
        {"a": {"type": "array", "items": {"type": "object", "properties": {"b": INTEGER}}}},
        {},
        "a=%7B%22b%22:1%7D",
        {"a": [{"b": 1}]},
    ),
    ({"a": {"type": "array", "items": INTEGER}}, {"a": {"contentType": "application/json"}}, "a=[1,2]", {"a": [1, 2]}),
    ({"a": STRING}, {}, "a=1&a=2", None),
    ({"a": INTEGER}, {}, "a=5.0", None),
]


@pytest.fixture(scope="module")
def fields(tmp_path_factory) -> WireServer:
    """A server for the table of URL-encoded forms."""
    forms = [(_closed(properties), encoding) for properties, encoding, *_ in FIELDS]
    return _served(tmp_path_factory.mktemp("fields"), "application/x-www-form-urlencoded", forms)


@pytest.mark.parametrize("number", range(len(FIELDS)))
async def test_fields(fields, number) -> None:
    """Each property is read by its encoding, and where the schema leaves a choice, as what the schema accepts."""
    *_, body, given = FIELDS[number]
    status, answer = await _sent(fields, number, "application/x-www-form-urlencoded", body.encode())
    if given is None:
        assert status in (400, 422)
        assert [(error["source"], error["pointer"]) for error in answer["errors"]] == [("body", "/a")]
        return
    assert status == 204, answer
    assert json.dumps(_value(fields)) == json.dumps(given)


async def test_whole_and_by_members(tmp_path) -> None:
    """An object that is sent both as a whole and by its members is refused; neither is dropped."""
    schema = _closed({"a": {"type": "object", "properties": {"x": INTEGER}}})
    server = _served(
        tmp_path, "application/x-www-form-urlencoded", [(schema, {"a": {"style": "form", "explode": True}})]
    )
    status, answer = await _sent(server, 0, "application/x-www-form-urlencoded", b"a=%7B%22x%22:1%7D&x=2")
    assert (status, answer["errors"][0]["pointer"]) == (400, "/a")


def _part(name: str, content: str, *headers: str, filename: str | None = None) -> str:
    disposition = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
    return "\r\n".join(["--b", disposition, *headers, "", content, ""])


UPLOADS = [
    # Browsers give a filename to whatever is not plain text; the schema says what is a file.
    ({"m": NAMED}, {}, [("m", '{"name": "x"}', JSON, "blob")],
     204, None),
    ({"m": STRING}, {}, [("m", "x", "Content-Type: text/plain", "blob")], 204, None),
    # One part of an array is its only item, and may also be the whole array.
    ({"m": {"type": "array", "items": NAMED}}, {},
     [("m", '{"name": "x"}', JSON, None)], 204, None),
    ({"m": {"type": "array", "items": INTEGER}}, {}, [("m", "[1, 2]", JSON, None)], 204, None),
    ({"m": EITHER}, {}, [("m", "5", OTHER, None)], 204, None),
    # Number and size of files.
    ({"f": {"type": "array", "items": FILE, "minItems": 2}}, {}, [("f", "x", OTHER, "f")], 422, "/f"),
    ({"f": {"type": "array", "items": FILE, "maxItems": 1}}, {}, [("f", "x", OTHER, "f")] * 2, 422, "/f"),
    ({"f": {**FILE, "minLength": 2}}, {}, [("f", "x", OTHER, "f")], 422, "/f"),
    ({"f": {**FILE, "minLength": 2}}, {}, [("f", "xx", OTHER, "f")], 204, None),
    ({"f": {**FILE, "maxLength": 2}}, {}, [("f", "xxx", OTHER, "f")], 413, None),
    ({"f": {"anyOf": [FILE, {"type": "null"}]}}, {}, [("f", "x", OTHER, "f")], 204, None),
    ({"f": FILE}, {}, [("f", "x", OTHER, "f")] * 2, 422, "/f"),
    # The encoding of a property: media types and headers of its parts.
    ({"f": FILE}, {"f": {"contentType": "image/png, image/*"}}, [("f", "x", GIF, "f")], 204, None),
    ({"f": FILE}, {"f": {"contentType": "image/png"}}, [("f", "x", GIF, "f")], 422, "/f"),
    ({"m": STRING}, {"m": {"contentType": "text/csv"}}, [("m", "x", "Content-Type: text/html", None)], 422, "/m"),
    ({"f": FILE}, {"f": WELL_NUMBERED}, [("f", "x", "X-A: 1", "f")], 204, None),
    ({"f": FILE}, {"f": WELL_NUMBERED}, [("f", "x", OTHER, "f")], 422, "/f"),
    ({"f": FILE}, {"f": NUMBERED}, [("f", "x", "X-A: one", "f")], 422, "/f"),
    ({"f": FILE}, {"f": NUMBERED}, [("f", "x", "X-B: one", "f")], 204, None),
    # Text in another charset, and text that is none.
    ({"m": STRING}, {}, [("m", "x", "Content-Type: text/plain; charset=utf-16", None)], 400, "/m"),
    ({"m": STRING}, {}, [("m", "x", "Content-Type: text/plain; charset=nonsense", None)], 400, "/m"),
]  # fmt: skip


@pytest.fixture(scope="module")
def uploads(tmp_path_factory) -> WireServer:
    """A server for the table of multipart bodies."""
    forms = [(_closed(properties), encoding) for properties, encoding, *_ in UPLOADS]
    return _served(tmp_path_factory.mktemp("uploads"), "multipart/form-data", forms)


@pytest.mark.parametrize("number", range(len(UPLOADS)))
async def test_parts(uploads, number) -> None:
    """Parts are read by their property's schema and encoding; a refusal names the property."""
    _, _, parts, wanted, pointer = UPLOADS[number]
    body = "".join(_part(name, text, header, filename=filename) for name, text, header, filename in parts) + "--b--\r\n"
    status, answer = await _sent(uploads, number, "multipart/form-data; boundary=b", body.encode())
    assert status == wanted, answer
    if pointer is not None:
        assert [(error["source"], error["pointer"]) for error in answer["errors"]] == [("body", pointer)]


async def test_files_of_combined_schemas(tmp_path) -> None:
    """A form whose properties come from several schemas has its files all the same."""
    schema = {"allOf": [NAMED, {"type": "object", "properties": {"f": FILE}}]}
    server = _served(tmp_path, "multipart/form-data", [(schema, {})])
    body = _part("name", "x") + _part("f", "content", filename="f") + "--b--\r\n"
    status, answer = await _sent(server, 0, "multipart/form-data; boundary=b", body.encode())
    assert status == 204, answer
    assert server.given is not None
    assert (server.given["body"].name, server.given["body"].f.filename) == ("x", "f")


@pytest.mark.parametrize(("size", "status"), [(69_999, 422), (70_000, 204), (80_000, 204)])
@pytest.mark.parametrize("is_list", [False, True])
async def test_the_least_size_of_files(tmp_path, size, status, is_list) -> None:
    """A file is refused below the least size that its schema says, however large that is."""
    large = {**FILE, "minLength": 70_000}
    schema = _closed({"f": {"type": "array", "items": large} if is_list else large})
    server = _served(tmp_path, "multipart/form-data", [(schema, {})])
    body = _part("f", "y" * size, filename="f") + "--b--\r\n"
    assert (await _sent(server, 0, "multipart/form-data; boundary=b", body.encode()))[0] == status


async def test_undeclared_files(tmp_path) -> None:
    """A file under a name that nobody declares does no harm, whatever the declared properties are."""
    objects = [{"type": "object", "properties": {"x": INTEGER}}, {"type": "object", "properties": {"y": INTEGER}}]
    server = _served(
        tmp_path, "multipart/form-data", [({"type": "object", "properties": {"a": {"anyOf": objects}}}, {})]
    )
    body = _part("a", '{"x": 1}', JSON) + _part("other", "content", filename="f") + "--b--\r\n"
    status, answer = await _sent(server, 0, "multipart/form-data; boundary=b", body.encode())
    assert status == 204, answer
