"""An independent judge of requests and replies: what was sent, read from the wire and validated by jsonschema-rs.

Fuzzers are wrong now and then: a value meant to be invalid is valid once it is text in a query string, a mutation is
undone while a case is made smaller. A failure counts only if this judge does not contradict it.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from tallystick.contract import Contract, MediaType, Operation, Parameter, Schema
from tallystick.contract import Reply as DeclaredReply
from tallystick.fuzz.resources import is_idempotency_key
from tallystick.fuzz.schemas import Schemas

__all__ = ["Judge", "Reply", "Request", "Undecided"]

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


class Undecided(Exception):
    """The judge cannot read this part of the request."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent. Header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it came. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Judge:
    """Says whether requests and replies are right by the contract."""

    def __init__(self, contract: Contract, schemas: Schemas | None = None) -> None:
        self._operations = {(each.method, each.path): each for each in contract.operations}
        self._schemas = schemas or Schemas(contract)

    def objection(self, failure: str, method: str, path: str, request: Request, reply: Reply) -> str | None:
        """Why a failure of Schemathesis is a false alarm, None when it stands."""
        operation = self._operations.get((method.upper(), path))
        if operation is None:
            return None
        if failure == "AcceptedNegativeData":
            return None if self._is_wrong(operation, request) is not False else "the request is valid"
        if failure == "RejectedPositiveData":
            wrong = self._is_wrong(operation, request)
            return "the request is not valid" if wrong else None
        if failure == "JsonSchemaError":
            return "the reply is valid" if self.reply_is_valid(operation, reply) else None
        return None

    def idempotency_key(self, method: str, path: str, headers: Mapping[str, Any]) -> tuple[str, str] | None:
        """The name of the idempotency header and a fresh key, if the request has a valid one that can be replaced."""
        operation = self._operations.get((method.upper(), path))
        for parameter in operation.parameters if operation is not None else ():
            sent = next((name for name in headers if name.lower() == parameter.name.lower()), None)
            if (
                sent is None
                or operation is None
                or not is_idempotency_key(operation, parameter)
                or not parameter.schema
            ):
                continue
            fresh = uuid.uuid4().hex
            if all(self._schemas.is_valid(parameter.schema, each) for each in (headers[sent], fresh)):
                return sent, fresh
        return None

    def _is_wrong(self, operation: Operation, request: Request) -> bool | None:
        """Whether the request breaks the contract, None when the judge cannot tell."""
        try:
            return next(self.faults(operation, request), None) is not None
        except Undecided:
            return None

    def faults(self, operation: Operation, request: Request) -> Iterator[str]:
        """What is wrong with a request. Raises Undecided where it cannot be read."""
        address = urlsplit(request.url)
        query = parse_qsl(address.query, keep_blank_values=True)
        known = [parameter for parameter in operation.parameters if parameter.place == "query"]
        yield from _unknown_query(known, query)
        for parameter in operation.parameters:
            yield from self._parameter(parameter, operation, address.path, query, request)
        yield from self._body(operation, request)

    def _parameter(
        self, parameter: Parameter, operation: Operation, path: str, query: list[tuple[str, str]], request: Request
    ) -> Iterator[str]:
        found = _sent(parameter, operation, path, query, request)
        if not found:
            if parameter.required:
                yield f"{parameter.place} {parameter.name} is missing"
            return
        if parameter.schema is None:
            raise Undecided(parameter.name)
        if not self.reads(parameter, found):
            yield f"{parameter.place} {parameter.name} is not valid"

    def reads(self, parameter: Parameter, found: list[tuple[str, str]]) -> bool:
        """Whether what was sent, as pairs of name and text, can be read as a valid value. Raises Undecided."""
        assert parameter.schema is not None
        return any(self._schemas.is_valid(parameter.schema, each) for each in self._read(parameter, found))

    def _read(self, parameter: Parameter, found: list[tuple[str, str]]) -> Iterator[Any]:
        """The values that the text on the wire can mean."""
        schema = parameter.schema
        assert schema is not None
        types = self._schemas.types(schema)
        texts = [text for _, text in found]
        if parameter.style == "deepObject":
            yield {_key(name): self._scalar(text, self._schemas.property(schema, _key(name))) for name, text in found}
        elif "object" in types:
            raise Undecided(parameter.name)
        elif "array" in types:
            parts = texts if parameter.explode and parameter.place == "query" else _split(parameter, texts)
            item = self._schemas.items(schema)
            yield [self._scalar(part, item) for part in parts]
            if "string" not in types:
                return
        if len(texts) == 1:
            yield from _scalars(texts[0], types or frozenset(("string", "number", "boolean")))

    def _scalar(self, text: str, schema: Schema | None) -> Any:
        if schema is None:
            return text
        values = list(_scalars(text, self._schemas.types(schema)))
        return next((value for value in values if self._schemas.is_valid(schema, value)), values[0])

    def _body(self, operation: Operation, request: Request) -> Iterator[str]:
        body = operation.body
        if body is None:
            return
        sent = request.body or b""
        if not sent and "content-type" not in request.headers:
            if body.required:
                yield "the body is missing"
            return
        media = _media_type(body.content, request.headers.get("content-type", ""))
        if media is None:
            yield "the media type is unknown"
        elif media.schema is not None:
            yield from self._content(media, sent)

    def _content(self, media: MediaType, sent: bytes) -> Iterator[str]:
        assert media.schema is not None
        if _is_json(media.name):
            try:
                value = json.loads(sent, parse_constant=_no_constant)
            except ValueError:
                yield "the body is no JSON"
                return
        elif media.name == "application/x-www-form-urlencoded":
            value = self._form(media.schema, sent)
        else:
            raise Undecided(media.name)
        if not self._schemas.is_valid(media.schema, value):
            yield "the body is not valid"

    def _form(self, schema: Schema, sent: bytes) -> dict[str, Any]:
        pairs = parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True)
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names) or any("[" in name for name in names):
            raise Undecided("form")
        return {name: self._scalar(text, self._schemas.property(schema, name)) for name, text in pairs}

    def reply_is_valid(self, operation: Operation, reply: Reply) -> bool:
        """Whether the body of a JSON reply is right by the declared schema; False where nothing is declared."""
        found = _declared(operation, reply.status)
        media = _media_type(found.content, reply.headers.get("content-type", "")) if found is not None else None
        if media is None or media.schema is None or not _is_json(media.name):
            return False
        return self._is_valid_json(media.schema, reply.body)

    def describes(self, operation: Operation, reply: Reply) -> bool:
        """Whether the contract declares the status, the media type and, of JSON, the body of a reply."""
        found = _declared(operation, reply.status)
        if found is None:
            return False
        if not found.content or not reply.body:
            return not reply.body or not found.content
        media = _media_type(found.content, reply.headers.get("content-type", ""))
        if media is None:
            return False
        return media.schema is None or not _is_json(media.name) or self._is_valid_json(media.schema, reply.body)

    def _is_valid_json(self, schema: Schema, body: bytes) -> bool:
        try:
            return self._schemas.is_valid(schema, json.loads(body))
        except ValueError:
            return False


