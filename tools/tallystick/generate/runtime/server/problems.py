"""Errors as problem details (RFC 9457), and the alarm for answers outside the contract."""

from __future__ import annotations

import http
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import msgspec
from pydantic_core import to_json

__all__ = [
    "BLANK",
    "ContractViolation",
    "Detail",
    "Problem",
    "Refusal",
    "Unimplemented",
    "problem_bytes",
    "reason_phrase",
]

BLANK = "about:blank"
"""The problem type that says no more than the status (RFC 9457, section 4.2.1)."""
_RENAMED: Final = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""What RFC 9110 calls statuses that Python before 3.13 knows by older names."""
_PHRASES: Final = {**{status.value: status.phrase for status in http.HTTPStatus}, **_RENAMED}


def reason_phrase(status: int, otherwise: str | None = None) -> str:
    """What HTTP calls a status; for one that it does not know, other words, or ``Status 499``."""
    return _PHRASES.get(status) or otherwise or f"Status {status}"


class ContractViolation(Exception):
    """The server is about to answer something that the contract does not allow. A fault of the server."""


class Detail(msgspec.Struct, omit_defaults=True, gc=False):
    """One thing wrong with a request. ``pointer`` is a JSON pointer into the body, or ``/`` and a parameter's name."""

    source: str
    """``body``, ``path``, ``query``, ``header`` or ``cookie``."""
    pointer: str
    detail: str
    keyword: str | None = None
    """The JSON Schema keyword that failed."""

    def as_json(self) -> dict[str, str]:
        """The member of ``errors``."""
        members = {"source": self.source, "pointer": self.pointer, "detail": self.detail}
        return members if self.keyword is None else {**members, "keyword": self.keyword}


@dataclass(slots=True, eq=False)
class Refusal(Exception):
    """The request cannot be served as it is.

    Becomes the problem that the contract declares for the status (for 422 failing that 400), else a plain one.
    ``kind`` says in words what happened; among several declared types the one that shares most of them is taken.
    ``members`` are offered to the problem type, which takes the ones it declares.
    """

    status: int
    kind: str
    detail: str
    errors: Sequence[Detail] = ()
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def malformed(cls, detail: str, errors: Sequence[Detail] = ()) -> Refusal:
        """The request cannot be read."""
        return cls(400, "malformed request", detail, errors)

    @classmethod
    def invalid(cls, errors: Sequence[Detail]) -> Refusal:
        """The request can be read, but its values are refused by the schemas."""
        first = errors[0]
        place = first.pointer if first.source == "body" else first.pointer[1:]
        return cls(
            422, "validation failed invalid", f"{first.source} {place}: {first.detail}".replace(" :", ":"), errors
        )

    @property
    def title(self) -> str:
        """The reason phrase of the status."""
        return reason_phrase(self.status)


class Unimplemented(Refusal):
    """What a scaffolded handler raises: the operation is declared, but nobody has written it yet (501)."""

    def __init__(self, operation: str) -> None:
        super().__init__(501, "not implemented", f"{operation} is not implemented yet.")


class Problem(Exception):
    """A declared problem, raised by a handler. Generated classes derive from it.

    Class attributes hold what the contract fixes; the constructor of a generated class takes what differs each time.
    """

    type: ClassVar[str] = BLANK
    title: ClassVar[str] = ""
    status: int = 500

    def __init__(
        self,
        detail: str | None = None,
        *,
        instance: str | None = None,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.instance = instance
        self.members = {name: value for name, value in (members or {}).items() if value is not None}
        self.headers = {name: value for name, value in (headers or {}).items() if value is not None}

    def as_bytes(self, extra: Mapping[str, Any] | None = None) -> bytes:
        """The body as ``application/problem+json``, with further members that the problem itself does not set."""
        more = dict(extra or {})
        instance = self.instance or more.pop("instance", None)
        return problem_bytes(self.type, self.title, self.status, self.detail, instance, {**more, **self.members})


def problem_bytes(
    type_: str, title: str, status: int, detail: str | None, instance: str | None, members: Mapping[str, Any]
) -> bytes:
    """A problem details object. Members that are None are left out; further ones replace none of the standard."""
    body: dict[str, Any] = {"type": type_, "title": title, "status": status, "detail": detail, "instance": instance}
    whole = {**body, **members, **body}
    return to_json({name: value for name, value in whole.items() if value is not None}, by_alias=True)
