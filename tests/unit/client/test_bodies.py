"""Request bodies: JSON, forms, multipart, text and bytes."""

import io
import json
from pathlib import Path

import pytest

from tallystick.generate.runtime.client.bodies import Content, File, Part, encode_body
from tallystick.generate.runtime.proof import reading


def content(payload):
    return payload.content if isinstance(payload.content, bytes) else b"".join(payload.content)


def test_json_is_compact_utf8():
    """JSON is written in UTF-8 without spaces."""
    assert encode_body("application/merge-patch+json", {"a": ["é", None]}).content == '{"a":["é",null]}'.encode()


def test_json_refuses_what_json_cannot_say():
    """NaN and infinities are no JSON."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_body("application/json", {"a": float("inf")})


def test_forms_repeat_lists_and_write_objects_as_json():
    """Without an encoding, a list repeats its name and an object is JSON text (section 4.8.15)."""
    body = encode_body("application/x-www-form-urlencoded", {"tags": ["a", "b"], "meta": {"id": 1}, "n": 2}).content
    assert body == b"tags=a&tags=b&meta=%7B%22id%22%3A1%7D&n=2"


def test_forms_follow_their_encoding():
    """A stated style takes the place of JSON."""
    parts = {"meta": Part(style="deepObject"), "tags": Part(style="form", explode=False)}
    body = encode_body("application/x-www-form-urlencoded", {"meta": {"id": 1}, "tags": ["a", "b"]}, parts).content
    assert body == b"meta%5Bid%5D=1&tags=a,b"


def test_multipart_has_one_part_per_item_and_json_for_objects():
    """Files carry names and types, objects are JSON, scalars are text."""
    payload = encode_body(
        "multipart/form-data",
        {"files": [b"one", File(b"two", "b.txt", "text/x")], "meta": {"a": 1}, "n": 3, "tags": ("x", "y")},
        {"files": Part(file=True)},
    )
    parts = reading.parts_of(payload.media_type, content(payload))
    assert parts == [
        ("files", "files", "application/octet-stream", b"one"),
        ("files", "b.txt", "text/x", b"two"),
        ("meta", None, "application/json", b'{"a":1}'),
        ("n", None, "text/plain", b"3"),
        ("tags", None, "text/plain", b"x"),
        ("tags", None, "text/plain", b"y"),
    ]


def test_a_file_argument_may_be_named(tmp_path):
    """A path lends its name; a pair and a triple name the file themselves."""
    path = tmp_path / "données.csv"
    path.write_bytes(b"a,b")
    for value, name in ((path, "données.csv"), (("x.csv", b"a,b"), "x.csv"), (("x.csv", b"a,b", "text/csv"), "x.csv")):
        payload = encode_body(
            "multipart/form-data", {"file": value}, {"file": Part(file=True, content_type="text/csv")}
        )
        assert reading.parts_of(payload.media_type, content(payload)) == [("file", name, "text/csv", b"a,b")]


def test_a_part_name_cannot_break_out():
    """Quotes and line breaks in names are escaped."""
    payload = encode_body("multipart/form-data", {'a"\r\nX: y': "v"})
    assert b'name="a%22%0D%0AX: y"' in content(payload)


def test_open_files_are_sent_from_where_they_stood_each_time():
    """A body of seekable files can be sent again, and knows its length."""
    file = io.BytesIO(b"skipped-content")
    file.seek(8)
    body = Content([b"<", file, b">"])
    assert body.replayable
    assert body.length() == 9
    assert b"".join(body) == b"".join(body) == b"<content>"


def _written(folder):
    path = Path(folder / "f")
    path.write_bytes(b"x" * 100_000)
    return path


async def test_bodies_can_be_sent_without_blocking(tmp_path):
    """The same bytes arrive when the body is awaited, from files and from asynchronous sources."""
    path = _written(tmp_path)

    async def chunks():
        yield b"1"
        yield b"2"

    assert b"".join([chunk async for chunk in Content([path])]) == b"x" * 100_000
    once = Content([chunks()])
    assert not once.replayable
    assert [chunk async for chunk in once] == [b"1", b"2"]


def test_a_generator_can_be_sent_once():
    """Chunks from a generator are streamed, have no known length and cannot be repeated."""
    body = encode_body("application/octet-stream", (part for part in (b"a", b"b"))).content
    assert isinstance(body, Content)
    assert (body.replayable, body.length(), b"".join(body)) == (False, None, b"ab")


def test_json_lines_are_one_item_per_line():
    """A list for a line-based media type is one JSON text per line."""
    body = encode_body("application/x-ndjson", [{"a": 1}, {"b": 2}]).content
    assert [json.loads(line) for line in body.splitlines()] == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_needs_named_fields(media_type):
    """A list has no field names: the error says so."""
    with pytest.raises(TypeError, match="named fields, not list"):
        encode_body(media_type, [1])


def test_an_object_cannot_be_sent_as_it_is():
    """XML from a dict is nothing we could guess."""
    with pytest.raises(TypeError, match="dict cannot be sent as it is"):
        encode_body("application/xml", {"a": 1})
