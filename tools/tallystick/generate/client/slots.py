"""The typed places of an operation: parameters, bodies, replies, problems and webhook payloads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tallystick.contract.model import Contract, MediaType, Operation, Parameter, Schema

__all__ = [
    "Call",
    "Slot",
    "body_key",
    "calls",
    "kind_of_reply",
    "parameter_key",
    "payload_schema",
    "problem_key",
    "reply_key",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that has a type."""

    key: str
    schema: Any


@dataclass(frozen=True, slots=True)
class Call:
    """An operation or webhook, with its typed places."""

    operation: Operation
    slots: tuple[Slot, ...]


def calls(contract: Contract) -> list[Call]:
    """Operations on paths, then webhooks."""
    return [Call(one, tuple(_slots(one))) for one in (*contract.operations, *contract.webhooks)]


def parameter_key(parameter: Parameter) -> str:
    """The slot of a parameter."""
    return f"parameter {parameter.python_name}"


def body_key(media: MediaType) -> str:
    """The slot of a request body."""
    return f"body {media.name}"


def reply_key(status: str, media: MediaType) -> str:
    """The slot of a reply."""
    return f"reply {status} {media.name}"


def problem_key(uri: str) -> str:
    """The slot of a problem type."""
    return f"problem {uri}"


def _slots(operation: Operation) -> Iterator[Slot]:
    for parameter in operation.parameters:
        schema = parameter.content[0].schema if parameter.content else parameter.schema
        yield Slot(parameter_key(parameter), _value(schema))
    for media in operation.body.content if operation.body else ():
        yield Slot(body_key(media), _value(media.item_schema or media.schema))
    for reply in operation.replies:
        for media in reply.content:
            yield Slot(reply_key(reply.status, media), _value(payload_schema(media)))
        for problem in reply.problems:
            yield Slot(problem_key(problem.type), _value(problem.schema))


def _value(schema: Schema | None) -> Any:
    return True if schema is None else schema.value


_LINES = frozenset(
    (
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/jsonlines",
        "application/json-seq",
    )
)


def kind_of_reply(media: MediaType) -> str:
    """How a body of this media type is read: json, text, bytes, events or lines."""
    name = media.name.partition(";")[0].strip()
    if name.endswith(("/json", "+json")):
        return "json"
    if name == "text/event-stream":
        return "events"
    if name in _LINES:
        return "lines"
    if name.startswith("text/") or name in _TEXTUAL or name.endswith("+xml"):
        return "text"
    return "bytes"


_TEXTUAL = frozenset(
    ("application/xml", "application/yaml", "application/x-yaml", "application/javascript", "application/jwt")
)


def payload_schema(media: MediaType) -> Schema | None:
    """The schema of what a caller gets from this media type: of one item, for streams."""
    return media.item_schema or media.schema
