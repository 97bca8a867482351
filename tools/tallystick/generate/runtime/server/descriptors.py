"""Operations as data: what the contract says about each, importable without a web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Body",
    "Encoding",
    "Header",
    "Idempotency",
    "Operation",
    "Pagination",
    "Parameter",
    "ProblemType",
    "RateLimit",
    "Reply",
    "Requirement",
    "SecurityScheme",
    "Sunset",
]

Requirement = Mapping[str, tuple[str, ...]]
"""Security schemes that must all be satisfied, each with the scopes it needs."""

Place = Literal["path", "query", "header", "cookie", "querystring"]
Style = Literal["simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter: ``name`` is the one on the wire, ``argument`` the handler's (OpenAPI 3.1.1, section 4.8.12)."""

    name: str
    place: Place
    argument: str
    required: bool = False
    style: Style = "form"
    explode: bool = False
    allow_empty: bool = False
    allow_reserved: bool = False
    deprecated: bool = False
    media_type: str | None = None
    """The media type of a parameter with ``content``; ``style`` says nothing then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header of a response, or of a part of a multipart body."""

    name: str
    required: bool = False
    explode: bool = False
    media_type: str | None = None
    """The media type of a header with ``content``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a property of a form body is sent (OpenAPI 3.1.1, section 4.8.15)."""

    content_type: str | None = None
    style: Style = "form"
    explode: bool = True
    headers: tuple[Header, ...] = ()
    """What the parts of a multipart body carry, beside their Content-Type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A request body: its media types (ranges such as ``image/*`` included), in the order of the contract."""

    required: bool
    media_types: tuple[str, ...]
    encoding: Mapping[str, Mapping[str, Encoding]] = field(default_factory=dict)
    """Per media type and property, where the contract says how the property is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A problem type that a reply may carry (RFC 9457)."""

    type: str
    title: str
    name: str
    retryable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A declared response. ``status`` is ``200`` ..., a range ``4XX`` or ``default``."""

    status: str
    description: str = ""
    media_types: tuple[str, ...] = ()
    headers: tuple[Header, ...] = ()
    problems: tuple[ProblemType, ...] = ()

    def covers(self, status: int) -> bool:
        """Whether a response with that status is this reply."""
        return self.status in (str(status), f"{status // 100}XX", "default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """How repeated requests are recognised. ``retention`` is an ISO 8601 duration."""

    header: str
    required: bool = False
    retention: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most ``limit`` requests per ``window`` (an ISO 8601 duration) and caller or address."""

    name: str
    limit: int
    window: str
    by: str = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagination:
    """Which parameters and JSON pointers make a list continue."""

    style: str
    cursor: str
    limit: str
    items: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sunset:
    """When a deprecated operation ends (``2027-06-30``), and the operation to use instead."""

    date: str
    successor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """A security scheme (OpenAPI 3.1.1, section 4.8.27). ``method`` is the one of the authenticator."""

    key: str
    type: Literal["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect", "undeclared"]
    """``undeclared`` where operations name a scheme that the contract does not describe."""
    method: str
    place: str | None = None
    parameter: str | None = None
    scheme: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    tag: str
    handler: str
    """Name of the handler's method."""
    summary: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    replies: tuple[Reply, ...] = ()
    security: tuple[Requirement, ...] = ()
    """Alternatives; none means public, an empty one among them means optional."""
    after: str | None = None
    """The operation with the same method and path that is asked right before this one whether a request is its own."""
    idempotency: Idempotency | None = None
    rate_limit: RateLimit | None = None
    pagination: Pagination | None = None
    retryable: bool | None = None
    deprecated: bool = False
    sunset: Sunset | None = None

    @property
    def problems(self) -> tuple[ProblemType, ...]:
        """Every problem type that the operation declares, without repetition."""
        return tuple(dict.fromkeys(problem for reply in self.replies for problem in reply.problems))

    def reply_for(self, status: int) -> Reply | None:
        """The declared reply of that status: the exact one, else its range, else ``default``."""
        by_status = {reply.status: reply for reply in self.replies}
        return by_status.get(str(status)) or by_status.get(f"{status // 100}XX") or by_status.get("default")
