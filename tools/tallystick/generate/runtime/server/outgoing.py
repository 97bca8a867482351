"""From what a handler returns or raises to an answer, within the contract or not at all."""

from __future__ import annotations

import random
from collections.abc import AsyncIterable, AsyncIterator, Callable
from functools import partial
from typing import Any, Final

from .answers import Answer, RawHeaders, header_name, header_text
from .binding import Binding
from .codec import Codecs, events, line_bytes, text_bytes
from .descriptors import Operation
from .descriptors import Reply as ReplyShape
from .etags import if_none_match
from .media import MediaRange, Negotiation, kind_of
from .outgoing_headers import HeaderPlan, ProblemHeaders
from .problems import ContractViolation, Problem
from .replies import Encoded, Reply
from .wiring import Call, Settings

__all__ = ["Outgoing"]

_EMPTY: Final = frozenset((204, 205, 304))
"""Answers that end with their headers: clients would read content as the next answer (RFC 9110, section 15)."""


class _ReplyPlan:
    """How the replies of one class are written."""

    def __init__(self, operation: Operation, kind: type[Reply], item: Any, codecs: Codecs) -> None:
        self.kind = kind
        self._operation = operation
        self.status: int | None = kind.__dict__.get("status") if isinstance(kind.__dict__.get("status"), int) else None
        shape = self._declared(operation)
        self.status_key = shape.status
        attributes = {name.lower(): attribute for attribute, name in kind.header_names.items()}
        self._headers = [
            HeaderPlan(
                attributes[header.name.lower()],
                header,
                codecs.schemas,
                ("operations", operation.id, "replies", shape.status, "headers", header.name),
            )
            for header in shape.headers
            if header.name.lower() in attributes
        ]
        self.media_type = kind.media_type
        self._range = MediaRange.parse(kind.media_type) if kind.media_type and "*" in kind.media_type else None
        fixed = kind.media_type if self._range is None else None
        self._start: RawHeaders = [(b"content-type", _content_type(fixed))] if fixed else []
        if len(shape.media_types) > 1 and "vary" not in attributes:
            self._start.append((b"vary", b"accept"))  # or caches give one client's choice to another
        self._alone = Negotiation([kind.media_type]) if kind.media_type and len(shape.media_types) > 1 else None
        self._states_length = operation.method != "HEAD" and "content-length" in attributes
        path = ("operations", operation.id, "replies", shape.status, "content", kind.media_type or "")
        self._write, self._check = self._writer(item, codecs, path)
        self._charset = self._declared_charset() if self._write is text_bytes else None
        self._check_text = (
            codecs.text_checker(path) if self._charset is not None and codecs.schemas.has(*path) else None
        )
        self._write_checked = self._checked_stream(item, codecs, path) or self._write

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
            return codecs.json(item), codecs.checker(path)
        if kind in ("lines", "events"):
            return self._stream(codecs.json(item), codecs, path), None
        return text_bytes, None

    def _declared_charset(self) -> str:
        return MediaRange.parse(self.media_type or "").parameter("charset") or "utf-8"

    def _stream(self, encode: Callable[[Any], bytes], codecs: Codecs, path: tuple[str, ...]) -> Callable[[Any], Any]:
        assert self.media_type is not None
        whole = codecs.schemas.has(*path[:-2], "items", self.media_type)
        return _item_stream(kind_of(self.media_type), encode, whole=whole)

    def _checked_stream(self, item: Any, codecs: Codecs, path: tuple[str, ...]) -> Callable[[Any], Any] | None:
        """Writes a stream whose items are checked one by one; None for a reply of another kind."""
        if kind_of(self.media_type or "") not in ("lines", "events") or not codecs.schemas.has(*path):
            return None
        encode, check = codecs.json(item), codecs.checker(path)

        def checked(value: Any) -> bytes:
            content = encode(value)
            check(content)
            return content

        return self._stream(checked, codecs, path)

    def refuse_unasked(self, call: Call) -> None:
        """Raises ContractViolation where the client had a choice, and takes anything but this media type."""
        if self._alone is None:
            return
        accept = b",".join(value for name, value in call.asgi["headers"] if name == b"accept").decode("latin-1")
        if self._alone.choose(accept or "*/*") is None:
            raise ContractViolation(f"the client does not accept {self.media_type}, which the handler was told")

    def answer(self, reply: Any, *, check: bool) -> Answer:
        headers, charset = list(self._start), self._charset
        if self._range is not None:
            chosen = self._chosen_type(reply.content_type)
            headers.append((b"content-type", header_text(reply.content_type).encode("latin-1")))
            charset = charset and (chosen.parameter("charset") or charset)
        for plan in self._headers:
            value = getattr(reply, plan.attribute)
            if value is not None:
                plan.add(headers, value, check=check)
            elif plan.required:
                raise plan.missing()
        content: Any = b""
        if charset is not None:
            content = self._text(reply.body, charset, check=check)
        elif self.media_type is not None:
            write = self._write_checked if check else self._write
            content = write(reply.body)
            if check and self._check is not None:
                self._check(content)
        if self._states_length and isinstance(content, bytes):  # then it is counted, not believed
            headers = [pair for pair in headers if pair[0] != b"content-length"]
        return Answer(self._status(reply), headers, content)

    def _text(self, body: Any, charset: str, *, check: bool) -> bytes | AsyncIterator[bytes]:
        content = text_bytes(body, charset)
        if check and self._check_text is not None:
            self._check_text(content, charset)
        return content

    def _chosen_type(self, media_type: str) -> MediaRange:
        assert self._range is not None
        chosen = MediaRange.parse(media_type)
        if not chosen.is_type or not self._range.covers(chosen):
            raise ContractViolation(f"the media type {media_type} does not lie within {self.media_type}")
        return chosen

    def _status(self, reply: Any) -> int:
        if self.status is not None and self.status >= 200:
            return self.status
        status: int = reply.status
        _refuse_impossible(status, has_content=self.media_type is not None)
        declared = self._operation.reply_for(status)
        if declared is None or declared.status != self.status_key:
            raise ContractViolation(
                f"{self.kind.__name__} has the status {status}, which {self.status_key} does not cover"
            )
        return status


