"""The syntax of multipart/form-data, as browsers and other clients write it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "beschläge": {"type": "string"},
        "名前": {"type": "string"},
        "note": {"type": "string"},
    },
    "additionalProperties": False,
}
NOTE = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nx\r\n--b--\r\n'


def _upload(server: Any, *, body: Any) -> Any:
    given = {each.name: getattr(body, each.name) for each in dataclasses.fields(body)}
    server.got = {name: value for name, value in given.items() if value is not None}
    return server.modules("replies").Upload204()


@pytest.fixture(scope="module")
def made(tmp_path_factory, module_server, describe_module) -> Any:
    """A server of one form."""
    body = {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}
    description = describe_module({"POST /upload": {"operationId": "upload", "requestBody": body}})
    return module_server(description, tmp_path_factory.mktemp("multipart"), handlers={"upload": _upload})


def _send(made: Any, content: Any) -> Any:
    return made.call("POST", "/upload", content=content, headers={"content-type": "multipart/form-data; boundary=b"})


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("Prüfbericht.pdf".encode(), "Prüfbericht.pdf"),
        ("報告書 €.pdf".encode(), "報告書 €.pdf"),
        ("Prüfbericht.pdf".encode("latin-1"), "Prüfbericht.pdf"),
        (b'a\\"b;c.txt', 'a"b;c.txt'),
    ],
)
def test_names_of_files(made, filename, expected) -> None:
    """The name of a file is UTF-8, or else ISO 8859-1."""
    disposition = b'form-data; name="file"; filename="' + filename + b'"'
    reply = _send(made, b"--b\r\nContent-Disposition: " + disposition + b"\r\n\r\nx\r\n--b--\r\n")
    assert (reply.status_code, made.got["file"].filename) == (204, expected)


@pytest.mark.parametrize("name", ["beschläge", "名前"])
def test_names_of_fields(made, name) -> None:
    """A field may have any name."""
    disposition = f'form-data; name="{name}"'.encode()
    reply = _send(made, b"--b\r\nContent-Disposition: " + disposition + b"\r\n\r\nx\r\n--b--\r\n")
    assert (reply.status_code, list(made.got.values())) == (204, ["x"])


@pytest.mark.parametrize(
    "content",
    [
        NOTE,
        NOTE.removesuffix(b"\r\n"),
        b"\r\n" + NOTE,
        b"This is a message in several parts.\r\n" + NOTE,
        b"--b is the boundary\r\n--c".replace(b"--b", b"-- b") + b"\r\n" + NOTE,
        NOTE + b"This is the end.\r\n--b\r\n",
    ],
)
def test_what_stands_around_the_parts(made, content) -> None:
    """What stands before the first boundary and after the last says nothing, however it is cut on its way."""
    for pieces in ([content], [content[at : at + 1] for at in range(len(content))]):
        reply = _send(made, iter(pieces))
        assert (reply.status_code, made.got) == (204, {"note": "x"}), reply.text


@pytest.mark.parametrize("content", [b"", b"x" * 100_000, b"--"])
def test_bodies_without_a_beginning(made, content) -> None:
    """A body in which no line is the boundary has no parts that could be read."""
    assert _send(made, content).status_code == 400
