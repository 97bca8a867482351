"""Which properties of a multipart body are files: what the schema says, and where it says nothing the encoding."""

from __future__ import annotations

from typing import Any

import pytest

OCTETS = b"\x89PNG\r\n\x1a\n\xff"
IMAGE = {"contentType": "image/png, image/jpeg"}


def _upload(server: Any, *, body: Any) -> Any:
    server.got = getattr(body, "part", None)
    return server.modules("replies").Upload204()


def _made(server, describe, part: Any, encoding: dict[str, Any] | None) -> Any:
    media = {"schema": {"type": "object", "properties": {"part": part}}}
    if encoding:
        media["encoding"] = {"part": encoding}
    body = {"required": True, "content": {"multipart/form-data": media}}
    description = describe({"POST /upload": {"operationId": "upload", "requestBody": body}})
    return server(description, handlers={"upload": _upload})


FILES = {
    "no schema": ({}, None),
    "only words": ({"description": "A picture.", "maxLength": 100}, None),
    "no schema, a media type": ({}, IMAGE),
    "a string of a media type": ({"type": "string"}, IMAGE),
    "a nullable string of a media type": ({"anyOf": [{"type": "string"}, {"type": "null"}]}, IMAGE),
    "an extension": ({"x-icon": "picture"}, None),
    "format": ({"type": "string", "format": "binary"}, None),
    "content media type": ({"type": "string", "contentMediaType": "image/png"}, None),
    "encoded as it is": ({"type": "string", "contentMediaType": "image/png", "contentEncoding": "binary"}, None),
}


@pytest.mark.parametrize(("part", "encoding"), FILES.values(), ids=FILES)
def test_a_file(server, describe, part, encoding) -> None:
    """Octets arrive as they were sent."""
    made = _made(server, describe, part, encoding)
    reply = made.call("POST", "/upload", files={"part": ("a.png", OCTETS, "image/png")})
    assert (reply.status_code, type(made.got).__name__, made.got.size) == (204, "UploadedFile", len(OCTETS))


def test_several_files(server, describe) -> None:
    """An array of nothing in particular is a list of files."""
    made = _made(server, describe, {"type": "array", "items": {}}, IMAGE)
    sent = [("part", (name, OCTETS, "image/png")) for name in ("a.png", "b.png")]
    assert made.call("POST", "/upload", files=sent).status_code == 204
    assert [each.filename for each in made.got] == ["a.png", "b.png"]


LISTS = {
    "by a style": ({"type": "array", "items": {}}, {"style": "form", "explode": False}),
    "that may not repeat": ({"type": "array", "items": {}, "uniqueItems": True}, None),
}


@pytest.mark.parametrize(("part", "encoding"), LISTS.values(), ids=LISTS)
def test_a_list_of_texts(server, describe, part, encoding) -> None:
    """A list with a style, or with demands on its items, is no list of files."""
    made = _made(server, describe, part, encoding)
    assert made.call("POST", "/upload", files={"part": (None, b"x", "text/plain")}).status_code == 204
    assert made.got == ["x"]


TEXTS = {
    "a string": ({"type": "string"}, None),
    "a string of plain text": ({"type": "string"}, {"contentType": "text/plain; charset=utf-8"}),
    "one of several words": ({"type": "string", "enum": ["x", "y"]}, IMAGE),
    "a string of comma-separated values": ({"type": "string"}, {"contentType": "text/csv"}),
    "a string that is one text": ({"type": "string", "const": "x"}, IMAGE),
    "a string with a pattern": ({"type": "string", "pattern": "x"}, IMAGE),
    "a constant": ({"const": "x"}, None),
    "a pattern": ({"pattern": "x"}, None),
    "plain text without a schema": ({}, {"contentType": "text/plain"}),
}


@pytest.mark.parametrize(("part", "encoding"), TEXTS.values(), ids=TEXTS)
def test_a_text(server, describe, part, encoding) -> None:
    """Everything else is read as its schema says."""
    made = _made(server, describe, part, encoding)
    content_type = (encoding or {"contentType": "text/plain"})["contentType"].partition(",")[0]
    assert made.call("POST", "/upload", files={"part": (None, b"x", content_type)}).status_code == 204
    assert made.got == "x"


def test_json_without_a_schema(server, describe) -> None:
    """A part that the encoding calls JSON is no file."""
    made = _made(server, describe, {}, {"contentType": "application/json"})
    assert made.call("POST", "/upload", files={"part": (None, b'{"a": 1}', "application/json")}).status_code == 204
    assert made.got == {"a": 1}
