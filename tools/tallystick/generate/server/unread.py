"""Content that nobody can read by its schema, and content of any media type that is read as JSON instead.

``*/*`` with the schema of an object says what is exchanged and leaves open how. JSON is the one way that the server
knows, so such a reply is JSON, and such a body is read where the client sends JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tallystick.contract import Body, Contract, MediaType, Operation, Reply, Schema
from tallystick.findings import Finding, Level
from tallystick.generate.runtime.server.media import kind_of
from tallystick.generate.runtime.server.shapes import Shape

__all__ = ["JsonRanges", "json_ranges", "read_as_json", "unread_findings", "written_as_json"]

JsonRanges = frozenset[tuple[str, str]]
"""Media ranges of one operation that stand for JSON, each with the status of its reply, empty for the body."""

_JSON: Final = "application/json"
_RANGES: Final = ("*/*", "application/*")
_READ: Final = ("json", "form", "multipart", "lines")
_WRITTEN: Final = ("json", "lines", "events")
_TEXT_LIMITS: Final = ("const", "enum", "maxLength", "minLength", "pattern")


def json_ranges(contract: Contract, operation: Operation) -> JsonRanges:
    """The ranges of an operation whose values are no texts, where nothing says how JSON of them looks."""
    found = [("", operation.body.content)] if operation.body is not None else []
    found += [(reply.status, reply.content) for reply in operation.replies]
    return frozenset(
        (status, media.name)
        for status, content in found
        if all(each.name != _JSON for each in content)
        for media in content
        if media.name in _RANGES and media.schema is not None and _is_structured(contract, media.schema)
    )


def read_as_json(body: Body, ranges: JsonRanges) -> Body:
    """The body with JSON before each range that stands for it: other media types stay what they are."""
    content: list[MediaType] = []
    for media in body.content:
        if ("", media.name) in ranges and all(each.name != _JSON for each in content):
            content.append(replace(media, name=_JSON))
        content.append(media)
    return replace(body, content=tuple(content))


def written_as_json(reply: Reply, ranges: JsonRanges) -> Reply:
    """The reply with JSON in place of the range that stands for it."""
    own = [media.name for media in reply.content if (reply.status, media.name) in ranges]
    content = [replace(media, name=_JSON) if media.name in own[:1] else media for media in reply.content]
    return replace(reply, content=tuple(content))


def unread_findings(contract: Contract, operation: Operation) -> Iterator[Finding]:
    """The content of an operation, as it is served, for which its schema is only a description."""
    for media in operation.body.content if operation.body is not None else ():
        if _is_unread(contract, media, kind_of(media.name), _READ):
            unless = f" unless it is {_JSON}" if media.name in _RANGES and _has_json(operation.body) else ""
            message = f"a body of {media.name} is handed over unread{unless}: nothing checks it against its schema"
            yield Finding("server-unchecked", Level.INFO, message, media.location.place, operation.id)
    for reply in operation.replies:
        for media in reply.content:
            kind = kind_of(media.name) if "charset" not in media.name else "binary"
            if kind_of(media.name) not in _WRITTEN and _is_unread(contract, media, kind, ()):
                message = (
                    f"the reply {reply.status} of {media.name} is sent as the handler gives it: nothing checks it "
                    "against its schema"
                )
                yield Finding("server-unchecked", Level.INFO, message, media.location.place, operation.id)


def _is_unread(contract: Contract, media: MediaType, kind: str, read: tuple[str, ...]) -> bool:
    if media.item_schema is not None and kind not in ("lines", "events"):
        return True
    if media.schema is None or kind in read:
        return False
    shape = _shape(contract, media.schema)
    try:
        if shape.has_parts or shape.scalars - {"null", "string"}:
            return True
        return kind != "text" and any(limit in part for part in shape.parts for limit in _TEXT_LIMITS)
    except KeyError:  # a reference leads nowhere, which is a finding of its own
        return False


def _has_json(body: Body | None) -> bool:
    return body is not None and any(media.name == _JSON for media in body.content)


def _is_structured(contract: Contract, schema: Schema) -> bool:
    shape = _shape(contract, schema)
    try:
        return "string" not in shape.scalars and (shape.has_parts or bool(shape.scalars))
    except KeyError:
        return False


def _shape(contract: Contract, schema: Schema) -> Shape:
    return Shape(schema.value, lambda ref: contract.at(ref).value)
