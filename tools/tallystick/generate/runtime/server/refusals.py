"""Refused requests as the problems that the contract declares for them."""

from __future__ import annotations

import http
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .descriptors import Operation, ProblemType
from .problems import BLANK, Refusal, problem_bytes
from .schemas import Schemas, Validator
from .shapes import Shape

__all__ = ["Refusals", "plain_problem"]

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
        return problem_bytes(self.kind.type, self.kind.title, self.status, refusal.detail, instance, members)


class Refusals:
    """The problems with which one operation refuses requests."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self._operation = operation
        self._schemas = schemas
        self._known: dict[int, list[_Declared]] = {}

    def answer(self, refusal: Refusal, extra: Mapping[str, Any]) -> tuple[int, bytes]:
        """Status and body. A status that is not declared may give way to 400; what fits no type gets a plain problem."""
        wanted = _words(refusal.kind)
        for status in (refusal.status, *((400,) if refusal.status in (422, 428) else ())):
            declared = sorted(self._declared(status), key=lambda each: -len(each.words & wanted))
            for each in declared:
                body = each.body(refusal, extra)
                if body is not None:
                    return status, body
            if declared or self._operation.reply_for(status) is not None:
                return status, plain_problem(refusal, extra, status)
        return refusal.status, plain_problem(refusal, extra, refusal.status)

    def _declared(self, status: int) -> Sequence[_Declared]:
        if status not in self._known:
            reply = self._operation.reply_for(status)
            kinds = reply.problems if reply is not None else ()
            self._known[status] = [self._compiled(kind, status) for kind in kinds]
        return self._known[status]

    def _compiled(self, kind: ProblemType, status: int) -> _Declared:
        path = ("problems", kind.name)
        if not self._schemas.has(*path):
            return _Declared(kind, status, None, None)
        return _Declared(kind, status, self._schemas.validator(*path), self._schemas.shape(*path))


def plain_problem(refusal: Refusal, extra: Mapping[str, Any], status: int) -> bytes:
    """A problem of no declared type: ``about:blank`` and the reason phrase."""
    errors = {"errors": [error.as_json() for error in refusal.errors]} if refusal.errors else {}
    more = {name: value for name, value in extra.items() if name != "instance"}
    members = {**errors, **refusal.members, **more}
    title = http.HTTPStatus(status).phrase
    return problem_bytes(BLANK, title, status, refusal.detail, extra.get("instance"), members)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", text.lower()))