def _refuse_impossible(status: int, *, has_content: bool) -> None:
    """Raises ContractViolation for an answer that HTTP does not have."""
    if not 200 <= status <= 599:
        raise ContractViolation(f"{status} is no status of an answer")
    if has_content and status in _EMPTY:
        raise ContractViolation(f"an answer with the status {status} has no content")


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
        return events(body)
    return text_bytes(body)


class Outgoing:
    """The replies and problems that one operation may give."""

    def __init__(self, binding: Binding, codecs: Codecs, settings: Settings) -> None:
        self._operation = binding.operation
        self._plans = {kind: _ReplyPlan(self._operation, kind, item, codecs) for kind, item in binding.replies.items()}
        self._problems = frozenset(binding.problems)
        self._known_problems: set[tuple[type[Problem], int]] = set()
        self._problem_headers = ProblemHeaders(self._operation, codecs.schemas)
        self._accept = binding.accept
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
            if self._accept is not None and call.arguments.get(self._accept) != plan.media_type:
                plan.refuse_unasked(call)
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
            raise ContractViolation(
                f"the handler, or middleware, returned {type(reply).__name__}; declared are {expected or 'none'}"
            )
        if self._operation.reply_for(reply.status) is None:
            raise ContractViolation(f"the status {reply.status} is not declared")
        _refuse_impossible(reply.status, has_content=bool(reply.content))
        headers = [(header_name(name), header_text(text).encode("latin-1")) for name, text in reply.headers]
        return Answer(reply.status, [pair for pair in headers if pair[0] != b"content-length"], reply.content)

    def _not_modified(self, answer: Answer, call: Call) -> Answer:
        given = [value for name, value in call.asgi["headers"] if name == b"if-none-match"]
        tag = next((value.decode("latin-1") for name, value in answer.headers if name == b"etag"), None)
        if not given or tag is None or if_none_match(b",".join(given).decode("latin-1"), tag):
            return answer
        kept = [pair for pair in answer.headers if pair[0] not in (b"content-type", b"content-length")]
        return Answer(304, kept, b"")

    def problem(self, problem: Problem, asgi: Any) -> Answer:
        """The answer to a raised problem.

        Raises:
            ContractViolation: the operation does not declare it, or its members do not fit.
        """
        if (type(problem), problem.status) not in self._known_problems:
            self._look_up(problem)
        extra = self._extra(asgi) if self._extra is not None else {}
        content = problem.as_bytes(extra)
        path = ("problems", type(problem).__name__)
        check = self._is_checked()
        if check and self._codecs.schemas.has(*path):
            self._codecs.checker(path)(content)
        headers: RawHeaders = [(b"content-type", b"application/problem+json")]
        self._problem_headers.add(headers, problem, check=check)
        return Answer(problem.status, headers, content)

    def _look_up(self, problem: Problem) -> None:
        """Remembers a declared problem.

        Raises:
            ContractViolation: the operation does not declare it, or not with this status.
        """
        kind, status = type(problem), problem.status
        if kind not in self._problems:
            raise ContractViolation(
                f"{self._operation.id} raised {kind.__name__}, which the contract does not declare for it"
            ) from problem
        _refuse_impossible(status, has_content=True)
        reply = self._operation.reply_for(status)
        if reply is None or all(each.type != kind.type for each in reply.problems):
            raise ContractViolation(
                f"{self._operation.id} raised {kind.__name__} with the status {status}, for which the contract does "
                "not declare it"
            ) from problem
        self._known_problems.add((kind, status))