def _declared(operation: Operation, status: int) -> DeclaredReply | None:
    declared = {each.status: each for each in operation.replies}
    return declared.get(str(status)) or declared.get(f"{status // 100}XX") or declared.get("default")


def _unknown_query(known: list[Parameter], query: list[tuple[str, str]]) -> Iterator[str]:
    """A contract-first server refuses parameters that nobody described; a lenient one passes them over.

    Neither is wrong by OpenAPI, so such a request is undecided.
    """
    plain = {parameter.name for parameter in known if parameter.style != "deepObject"}
    deep = {parameter.name for parameter in known if parameter.style == "deepObject"}
    for name, _ in query:
        if name not in plain and name.partition("[")[0] not in deep:
            raise Undecided(name)
    yield from ()


def _sent(
    parameter: Parameter, operation: Operation, path: str, query: list[tuple[str, str]], request: Request
) -> list[tuple[str, str]]:
    """What was sent for a parameter, as pairs of name and text."""
    if parameter.place == "query":
        if parameter.style == "deepObject":
            return [(name, text) for name, text in query if name.startswith(f"{parameter.name}[")]
        return [(name, text) for name, text in query if name == parameter.name]
    if parameter.place == "header":
        text = request.headers.get(parameter.name.lower())
        return [] if text is None else [(parameter.name, text)]
    if parameter.place == "path" and parameter.style == "simple":
        return [(parameter.name, _from_path(parameter.name, operation.path, path))]
    raise Undecided(parameter.name)


def _from_path(name: str, template: str, path: str) -> str:
    pattern = "".join(
        ("(?P<wanted>[^/]*)" if part == f"{{{name}}}" else "[^/]*") if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[^{}]*\})", template)
    )
    found = re.search(f"{pattern}$", path)
    if found is None:
        raise Undecided(name)
    return unquote(found["wanted"])


def _split(parameter: Parameter, texts: list[str]) -> list[str]:
    separator = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(parameter.style, ",")
    if len(texts) != 1:
        raise Undecided(parameter.name)
    return texts[0].split(separator)


def _key(name: str) -> str:
    inside = name.partition("[")[2]
    if not inside.endswith("]") or "[" in inside:
        raise Undecided(name)
    return inside[:-1]


def _scalars(text: str, types: frozenset[str]) -> Iterator[Any]:
    """The JSON values that a text may stand for, the typed ones first."""
    if types & {"integer", "number"} and _NUMBER.fullmatch(text):
        yield json.loads(text)
    if "boolean" in types and text in ("true", "false"):
        yield text == "true"
    if "null" in types and text in ("", "null"):
        yield None
    yield text


def _media_type(content: tuple[MediaType, ...], sent: str) -> MediaType | None:
    name = sent.partition(";")[0].strip().lower()
    ranges = (name, f"{name.partition('/')[0]}/*", "*/*")
    by_name = {media.name.partition(";")[0].strip(): media for media in content}
    return next((by_name[each] for each in ranges if each in by_name), None)


def _is_json(name: str) -> bool:
    plain = name.partition(";")[0].strip()
    return plain in ("application/json", "text/json") or plain.endswith("+json")


def _no_constant(text: str) -> Any:
    raise ValueError(text)
