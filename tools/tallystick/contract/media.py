"""Bodies, replies, headers, links and problem types (OpenAPI 3.1.1, sections 4.8.13 to 4.8.21; RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from tallystick.contract.model import Body, Encoding, Example, Header, Link, MediaType, Problem, Reply, Schema
from tallystick.contract.names import pascal_case
from tallystick.contract.node import Node
from tallystick.findings import Level

__all__ = ["MediaReader"]

_STATUS: Final = re.compile(r"[1-5][0-9][0-9]\Z|[1-5]XX\Z|default\Z")
_MEDIA_TYPE: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+(\s*;.*)?\Z|\*\Z", re.DOTALL)
_STYLES: Final = ("form", "spaceDelimited", "pipeDelimited", "deepObject")
_PROBLEM_MEDIA: Final = "application/problem+json"


class MediaReader:
    """Everything below ``requestBody`` and ``responses``. What several operations share is read once."""

    def __init__(self) -> None:
        self._known_bodies: dict[str, Body | None] = {}
        self._known_replies: dict[str, Reply] = {}

    def schema(self, node: Node, key: str) -> Schema | None:
        """The schema under ``key``, or None."""
        value = node.value.get(key)
        if isinstance(value, dict | bool):
            return Schema(value, node.location.child(key))
        if value is not None:
            node.child(key).report("wrong-shape", f"`{key}` must be a schema", Level.ERROR)
        return None

    def body(self, operation: Node) -> Body | None:
        """The request body of an operation."""
        if not operation.has("requestBody"):
            return None
        node = operation.mapping("requestBody").resolved("request body")
        if node is None:
            return None
        pointer = node.location.pointer
        if pointer not in self._known_bodies:
            self._known_bodies[pointer] = self._body(node)
        return self._known_bodies[pointer]

    def _body(self, node: Node) -> Body | None:
        content = self.content(node)
        if not content:
            node.report("body-content", "a request body needs `content` with a media type", Level.ERROR)
            return None
        return Body(node.flag("required"), content, node.text("description"), node.location, node.extensions())

    def content(self, node: Node) -> tuple[MediaType, ...]:
        """The media types of a body, reply, parameter or header."""
        return tuple(self._media_types(node.mapping("content"))) if node.has("content") else ()

    def _media_types(self, content: Node) -> Iterator[MediaType]:
        for name, entry in content.every_entry():
            if not _MEDIA_TYPE.match(name):
                entry.report(
                    "media-type",
                    f"{name!r} is no media type: write for example application/json",
                    Level.ERROR,
                    key=True,
                )
                continue
            node = entry.resolved("media type")
            if node is not None:
                yield MediaType(
                    name=_normal_media_type(name),
                    schema=self.schema(node, "schema"),
                    examples=self.examples(node),
                    encoding=dict(self._encodings(node)),
                    location=node.location,
                    item_schema=self.schema(node, "itemSchema"),
                )

    def _encodings(self, media: Node) -> Iterator[tuple[str, Encoding]]:
        for name, node in media.mapping("encoding").every_entry():
            if not isinstance(node.value, dict):
                node.report("wrong-shape", "an encoding must be a map", Level.ERROR)
                continue
            stated = node.text("style")
            style: Any = stated if stated in _STYLES else "form"
            headers = tuple(self._headers(node.mapping("headers")))
            yield name, Encoding(
                node.text("contentType") or None, style, node.flag("explode", default=style in ("form", "deepObject")),
                node.flag("allowReserved"), headers, node.location,
            )  # fmt: skip

    def examples(self, node: Node) -> tuple[Example, ...]:
        """``example`` and ``examples`` of a parameter, header or media type."""
        found = []
        if node.has("example"):
            found.append(Example("", node.value["example"], "", node.location.child("example")))
        for name, entry in node.mapping("examples").every_entry():
            resolved = entry.resolved("example")
            if resolved is not None:
                found.append(self._example(name, resolved))
        return tuple(found)

    @staticmethod
    def _example(name: str, node: Node) -> Example:
        return Example(
            name=name, value=node.value.get("value", node.value.get("dataValue")), summary=node.text("summary"),
            location=node.location, external=node.text("externalValue") or None,
            serialized=node.text("serializedValue") or None,
        )  # fmt: skip

    def replies(self, operation: Node) -> tuple[Reply, ...]:
        """The replies of an operation, in the order of the description."""
        return tuple(self._replies(operation.mapping("responses")))

    def _replies(self, responses: Node) -> Iterator[Reply]:
        seen: set[str] = set()
        for stated, entry in responses.entries():
            status = stated.upper() if stated.upper().endswith("XX") else stated
            if not _STATUS.match(status) or status in seen:
                message = f"{stated!r} is no status: write '200', '4XX' or 'default', each once"
                entry.report("status-key", message, Level.ERROR, key=True)
                continue
            seen.add(status)
            node = entry.resolved("response")
            if node is not None:
                yield self._reply(status, node)

    def _reply(self, status: str, node: Node) -> Reply:
        pointer = node.location.pointer
        if pointer not in self._known_replies:
            content = self.content(node)
            self._known_replies[pointer] = Reply(
                status=status,
                description=node.text("description"),
                content=content,
                headers=tuple(self._headers(node.mapping("headers"))),
                links=tuple(self._links(node.mapping("links"))),
                problems=tuple(self._problems(node, content)),
                location=node.location,
                extensions=node.extensions(),
            )
        reply = self._known_replies[pointer]
        return reply if reply.status == status else replace(reply, status=status)

    def _headers(self, headers: Node) -> Iterator[Header]:
        for name, entry in headers.every_entry():
            if name.lower() == "content-type":
                continue  # "If a response header is defined with the name Content-Type, it SHALL be ignored"
            node = entry.resolved("header")
            if node is None:
                continue
            content = self.content(node)
            yield Header(
                name=name, schema=None if content else self.schema(node, "schema"), required=node.flag("required"),
                explode=node.flag("explode"), description=node.text("description"), deprecated=node.flag("deprecated"),
                location=node.location, content=content,
            )  # fmt: skip

    @staticmethod
    def _links(links: Node) -> Iterator[Link]:
        for name, entry in links.entries():
            node = entry.resolved("link")
            if node is not None:
                operation_id = node.text("operationId") or None
                parameters = node.mapping("parameters").value
                body = node.value.get("requestBody")
                yield Link(name, operation_id, parameters, body, node.text("description"), node.location)

    @staticmethod
    def _problems(reply: Node, content: tuple[MediaType, ...]) -> Iterator[Problem]:
        """Problem types named by ``x-tally-problem``: one map or a list of them."""
        stated = reply.value.get("x-tally-problem")
        if stated is None:
            return
        schema = next((media.schema for media in content if media.name == _PROBLEM_MEDIA), None)
        entries = stated if isinstance(stated, list) else [stated]
        for index, entry in enumerate(entries):
            tokens = ("x-tally-problem", index) if isinstance(stated, list) else ("x-tally-problem",)
            location = reply.location.child(*tokens)
            if not isinstance(entry, dict) or not isinstance(entry.get("type"), str) or not entry["type"]:
                node = reply.child(*tokens)
                node.report(
                    "extension-shape", "x-tally-problem needs a map with `type` (a URI) and `title`", Level.ERROR
                )
                continue
            name = pascal_case(
                str(entry.get("name") or entry["type"].rstrip("/").rpartition("/")[2].rpartition(":")[2])
            )
            name = name if name[:1].isalpha() else f"Problem{name}"
            title = str(entry.get("title") or "")
            yield Problem(entry["type"], title, name, entry.get("retryable") is True, schema, location)


def _normal_media_type(name: str) -> str:
    """Type and subtype in lower case, parameters as they are; a lone ``*`` means any."""
    essence, separator, parameters = name.partition(";")
    essence = essence.strip().lower()
    return ("*/*" if essence == "*" else essence) + (f";{parameters}" if separator else "")
