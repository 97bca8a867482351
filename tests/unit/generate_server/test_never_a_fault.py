"""Nothing that a client sends is a fault of the server: thousands of odd requests, and none is answered with 500."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

FORMATS = ("date-time", "date", "time", "duration", "uuid", "byte", "int64", "uri", "ipv4", "email", "decimal")
PROPERTIES: dict[str, Any] = {
    "a": {"type": "integer"},
    "b": {"type": "array", "items": {"type": "number"}},
    "c": {"$ref": "#/components/schemas/Tree"},
    "d": {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": "^a+$"}]},
    "e": {"type": "object", "additionalProperties": {"type": "integer"}},
    "f": {"type": ["boolean", "null"]},
    **{name: {"type": "string", "format": name} for name in FORMATS},
}
OBJECT = {"type": "object", "properties": PROPERTIES}
TREE = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}, "x": {}}}
FILE = {"type": "string", "format": "binary"}
MULTIPART = {"type": "object", "properties": {**PROPERTIES, "file": FILE, "files": {"type": "array", "items": FILE}}}
ENCODING = {"e": {"style": "deepObject", "explode": True}, "b": {"style": "pipeDelimited", "explode": False}}
NAMES = (*PROPERTIES, "deep", "deep[a]", "deep[c][child]", "e[x]", "e[", "e[]", "json", "file", "files", "unknown", "")
TEXTS = (
    *("1", "-0", "1e400", "1e5", str(2**70), "0x1", "NaN", "true", "null", "", "%00", "%ff", "%", "+", "1_0", "\uff11"),
    *("2024-02-30", "2024-12-31T23:59:60Z", "0000-01-01", "9999-12-31T23:59:59+14:00", "2024-01-01T00:00:00+99:99"),
    *("24:00:00", "P1Y", "P99999999999999Y", "PT1e5S", "1" * 400, "a" * 50, "10000-01-01", "YQ==", "==="),
    *("{", "[", "[1,2]", '{"child":{}}', "a,b,,c", "|", "%7C", "%2C", "http://[", "::1", "1.2.3.4", "a@b"),
)
VALUES = (*(None, True, 1, -1, 1.5, 2**63, 2**70, 10**400, 1e308, -0.0, 3.0, "", "\x00", "\U0001f600", *TEXTS),)
CHARSETS = (*("utf-8", "utf-16", "utf-7", "big5", "latin1", "hex", "undefined", "a b", "\x00", ""),)
PARTS = (None, "application/json", "text/plain; charset=utf-16", "a", ";", "image/png")


@pytest.fixture(scope="module")
def target(tmp_path_factory, module_server, describe_module) -> Any:
    """A server of many constructs."""

    def body(operation_id: str, media_type: str, schema: Any, **more: Any) -> dict[str, Any]:
        content = {media_type: {"schema": schema, **more}}
        return {"operationId": operation_id, "requestBody": {"required": True, "content": content}}

    query = [{"name": name, "in": "query", "schema": schema} for name, schema in PROPERTIES.items()]
    parameters = [
        *query,
        {"name": "p", "in": "path", "required": True, "style": "matrix", "schema": PROPERTIES["b"]},
        {"name": "deep", "in": "query", "style": "deepObject", "schema": OBJECT},
        {"name": "json", "in": "query", "content": {"application/json": {"schema": OBJECT}}},
        {"name": "X-H", "in": "header", "schema": OBJECT},
        {"name": "cookie", "in": "cookie", "schema": {"type": "integer"}},
    ]
    operations = {
        "POST /json": body("asJson", "application/json", OBJECT),
        "POST /form": body("asForm", "application/x-www-form-urlencoded", OBJECT, encoding=ENCODING),
        "POST /multipart": body("asMultipart", "multipart/form-data", MULTIPART),
        "POST /text": body("asText", "text/plain", {"type": "string", "maxLength": 5}),
        "GET /query/{p}": {"operationId": "asQuery", "parameters": parameters},
    }
    return module_server(describe_module(operations, {"Tree": TREE}), tmp_path_factory.mktemp("target"))


class _Requests:
    """Requests that are nearly right, from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self) -> bytes:
        if self._random.random() < 0.8:
            return self._random.choice(TEXTS).encode()
        return bytes(self._random.choices(range(33, 256), k=self._random.randrange(6)))

    def name(self) -> bytes:
        return self._random.choice(NAMES).encode() if self._random.random() < 0.9 else self.text()

    def value(self, depth: int = 0) -> Any:
        kind = self._random.random()
        if depth > 3 or kind < 0.5:
            return self._random.choice(VALUES)
        if kind < 0.7:
            return [self.value(depth + 1) for _ in range(self._random.randrange(4))]
        return {self._random.choice(NAMES): self.value(depth + 1) for _ in range(self._random.randrange(4))}

    def damaged(self, content: bytes) -> bytes:
        if not content or self._random.random() < 0.8:
            return content
        place = self._random.randrange(len(content))
        return content[:place] + self._random.randbytes(1) + content[place + 1 :]

    def pairs(self) -> bytes:
        return b"&".join(self.name() + b"=" + self.text() for _ in range(self._random.choice((0, 1, 1, 1, 2, 4))))

    def json(self) -> tuple[str, str, bytes, bytes]:
        properties = {self._random.choice(NAMES): self.value() for _ in range(self._random.randrange(4))}
        return "POST", "/json", b"application/json", self.damaged(json.dumps(properties).encode())

    def form(self) -> tuple[str, str, bytes, bytes]:
        return "POST", "/form", b"application/x-www-form-urlencoded", self.pairs()

    def multipart(self) -> tuple[str, str, bytes, bytes]:
        parts = b"".join(self._part() for _ in range(self._random.randrange(4)))
        return "POST", "/multipart", b"multipart/form-data; boundary=b", self.damaged(parts + b"--b--\r\n")

    def _part(self) -> bytes:
        filename = b'; filename="' + self.text() + b'"' if self._random.random() < 0.3 else b""
        media_type = self._random.choice(PARTS)
        header = b"" if media_type is None else f"Content-Type: {media_type}\r\n".encode()
        content = self.text() if self._random.random() < 0.6 else json.dumps(self.value()).encode()
        disposition = b'Content-Disposition: form-data; name="' + self.name() + b'"' + filename
        return b"--b\r\n" + disposition + b"\r\n" + header + b"\r\n" + content + b"\r\n"

    def plain(self) -> tuple[str, str, bytes, bytes]:
        charset = self._random.choice(CHARSETS)
        return "POST", "/text", f"text/plain; charset={charset}".encode(), self.text()

    def query(self) -> tuple[str, str, bytes, bytes]:
        path = self._random.choice((";p=1", ";p=1,2", ";p=", ";p=1;p=2", "1", ";p=%ff", ";p=%"))
        header = self.text() if self._random.random() < 0.1 else b""
        return "GET", f"/query/{path}", header, self.pairs()

    def any(self) -> tuple[str, str, bytes, bytes]:
        return self._random.choice((self.json, self.form, self.multipart, self.plain, self.query))()


async def _status(app: Any, method: str, path: str, header: bytes, content: bytes) -> int:
    sent: list[Any] = []
    is_query = method == "GET"
    pieces = [b""] if is_query else [content[:7], content[7:]]

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"x-h", header), (b"cookie", b"cookie=" + header)] if is_query and header else []
    if not is_query:
        headers = [(b"content-type", header)]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": content if is_query else b"",
        "root_path": "",
        "headers": headers,
    }
    await asyncio.wait_for(app(scope, receive, send), 30)
    status: int = sent[0]["status"]
    return status


@pytest.mark.parametrize("seed", range(3))
def test_no_request_is_a_fault(target, seed) -> None:
    """Whatever is sent is served or refused with 400, 415 or 422; all of these occur."""
    requests = _Requests(seed)

    async def run() -> set[int]:
        return {await _status(target.app, *requests.any()) for _ in range(1500)}

    assert asyncio.run(run()) == {204, 400, 415, 422}
