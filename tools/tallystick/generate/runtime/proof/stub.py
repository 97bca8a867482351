"""A server that answers every operation with a small reply that the contract allows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import reading
from .contract import Contract


def example(contract: Contract, schema: Any, depth: int = 0) -> Any:  # one line per kind
    """A small value for a schema."""
    schema = contract.resolved(schema)
    if not isinstance(schema, Mapping):
        return None
    for value in _stated(schema):
        if contract.accepts(schema, value):
            return value
    for keyword in ("oneOf", "anyOf"):
        if schema.get(keyword):
            return _member(contract, schema, schema[keyword][0], depth)
    kind = schema.get("type") or ("object" if "properties" in schema else None)
    if kind == "object":
        required = schema.get("required", ())
        return {
            name: example(contract, one, depth + 1)
            for name, one in schema.get("properties", {}).items()
            if name in required and depth < 9
        }
    if kind == "array":
        return [example(contract, schema.get("items", True), depth + 1) for _ in range(schema.get("minItems", 0))]
    return {
        "string": _text(schema),
        "integer": schema.get("minimum", 1),
        "number": schema.get("minimum", 1),
        "boolean": True,
    }.get(str(kind))


def _stated(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values that the description gives; its authors may have got an example wrong."""
    for keyword in ("const", "example", "default"):
        if keyword in schema:
            yield schema[keyword]
    for keyword in ("examples", "enum"):
        yield from schema.get(keyword) or ()


def _member(contract: Contract, schema: Mapping[str, Any], member: Any, depth: int) -> Any:
    value = example(contract, member, depth + 1)
    discriminator = schema.get("discriminator") or {}
    tags = [tag for tag, ref in (discriminator.get("mapping") or {}).items() if ref == member.get("$ref")]
    return {**value, discriminator["propertyName"]: tags[0]} if tags and isinstance(value, dict) else value


def _text(schema: Mapping[str, Any]) -> str:
    known = {"date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "uri": "https://example.com/"}
    return known.get(schema.get("format", ""), "text").ljust(schema.get("minLength", 0), "x")


def reply(contract: Contract, operation: Mapping[str, Any]) -> tuple[int, str, bytes]:
    """Status, media type and body of a success; an empty one where only errors are declared."""
    responses = operation["responses"]
    status = next((one for one in responses if one[0] == "2"), "default" if "default" in responses else "")
    if not status:
        return 204, "", b""
    code = int(status) if status.isdigit() else 200 if status == "default" else int(status[0]) * 100
    content = responses[status].get("content") or {}
    if not content:
        return code, "", b""
    media, entry = next(iter(content.items()))
    schema = entry.get("itemSchema", entry.get("schema", True))
    if "json" in media or "event-stream" in media:
        value = example(contract, schema)
        _end_paging(operation, value)
        text = json.dumps(value)
        return (
            code,
            media,
            (f"data: {text}\n\n" if "event-stream" in media else text + "\n" * ("lines" in media)).encode(),
        )
    return code, media.replace("*", "x"), b"text"


def meant(contract: Contract, method: str, path: str) -> list[Mapping[str, Any]]:
    """The operations of the most exact path; several where keys differ in a fragment or a query, which never arrive."""
    items = contract.document["paths"]
    sent = {key: key.partition("#")[0].partition("?")[0] for key in items}
    told = [(plain, _operation(items[key], method)) for key, plain in sent.items()]
    found = [(plain, one) for plain, one in told if one and reading.path_values(plain, path) is not None]
    closest = min((plain for plain, _ in found), key=lambda plain: plain.count("{"), default="")
    return [one for plain, one in found if plain == closest]


def _operation(item: Mapping[str, Any], method: str) -> Mapping[str, Any] | None:
    found = item.get(method.lower()) or item.get("additionalOperations", {}).get(method)
    return found if isinstance(found, Mapping) else None


def for_all(replies: Sequence[tuple[int, str, bytes]]) -> tuple[int, str, bytes]:
    """One reply that can be read as each of several: the first, with the members of the others."""
    code, media, body = replies[0]
    values = [json.loads(content) for _, kind, content in replies if kind == media] if "json" in media else []
    if len(values) > 1 and all(isinstance(value, dict) for value in values):
        body = json.dumps({name: one for value in reversed(values) for name, one in value.items()}).encode()
    return code, media, body


def _end_paging(operation: Mapping[str, Any], value: Any) -> None:
    """Say that there is no next page."""
    pointer = (operation.get("x-tally-pagination") or {}).get("next", "")
    *path, last = pointer.split("/")[1:] or [""]
    for token in path:
        value = value.get(token) if isinstance(value, dict) else None
    if isinstance(value, dict) and last in value:
        value[last] = None


@contextmanager
def serving(contract: Contract) -> Iterator[str]:
    """The address of a running server; it stops with the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            """Answer any method."""
            self.rfile.read(int(self.headers.get("content-length") or 0))
            code, media, body = self.found()
            self.send_response(code)
            if media:
                self.send_header("content-type", media)
            self.send_header("etag", '"1"')
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def found(self) -> tuple[int, str, bytes]:
            """The reply for this path."""
            operations = meant(contract, self.command, self.path.partition("?")[0])
            if operations:
                return for_all([reply(contract, one) for one in operations])
            token = json.dumps({"access_token": "t", "token_type": "bearer", "expires_in": 3600}).encode()
            return (200, "application/json", token) if self.command == "POST" else (404, "", b"")

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.do
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
