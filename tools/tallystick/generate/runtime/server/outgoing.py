"""From what a handler returns or raises to an answer, within the contract or not at all."""

from __future__ import annotations

import random
from collections.abc import AsyncIterable, Callable
from functools import partial
from typing import Any

from .answers import Answer, RawHeaders, header_text
from .binding import Binding
from .codec import Codecs, events, line_bytes, text_bytes
from .descriptors import Header, Operation
from .descriptors import Reply as ReplyShape
from .etags import if_none_match
from .lexical import readings
from .media import MediaRange, kind_of
from .problems import ContractViolation, Problem
from .replies import Encoded, Reply
from .schemas import Validator
from .shapes import Shape
from .wiring import Call, Settings

__all__ = ["Outgoing"]


class _HeaderPlan:
    """One declared header of a reply class."""

    def __init__(self, attribute: str, header: Header, codecs: Codecs, path: tuple[str, ...]) -> None:
        self.attribute = attribute
        self.name = header.name.lower().encode("latin-1")
        self.required = header.required
        self._explode = header.explode
        self._shape: Shape | None = codecs.schemas.shape(*path) if codecs.schemas.has(*path) else None
        self._validator: Validator | None = codecs.schemas.validator(*path) if self._shape is not None else None

    def text(self, value: Any, *, check: bool) -> bytes:
        text = header_text(value, explode=self._explode)
        if check and self._validator is not None and not self._fits(text):
            raise ContractViolation(f"the header {self.name.decode()} is {text!r}, which its schema refuses")
        return text.encode("latin-1")

    def _fits(self, text: str) -> bool:
        assert self._shape is not None
        assert self._validator is not None
        if self._shape.is_array or self._shape.is_object:
            return True
        return any(map(self._validator.is_valid, readings(text, self._shape.scalars)))


class _ReplyPlan:
    """How the replies of one class are written."""

    def __init__(self, operation: Operation, kind: type[Reply], item: Any, codecs: Codecs) -> None:
        self.kind = kind
        self.status: int | None = kind.__dict__.get("status") if isinstance(kind.__dict__.get("status"), int) else None
        shape = self._declared(operation)
        self.status_key = shape.status
        attributes = {name.lower(): attribute for attribute, name in kind.header_names.items()}
        self._headers = [
            _HeaderPlan(
                attributes[header.name.lower()],
                header,
                codecs,
                ("operations", operation.id, "replies", shape.status, "headers", header.name),
            )
            for header in shape.headers
            if header.name.lower() in attributes
        ]
        self.media_type = kind.media_type
        self._range = MediaRange.parse(kind.media_type) if kind.media_type and "*" in kind.media_type else None
        fixed = kind.media_type if self._range is None else None
        self._start: RawHeaders = [(b"content-type", _content_type(fixed))] if fixed else []
        path = ("operations", operation.id, "replies", shape.status, "content", kind.media_type or "")
        self._write, self._check = self._writer(item, codecs, path)

    def _declared(self, operation: Operation) -> ReplyShape:
        key = getattr(self.kind, "status_key", None) or str(self.status)
        return next(reply for reply in operation.replies if reply.status == key)

    def _writer(
        self, item: Any, codecs: Codecs, path: tuple[str, ...]
    ) -> tuple[Callable[[Any], Any], Callable[[bytes], None] | None]:
        if self.media_type is None:
            return (lambda _body: b""), None
        kind = kind_of(self.media_type)
        if not codecs.schemas.has(*path):
            return (partial(_raw_stream, kind=kind), None) if kind in ("lines", "events") else (text_bytes, None)
        if kind == "json":
            return codecs.json(item, path), codecs.checker(path)
        if kind in ("lines", "events"):
            whole = codecs.schemas.has(*path[:-2], "items", self.media_type)
            return _item_stream(kind, codecs.json(item, path), whole=whole), None
        return text_bytes, None

    def answer(self, reply: Any, *, check: bool) -> Answer:
        headers = list(self._start)
        if self._range is not None:
            headers.append((b"content-type", self._chosen_type(reply.content_type)))
        for plan in self._headers:
            value = getattr(reply, plan.attribute)
            if value is not None:
                headers.append((plan.name, plan.text(value, check=check)))
            elif plan.required:
                raise ContractViolation(f"the header {plan.name.decode()} is required")
        content = self._write(reply.body) if self.media_type is not None else b""
        if check and self._check is not None:
            self._check(content)
        return Answer(self._status(reply), headers, content)

    def _chosen_type(self, media_type: str) -> bytes:
        assert self._range is not None
        if "*" in media_type or not self._range.covers(MediaRange.parse(media_type)):
            raise ContractViolation(f"the media type {media_type} does not lie within {self.media_type}")
        return header_text(media_type).encode("latin-1")

    def _status(self, reply: Any) -> int:
        status: int = reply.status if self.status is None else self.status
        if self.status is None and not _within(status, self.status_key):
            raise ContractViolation(
                f"{self.kind.__name__} has the status {status}, which {self.status_key} does not cover"
            )
        return status


