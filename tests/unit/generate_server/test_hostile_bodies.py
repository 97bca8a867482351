"""Bodies that are meant to hurt are refused, and never make the server fail."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from starlette.testclient import TestClient

TREE = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}}}
MERGE_PATCH = "application/merge-patch+json"


def _body(media_type: str, schema: Any, *, required: bool = True) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": {media_type: {"schema": schema}}}}


@pytest.fixture(scope="module")
def bodies(tmp_path_factory, module_server, describe_module) -> Any:
    """A server with one operation per kind of body."""
    operations = {
        "POST /any": {"operationId": "any", **_body("application/json", {})},
        "POST /tree": {"operationId": "tree", **_body("application/json", {"$ref": "#/components/schemas/Tree"})},
        "POST /maybe": {"operationId": "maybe", **_body("application/json", {"type": "object"}, required=False)},
        "POST /text": {"operationId": "text", **_body("text/plain", {"type": "string", "maxLength": 9})},
        "POST /flow": {"operationId": "flow", **_body("text/plain", {"type": "string"})},
        "POST /lines": {"operationId": "lines", **_body("application/x-ndjson", {})},
        "POST /form": {
            "operationId": "form",
            **_body("multipart/form-data", {"type": "object", "properties": {"t": {"type": "string"}}}),
        },
        "PATCH /part": {"operationId": "part", **_body(MERGE_PATCH, {"type": "object"})},
    }
    handlers = {"flow": _flow, "lines": _lines}
    return module_server(
        describe_module(operations, {"Tree": TREE}), tmp_path_factory.mktemp("bodies"), handlers=handlers
    )


async def _flow(server: Any, *, body: Any) -> Any:
    server.read = await body.text()
    return server.modules("replies").Flow204()


async def _lines(server: Any, *, body: Any) -> Any:
    server.read = [line async for line in body]
    return server.modules("replies").Lines204()


def _post(bodies: Any, path: str, content: Any, content_type: str = "application/json", method: str = "POST") -> Any:
    return bodies.call(method, path, content=content, headers={"content-type": content_type})


@pytest.mark.parametrize(
    ("path", "begin", "end"), [("/any", "[", "]"), ("/any", '{"a":', "}"), ("/tree", '{"child":', "}")]
)
@pytest.mark.parametrize(("levels", "status"), [(199, 204), (200, 400), (400, 400), (900, 400), (50_000, 400)])
def test_nesting_is_bounded(bodies, path, begin, end, levels, status) -> None:
    """More than 200 levels are refused at once, whatever the schema says about them."""
    reply = _post(bodies, path, begin * levels + "{}" + end * levels)
    assert reply.status_code == status, reply.text
    if status == 400:
        assert reply.json()["detail"] == "The body is nested more than 200 levels deep."


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"a":1,"\\u0061":2}', 'ambiguous: the member "a" is there twice'),
        (b'[[{"a":{"b":1,"b":1}}]]', 'ambiguous: the member "b" is there twice'),
        (b"\xef\xbb\xbf1", "not valid JSON"),
        ("1".encode("utf-16"), "not valid JSON"),
        (b'"\xff"', "not valid JSON"),
        (b'"\\ud800"', "not valid JSON"),
        (b"NaN", "not valid JSON"),
        (b"1e400", "not valid JSON"),
        (b"9" * 5000, "not valid JSON"),
        (b"1 2", "not valid JSON"),
    ],
)
def test_what_is_no_json(bodies, content, detail) -> None:
    """Text that JSON does not allow, or leaves unclear, is malformed; the answer says why."""
    reply = _post(bodies, "/any", content)
    assert reply.status_code == 400
    assert detail in reply.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/json"}])
def test_no_content_where_none_is_required(bodies, headers) -> None:
    """An optional body may be left out, with or without a Content-Type."""
    assert bodies.call("POST", "/maybe", headers=headers).status_code == 204
    assert bodies.calls == [{"body": None}]


@pytest.mark.parametrize("path", ["/text", "/flow"])
@pytest.mark.parametrize(
    "charset", ["base64", "hex", "zip", "rot13", "idna", "undefined", "unicode_escape", "nope", "a b"]
)
def test_what_is_no_charset(bodies, path, charset) -> None:
    """Only charsets are taken, not the other codecs of Python, which unpack, run or fail."""
    reply = _post(bodies, path, b"x", f"text/plain; charset={charset}")
    assert (reply.status_code, reply.json()["detail"]) == (415, f"The charset {charset} is not known.")


@pytest.mark.parametrize(
    ("charset", "content"), [("utf-16", "é".encode("utf-16")), ("ISO-8859-1", b"\xe9"), ('"utf-8"', b"\xc3\xa9")]
)
def test_charsets(bodies, charset, content) -> None:
    """Text is read in the charset that it states."""
    assert _post(bodies, "/flow", content, f"text/plain; charset={charset}").status_code == 204
    assert bodies.read == "é"


@pytest.mark.parametrize("charset", ["undefined", "hex", "a\0b", "utf-16"])
def test_charsets_of_parts(bodies, charset) -> None:
    """A part of a form in an unknown charset, or not in the stated one, is malformed."""
    part = f'--b\r\nContent-Disposition: form-data; name="t"\r\nContent-Type: text/plain; charset={charset}\r\n\r\n'
    reply = _post(bodies, "/form", part.encode() + b"\xff\r\n--b--\r\n", "multipart/form-data; boundary=b")
    assert reply.status_code == 400
    assert reply.json()["detail"].startswith("The form cannot be read: ")


def test_the_bound_is_told_as_it_is(bodies) -> None:
    """A body that arrives in pieces is refused as soon as it is too long, with the bound of the server."""
    taken: list[int] = []

    def pieces() -> Any:
        for number in range(100):
            taken.append(number)
            yield b" " * 65_536

    reply = _post(bodies, "/any", pieces())
    assert (reply.status_code, reply.json()["limit_bytes"]) == (413, 1 << 20)
    assert bodies.log == []


@pytest.mark.parametrize("length", ["2000000", "9" * 30, "9" * 5000])
def test_the_stated_length_is_enough(bodies, length) -> None:
    """A Content-Length above the bound is refused before anything is read."""
    headers = {"content-type": "application/json", "content-length": length}
    assert bodies.call("POST", "/any", headers=headers, content=iter(())).status_code == 413


def test_lines_are_bounded_one_by_one(bodies) -> None:
    """A line above its bound is refused even where it arrives whole, with its end."""
    reply = _post(bodies, "/lines", b'"' + b"x" * (1 << 20) + b'"\n1\n', "application/x-ndjson")
    assert (reply.status_code, reply.json()["limit_bytes"]) == (413, 1 << 20)
    assert _post(bodies, "/lines", b"1\r\n\r\n2", "application/x-ndjson").status_code == 204
    assert bodies.read == [1, 2]


def test_unsupported_media_types_tell_the_supported_ones(bodies) -> None:
    """415 names what is accepted: in Accept, for PATCH in Accept-Patch too, for a coding in Accept-Encoding."""
    post = _post(bodies, "/any", b"1", "text/plain")
    assert (post.status_code, post.headers["accept"]) == (415, "application/json")
    assert "accept-patch" not in post.headers
    patch = _post(bodies, "/part", b"{}", method="PATCH")
    assert (patch.status_code, patch.headers["accept-patch"]) == (415, MERGE_PATCH)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    coded = bodies.call("POST", "/any", content=b"1", headers=headers)
    assert (coded.status_code, coded.headers["accept-encoding"]) == (415, "identity")
    assert "accept" not in coded.headers


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"limits_of": {"nope": None}}, "limits_of names nope, which the contract does not know"),
        ({"check_replies": 20}, "check_replies is 20, not a share between 0 and 1"),
    ],
)
def test_settings_that_would_do_nothing(bodies, settings, message) -> None:
    """A bound for an operation that does not exist, or a percentage for a share, is an error at start-up."""
    made = bodies.modules("wiring").Settings(**settings)
    with pytest.raises(Exception, match=message):
        bodies.modules("router").create_app(dataclasses.replace(bodies.contract, settings=made))


def test_limits_of_single_operations(bodies) -> None:
    """One operation may take more or less than the others."""
    less = bodies.modules("_runtime.limits").Limits(body=4)
    settings = bodies.modules("wiring").Settings(limits_of={"any": less})
    app = bodies.modules("router").create_app(dataclasses.replace(bodies.contract, settings=settings))
    statuses = [TestClient(app).post(path, json="long").status_code for path in ("/any", "/tree")]
    assert statuses == [413, 422]


@pytest.mark.parametrize(
    ("types", "status"),
    [
        (["application/json", "application/json"], 204),
        (["application/json", "text/plain"], 415),
        (["text/plain", "application/json"], 415),
        (["application/json; version=1", "text/plain"], 415),
    ],
)
def test_media_types_that_contradict_each_other(server, describe, types, status) -> None:
    """A body is read as what it says to be; one that says two things is not read."""
    made = server(describe({"POST /": {"requestBody": {"content": {"application/json": {"schema": {}}}}}}))
    reply = made.call("POST", "/", content=b"{}", headers=[("content-type", each) for each in types])
    assert reply.status_code == status
    assert status == 204 or reply.json()["detail"] == "The request has more than one Content-Type."
