"""Forms, files, text and streams, in both directions."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

FORM = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "count": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "codes": {"type": "array", "items": {"type": "integer"}},
        "meta": {"type": "object", "properties": {"id": {"type": "integer"}}},
        "deep": {"type": "object", "properties": {"id": {"type": "integer"}}},
    },
    "additionalProperties": False,
}
UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "contentMediaType": "text/csv", "maxLength": 2_000_000},
        "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "note": {"type": "string"},
        "count": {"type": "integer"},
        "meta": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
        "dry run": {"type": "boolean", "default": False},
    },
    "additionalProperties": False,
}
LINE = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}


def _body(media_type: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema, **more}}}}


def _stream(media_type: str, schema: Any, operation_id: str, key: str = "schema") -> dict[str, Any]:
    content = {media_type: {key: schema}}
    return {"operationId": operation_id, "responses": {"200": {"description": "A stream.", "content": content}}}


@pytest.fixture(scope="module")
def forms(tmp_path_factory, module_server, describe_module) -> Any:
    """A server with one operation per kind of body."""
    encoding = {"codes": {"style": "form", "explode": False}, "deep": {"style": "deepObject", "explode": True}}
    operations = {
        "POST /form": {**_body("application/x-www-form-urlencoded", FORM, encoding=encoding), "operationId": "form"},
        "POST /upload": {
            **_body("multipart/form-data", UPLOAD, encoding={"file": {"contentType": "text/csv, text/plain"}}),
            "operationId": "upload",
        },
        "POST /text": {**_body("text/plain", {"type": "string", "maxLength": 3}), "operationId": "text"},
        "POST /free": {**_body("text/plain", {"type": "string"}), "operationId": "free"},
        "POST /bytes": {**_body("application/octet-stream", {}), "operationId": "octets"},
        "POST /any": {**_body("*/*", {}), "operationId": "whatever"},
        "POST /image": {**_body("image/*", {}), "operationId": "image"},
        "POST /lines": {**_body("application/x-ndjson", LINE), "operationId": "lines"},
        "GET /out/lines": _stream("application/x-ndjson", LINE, "outLines"),
        "GET /out/events": _stream("text/event-stream", LINE, "outEvents"),
        "GET /out/items": _stream("text/event-stream", LINE, "outItems", "itemSchema"),
        "GET /out/bytes": _stream("application/pdf", {"type": "string", "format": "binary"}, "outBytes"),
        "GET /out/text": _stream("text/plain", {"type": "string"}, "outText"),
        "GET /out/image": _stream("image/*", {}, "outImage"),
        "GET /out/choice": {
            "operationId": "outChoice",
            "responses": {
                "200": {
                    "description": "Either.",
                    "content": {"application/json": {"schema": LINE}, "text/csv": {"schema": {"type": "string"}}},
                }
            },
        },
    }
    description = describe_module(operations)
    description["openapi"] = "3.2.0"
    return module_server(description, tmp_path_factory.mktemp("forms"), handlers=HANDLERS)


async def _read(server: Any, *, body: Any) -> Any:
    server.read = await body.read()
    server.media_type = body.media_type
    replies = vars(server.modules("replies"))
    wanted = server.log[-1]
    return next(kind for title, kind in replies.items() if title.lower() == f"{wanted}204")()


async def _upload(server: Any, *, body: Any) -> Any:
    server.read = {
        "file": (body.file.filename, body.file.content_type, await body.file.read(), body.file.in_memory),
        "more": [await each.read() for each in body.more or ()],
        "rest": (body.note, body.count, body.meta, body.dry_run),
    }
    return server.modules("replies").Upload204()


async def _lines(server: Any, *, body: Any) -> Any:
    server.read = [line.n async for line in body]
    return server.modules("replies").Lines204()


async def _numbers(server: Any) -> Any:
    for number in (1, 2):
        server.log.append(number)
        yield {"n": number}


def _out(name: str, body: Any, **more: Any) -> Any:
    return lambda server, **_: getattr(server.modules("replies"), name)(body(server), **more)


async def _failing(server: Any) -> Any:
    yield b"first"
    raise ZeroDivisionError


def _choice(server: Any, *, accept: str) -> Any:
    replies = server.modules("replies")
    return replies.OutChoice200Csv("n\n1\n") if accept == "text/csv" else replies.OutChoice200Json({"n": 1})


async def _events(server: Any) -> Any:
    event = server.modules("_runtime.streams").ServerSentEvent
    yield {"n": 1}
    yield event(data="two\nlines", event="named", id="7", retry=10, comment="note")


async def _whole_events(_server: Any) -> Any:
    yield {"n": 1, "data": "x"}


HANDLERS = {
    "free": _read,
    "octets": _read,
    "whatever": _read,
    "image": _read,
    "upload": _upload,
    "lines": _lines,
    "out_lines": _out("OutLines200", _numbers),
    "out_events": _out("OutEvents200", _events),
    "out_items": _out("OutItems200", _whole_events),
    "out_bytes": _out("OutBytes200", _failing),
    "out_text": _out("OutText200", lambda _server: "é"),
    "out_image": _out("OutImage200", lambda _server: b"png", content_type="image/png"),
    "out_choice": _choice,
}


def test_form_fields(forms) -> None:
    """A form's properties are decoded by their encoding."""
    text = "name=a+b%26c&count=5&tags=x&tags=y&codes=1,2&meta=%7B%22id%22%3A3%7D&deep%5Bid%5D=4"
    reply = forms.call("POST", "/form", content=text, headers={"content-type": "application/x-www-form-urlencoded"})
    assert reply.status_code == 204, reply.text
    body = forms.calls[0]["body"]
    assert (body.name, body.count, body.tags, body.codes) == ("a b&c", 5, ["x", "y"], [1, 2])
    assert (body.meta.id, body.deep.id) == (3, 4)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("name=", 422),
        ("count=1", 422),
        ("name=a&count=x", 422),
        ("name=a&other=1", 422),
        ("name=a&name=b", 400),
        ("name=%zz", 400),
        ("name=a&meta={", 400),
        ("name=a&deep=5", 400),
        ("name=a&deep[id]=5&deep=5", 400),
    ],
)
def test_refused_forms(forms, text, status) -> None:
    """What the schema refuses is 422, what cannot be read 400."""
    reply = forms.call("POST", "/form", content=text, headers={"content-type": "application/x-www-form-urlencoded"})
    assert reply.status_code == status, reply.text


