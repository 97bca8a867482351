"""What a server is made of besides its routes: settings, and the call as middleware sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from .descriptors import Operation
from .limits import Limits
from .problems import ContractViolation, Problem, Refusal
from .replies import Encoded, Reply
from .security import Caller

__all__ = ["Around", "Call", "Inside", "ScopeProvider", "Settings", "applying", "for_operations"]

ScopeT = TypeVar("ScopeT")
MiddlewareT = TypeVar("MiddlewareT", bound=Callable[..., Awaitable[Reply]])


@dataclass(slots=True)
class Call:
    """One request after it has been read: what the scope provider and middleware see."""

    operation: Operation
    caller: Caller | None
    arguments: Mapping[str, Any]
    """The arguments of the handler, the body among them."""
    asgi: Mapping[str, Any]
    """The ASGI scope."""
    outgoing: Any = field(default=None, repr=False)
    """Writes the answers of the operation; see ``encode``."""
    state: dict[str, Any] = field(default_factory=dict)
    """For middleware to leave something for others."""

    def encode(self, reply: Reply) -> Encoded:
        """A reply as it goes over the wire, to be kept and given again (idempotency).

        Raises:
            ContractViolation: the operation does not declare it, its bytes do not fit, or it is a stream.
        """
        return _kept(self.outgoing.reply(reply, self))

    def encode_problem(self, problem: Problem) -> Encoded:
        """A declared problem as it goes over the wire.

        Raises:
            ContractViolation: the operation does not declare it, or its members do not fit.
        """
        return _kept(self.outgoing.problem(problem, self.asgi))

    def header(self, name: str) -> str | None:
        """The first value of a request header."""
        wanted = name.lower().encode("latin-1")
        return next((value.decode("latin-1") for key, value in self.asgi["headers"] if key == wanted), None)

    @property
    def client(self) -> str | None:
        """The address of the peer."""
        peer = self.asgi.get("client")
        return None if peer is None else str(peer[0])


def _kept(answer: Any) -> Encoded:
    if not isinstance(answer.content, bytes):
        raise ContractViolation("a streamed reply cannot be kept")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers)
    return Encoded(answer.status, headers, answer.content)


ScopeProvider = Callable[[Call], AbstractAsyncContextManager[ScopeT]]
"""Opens the unit of work of a request: left normally it commits, left by an exception it rolls back."""

Around = Callable[[Call, Callable[[], Awaitable[Reply]]], Awaitable[Reply]]
"""Middleware around a call and its unit of work: sees the reply after the commit, or the exception."""

Inside = Callable[[Call, ScopeT, Callable[[], Awaitable[Reply]]], Awaitable[Reply]]
"""Middleware within the unit of work, which is its second argument: what it writes is committed with the change."""


class _Selective:
    """Middleware that says for which operations it is."""

    def __init__(self, applies: Callable[[Operation], bool], middleware: Callable[..., Awaitable[Reply]]) -> None:
        self.applies = applies
        self.middleware = middleware

    def __call__(self, call: Call, *more: Any) -> Awaitable[Reply]:
        return self.middleware(call, *more) if self.applies(call.operation) else more[-1]()


def for_operations(applies: Callable[[Operation], bool], middleware: MiddlewareT) -> MiddlewareT:
    """Middleware, around or inside, for those operations alone of which ``applies`` is true.

    It is asked once for each operation, at start: calls of the others cost nothing more.
    """
    return cast("MiddlewareT", _Selective(applies, middleware))


def applying(middleware: Iterable[MiddlewareT], operation: Operation) -> tuple[MiddlewareT, ...]:
    """What of the middleware is for an operation."""
    found: list[Any] = []
    for each in middleware:
        if not isinstance(each, _Selective):
            found.append(each)
        elif each.applies(operation):
            found.extend(applying((each.middleware,), operation))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a server treats requests and replies."""

    limits: Limits = field(default_factory=Limits)
    limits_of: Mapping[str, Limits] = field(default_factory=dict)
    """Other limits for single operations, by operation id."""
    accept_unknown_query: bool = False
    """Whether query parameters that the contract does not know are ignored instead of refused."""
    check_replies: float = 1.0
    """The share of replies (0 to 1) whose bytes are checked against the schema before they are sent."""
    refusal: Callable[[Operation, Refusal], Problem | None] | None = None
    """May turn a refused request into a declared problem of its own choice."""
    problem_members: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    """Further members of every problem, such as a request id, from the ASGI scope."""

    def check(self, operations: Collection[str]) -> None:
        """Checks what only the operations tell.

        Raises:
            ContractViolation: limits for an operation that does not exist, or a share that is none.
        """
        unknown = sorted(self.limits_of.keys() - set(operations))
        if unknown:
            raise ContractViolation(f"Settings.limits_of names {', '.join(unknown)}, which the contract does not know")
        if not 0.0 <= self.check_replies <= 1.0:
            raise ContractViolation(f"Settings.check_replies is {self.check_replies}, not a share between 0 and 1")
