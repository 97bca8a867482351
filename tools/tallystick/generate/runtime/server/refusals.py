"""Refused requests as the problems that the contract declares for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from .descriptors import Operation, ProblemType
from .problems import BLANK, Refusal, reason_phrase
from .schemas import Schemas, Validator
from .shapes import Shape

__all__ = ["Refusals", "plain_problem"]

_to_bytes = msgspec.json.Encoder().encode
_STANDARD = frozenset(("type", "title", "status", "detail", "instance"))


class _Declared:
    """A problem type that an operation declares for a status."""

    def __init__(self, kind: ProblemType, status: int, validator: Validator | None, shape: Shape | None) -> None:
        self.kind = kind
        self.status = status
        self._validator = validator
        self._members = frozenset(shape.properties) if shape is not None else frozenset()
        self.words = _words(f"{kind.type.rpartition('/')[2]} {kind.title}")

    def body(self, refusal: Refusal, extra: Mapping[str, Any]) -> bytes | None:
        """The problem, with those of the offered members that the type declares; None if its schema refuses it."""
        offered = {"errors": [error.as_json() for error in refusal.errors], **refusal.members, **extra}
        members = {name: value for name, value in offered.items() if name in self._members - _STANDARD}
        full = {"type": self.kind.type, "title": self.kind.title, "status": self.status, "detail": refusal.detail}
        instance = extra.get("instance")
        if self._validator is not None and not self._validator.is_valid({**full, **members}):
            return None
        return _to_bytes(full | members if instance is None else {**full, "instance": instance, **members})


class Refusals:
    """The problems with which one operation refuses requests."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self._operation = operation
        self._schemas = schemas
        self._choices: dict[tuple[int, str], tuple[int, Sequence[_Declared]]] = {}

    def answer(self, refusal: Refusal, extra: Mapping[str, Any]) -> tuple[int, bytes]:
        """Status and body. A status that is not declared gives way to 400; what fits no type gets a plain problem."""
        key = (refusal.status, refusal.kind)
        if key not in self._choices:
            self._choices[key] = self._choice(*key)
        status, declared = self._choices[key]
        for each in declared:
            body = each.body(refusal, extra)
            if body is not None:
                return status, body
        return status, plain_problem(refusal, extra, status)

    def _choice(self, wanted: int, kind: str) -> tuple[int, Sequence[_Declared]]:
        """The status to answer with, and the problem types declared for it, the one that fits the kind best first."""
        words = _words(kind)
        for status in (wanted, *((400,) if wanted in (422, 428) else ())):
            reply = self._operation.reply_for(status)
            if reply is not None:
                declared = [self._compiled(each, status) for each in reply.problems]
                return status, sorted(declared, key=lambda each: -len(each.words & words))
        return wanted, ()

    def _compiled(self, kind: ProblemType, status: int) -> _Declared:
        path = ("problems", kind.name)
        if not self._schemas.has(*path):
            return _Declared(kind, status, None, None)
        return _Declared(kind, status, self._schemas.validator(*path), self._schemas.shape(*path))


def plain_problem(refusal: Refusal, extra: Mapping[str, Any], status: int) -> bytes:
    """A problem of no declared type: ``about:blank`` and the reason phrase."""
    body: dict[str, Any] = {"type": BLANK, "title": reason_phrase(status), "status": status, "detail": refusal.detail}
    if refusal.errors:
        body["errors"] = refusal.errors
    return _to_bytes({**body, **refusal.members, **extra, **body})


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", text.lower()))