def _within(status: int, key: str) -> bool:
    return 100 <= status <= 599 and (key == "default" or status // 100 == int(key[0]))


def _content_type(media_type: str) -> bytes:
    text = media_type
    if media_type.startswith("text/") and "charset" not in media_type and media_type != "text/event-stream":
        text = f"{media_type}; charset=utf-8"
    return text.encode("latin-1")


def _item_stream(kind: str, encode: Callable[[Any], bytes], *, whole: bool) -> Callable[[Any], Any]:
    def write(body: Any) -> Any:
        if not isinstance(body, AsyncIterable):
            raise ContractViolation(f"the body is {type(body).__name__}, not an asynchronous stream of items")
        return line_bytes(body, encode) if kind == "lines" else events(body, encode, whole=whole)

    return write


def _raw_stream(body: Any, *, kind: str) -> Any:
    if isinstance(body, AsyncIterable) and kind == "events":
        return events(body, text_bytes, whole=False)  # type: ignore[arg-type]
    return text_bytes(body)


class Outgoing:
    """The replies and problems that one operation may give."""

    def __init__(self, binding: Binding, codecs: Codecs, settings: Settings) -> None:
        self._operation = binding.operation
        self._plans = {kind: _ReplyPlan(self._operation, kind, item, codecs) for kind, item in binding.replies.items()}
        self._problems = frozenset(binding.problems)
        self._share = settings.check_replies
        self._extra = settings.problem_members
        self._codecs = codecs
        self._conditional = (
            self._operation.method in ("GET", "HEAD")
            and any(reply.status == "304" for reply in self._operation.replies)
            and any(parameter.name.lower() == "if-none-match" for parameter in self._operation.parameters)
        )

    def reply(self, reply: Reply, call: Call) -> Answer:
        """The answer to a returned reply.

        Raises:
            ContractViolation: the operation does not declare it, or its bytes do not fit.
        """
        plan = self._plans.get(type(reply))
        try:
            if plan is None:
                return self._encoded(reply)
            answer = plan.answer(reply, check=self._share > 0.0 and self._is_checked())
        except ContractViolation as violation:
            violation.add_note(f"operation {self._operation.id}, reply {type(reply).__name__}")
            raise
        return self._not_modified(answer, call) if self._conditional and answer.status == 200 else answer

    def _is_checked(self) -> bool:
        return self._share >= 1.0 or (self._share > 0.0 and random.random() < self._share)  # noqa: S311 - a sample

    def _encoded(self, reply: Reply) -> Answer:
        if not isinstance(reply, Encoded):
            expected = ", ".join(kind.__name__ for kind in self._plans)
            raise ContractViolation(f"the handler returned {type(reply).__name__}; declared are {expected or 'none'}")
        if self._operation.reply_for(reply.status) is None:
            raise ContractViolation(f"the status {reply.status} is not declared")
        headers = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in reply.headers]
        return Answer(reply.status, [pair for pair in headers if pair[0] != b"content-length"], reply.content)

    def _not_modified(self, answer: Answer, call: Call) -> Answer:
        wanted = call.header("if-none-match")
        tag = next((value.decode("latin-1") for name, value in answer.headers if name == b"etag"), None)
        if wanted is None or tag is None or if_none_match(wanted, tag):
            return answer
        kept = [pair for pair in answer.headers if pair[0] not in (b"content-type", b"content-length")]
        return Answer(304, kept, b"")

    def problem(self, problem: Problem, asgi: Any) -> Answer:
        """The answer to a raised problem.

        Raises:
            ContractViolation: the operation does not declare it, or its members do not fit.
        """
        if type(problem) not in self._problems:
            raise ContractViolation(
                f"{self._operation.id} raised {type(problem).__name__}, which the contract does not declare for it"
            ) from problem
        extra = self._extra(asgi) if self._extra is not None else {}
        content = problem.as_bytes(extra)
        path = ("problems", type(problem).__name__)
        if self._is_checked() and self._codecs.schemas.has(*path):
            self._codecs.checker(path)(content)
        headers: RawHeaders = [(b"content-type", b"application/problem+json")]
        for name, value in problem.headers.items():
            headers.append((name.lower().encode("latin-1"), header_text(value).encode("latin-1")))
        return Answer(problem.status, headers, content)