def test_uploads(forms) -> None:
    """Files arrive as files, other parts as the values of their properties."""
    files = [
        ("file", ("a.csv", b"sku\n1", "text/csv")),
        ("more", ("b", b"1", "image/png")),
        ("more", ("c", b"2", "image/png")),
        ("meta", (None, b'{"id": 3}', "application/json")),
    ]
    reply = forms.call("POST", "/upload", files=files, data={"note": "é", "count": "5", "dry run": "true"})
    assert reply.status_code == 204, reply.text
    assert forms.read["file"] == ("a.csv", "text/csv", b"sku\n1", True)
    assert forms.read["more"] == [b"1", b"2"]
    note, count, meta, dry_run = forms.read["rest"]
    assert (note, count, meta.id, dry_run) == ("é", 5, 3, True)


def test_large_files_go_to_disk(forms) -> None:
    """A file above the threshold does not stay in memory."""
    reply = forms.call("POST", "/upload", files={"file": ("a.csv", b"x" * 1_500_000, "text/csv")})
    assert reply.status_code == 204, reply.text
    _, _, content, in_memory = forms.read["file"]
    assert (len(content), in_memory) == (1_500_000, False)


@pytest.mark.parametrize(
    ("files", "data", "status", "pointer"),
    [
        ({"file": ("a", b"x", "image/png")}, {}, 422, "/file"),
        ({"file": ("a", b"x" * 2_000_001, "text/csv")}, {}, 413, None),
        ({"more": ("a", b"x", "image/png")}, {}, 422, ""),
        ({"file": ("a", b"x", "text/csv")}, {"count": "x"}, 422, "/count"),
        ({"file": ("a", b"x", "text/csv")}, {"other": "x"}, 422, ""),
        ([("file", ("a", b"x", "text/csv")), ("file", ("b", b"y", "text/csv"))], {}, 422, "/file"),
        ([("file", ("a", b"x", "text/csv")), *(("more", ("b", b"y", "a/b")) for _ in range(20))], {}, 413, None),
    ],
)
def test_refused_uploads(forms, files, data, status, pointer) -> None:
    """Size, number and media type of files are bounded by the contract."""
    reply = forms.call("POST", "/upload", files=files, data=data)
    assert reply.status_code == status, reply.text
    if pointer is not None:
        assert reply.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "multipart/form-data; boundary=b"),
        (b"nonsense", "multipart/form-data; boundary=b"),
        (b"--b\r\n", "multipart/form-data"),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx', "multipart/form-data; boundary=b"),
        (b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"),
    ],
)
def test_broken_multipart(forms, content, content_type) -> None:
    """What is no multipart body is malformed."""
    reply = forms.call("POST", "/upload", content=content, headers={"content-type": content_type})
    assert reply.status_code == 400, reply.text


def test_limited_text(forms) -> None:
    """Text with a bounded schema is seen whole."""
    headers = {"content-type": "text/plain; charset=iso-8859-1"}
    assert forms.call("POST", "/text", content=b"\xe9", headers=headers).status_code == 204
    assert forms.calls[0]["body"] == "é"
    assert forms.call("POST", "/text", content=b"long", headers=headers).status_code == 422
    assert forms.call("POST", "/text", content=b"\xff", headers={"content-type": "text/plain"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        ("/free", "text/plain", 204),
        ("/bytes", "application/octet-stream", 204),
        ("/any", "application/x-anything", 204),
        ("/image", "image/png", 204),
        ("/image", "text/plain", 415),
    ],
)
def test_streamed_bodies(forms, path, content_type, status) -> None:
    """Text without bounds and octets are handed over as they arrive."""
    reply = forms.call("POST", path, content=iter([b"a", b"b"]), headers={"content-type": content_type})
    assert reply.status_code == status, reply.text
    if status == 204:
        assert (forms.read, forms.media_type) == (b"ab", content_type)


def test_lines_in(forms) -> None:
    """JSON lines are checked one by one while the handler reads them."""
    headers = {"content-type": "application/x-ndjson"}
    assert (
        forms.call("POST", "/lines", content=iter([b'{"n":1}\n{"n"', b":2}\n\n"]), headers=headers).status_code == 204
    )
    assert forms.read == [1, 2]
    refused = forms.call("POST", "/lines", content=b'{"n":1}\n{"n":"x"}', headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/1/n")
    assert forms.call("POST", "/lines", content=b"{", headers=headers).status_code == 400
    assert forms.log == ["open", "lines", "rollback"]


def test_lines_octet_by_octet(forms) -> None:
    """Lines are the same however they are cut on their way, the last one even without its end."""
    content = b'{"n":1}\n\n{"n":2}\r\n{"n":3}'
    pieces = [content[at : at + 1] for at in range(len(content))]
    reply = forms.call("POST", "/lines", content=iter(pieces), headers={"content-type": "application/x-ndjson"})
    assert (reply.status_code, forms.read) == (204, [1, 2, 3])


def test_lines_out(forms) -> None:
    """A stream's unit of work stays open until its last byte."""
    reply = forms.call("GET", "/out/lines")
    assert reply.content == b'{"n":1}\n{"n":2}\n'
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert forms.log == ["open", "out_lines", 1, 2, "commit"]


def test_events_out(forms) -> None:
    """Server-sent events carry items as data, or are given field by field."""
    assert forms.call("GET", "/out/events").text == (
        'data: {"n":1}\n\n: note\nevent: named\nid: 7\nretry: 10\ndata: two\ndata: lines\n\n'
    )


def test_broken_streams(forms) -> None:
    """A stream that fails rolls back, and the connection ends without a proper end."""
    with pytest.raises(ZeroDivisionError):
        forms.call("GET", "/out/bytes")
    assert forms.log == ["open", "out_bytes", "rollback"]


def test_text_out(forms) -> None:
    """Text goes out as UTF-8."""
    reply = forms.call("GET", "/out/text")
    assert (reply.content, reply.headers["content-type"]) == ("é".encode(), "text/plain; charset=utf-8")


def test_ranges_out(forms) -> None:
    """A declared range leaves the media type to the handler."""
    reply = forms.call("GET", "/out/image")
    assert (reply.content, reply.headers["content-type"]) == (b"png", "image/png")


@pytest.mark.parametrize(
    ("accept", "status", "content_type"),
    [
        ("*/*", 200, "application/json"),
        ("text/csv", 200, "text/csv; charset=utf-8"),
        ("application/json;q=0.5, text/csv", 200, "text/csv; charset=utf-8"),
        ("text/*", 200, "text/csv; charset=utf-8"),
        ("text/csv;q=0, */*", 200, "application/json"),
        ("image/png", 406, "application/problem+json"),
    ],
)
def test_negotiation(forms, accept, status, content_type) -> None:
    """The client chooses among the declared media types; 406 where none will do."""
    reply = forms.call("GET", "/out/choice", headers={"accept": accept})
    assert (reply.status_code, reply.headers["content-type"]) == (status, content_type)
    if status == 406:
        assert reply.json()["available"] == ["application/json", "text/csv"]


@pytest.mark.parametrize(("accept", "status"), [("text/csv", 500), ("*/*", 200), ("text/csv, application/json", 200)])
def test_what_the_client_does_not_accept(server, describe, accept, status) -> None:
    """A handler that ignores what was negotiated is found out, unless the client takes the reply all the same."""
    content = {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": LINE}}
    operation = {"operationId": "pick", "responses": {"200": {"description": "Either.", "content": content}}}
    made = server(
        describe({"GET /pick": operation}),
        handlers={"pick": lambda s, *, accept: s.modules("replies").Pick200Json({"n": 1})},
    )
    client = TestClient(made.app, raise_server_exceptions=False)
    assert client.get("/pick", headers={"accept": accept}).status_code == status
