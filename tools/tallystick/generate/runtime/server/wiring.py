"""What a server is made of besides its routes: settings, the call as middleware sees it, and the start-up check."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .descriptors import Operation
from .limits import Limits
from .problems import ContractViolation, Problem, Refusal
from .replies import Encoded, Reply
from .security import Caller

__all__ = ["Around", "Call", "Inside", "ScopeProvider", "Settings", "check_handlers", "check_wiring"]

ScopeT = TypeVar("ScopeT")


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

Inside = Callable[[Call, Any, Callable[[], Awaitable[Reply]]], Awaitable[Reply]]
"""Middleware within the unit of work, which is its second argument: what it writes is committed with the change."""


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


def check_wiring(factories: Mapping[str, tuple[Callable[..., Any], type]]) -> None:
    """Finds at start-up what type checkers cannot see. ``factories`` maps a tag to its factory and its protocol.

    Raises:
        ContractViolation: a class lacks an operation, or has one that the contract does not know.
    """
    for factory, protocol in factories.values():
        made = factory if inspect.isclass(factory) else inspect.get_annotations(factory).get("return")
        if inspect.isclass(made) and made is not protocol:
            check_handlers(made, protocol)


def check_handlers(handlers: type, protocol: type) -> None:
    """Checks one handler class against the protocol of its tag.

    Raises:
        ContractViolation: see ``check_wiring``.
    """
    name = f"{handlers.__module__}.{handlers.__qualname__}"
    operations = _operations(protocol)
    missing = [
        each for each in operations if not callable(getattr(handlers, each, None)) or _is_abstract(handlers, each)
    ]
    if missing:
        raise ContractViolation(f"{name} lacks {_listed(missing)} of {protocol.__name__}; `tally scaffold` prints them")
    unknown = [each for each in _coroutine_methods(handlers) if each not in operations]
    if unknown:
        raise ContractViolation(
            f"{name} has {_listed(unknown)}, which the contract does not know; rename with a leading underscore, "
            "or add the operation to the contract"
        )
    for each in operations:
        _check_signature(handlers, protocol, each, name)


def _operations(protocol: type) -> list[str]:
    return sorted(getattr(protocol, "__abstractmethods__", ()))


def _is_abstract(handlers: type, method: str) -> bool:
    return bool(getattr(getattr(handlers, method), "__isabstractmethod__", False))


def _coroutine_methods(handlers: type) -> Sequence[str]:
    members = inspect.getmembers(handlers, inspect.iscoroutinefunction)
    return [name for name, _ in members if not name.startswith("_")]


def _check_signature(handlers: type, protocol: type, method: str, name: str) -> None:
    function = getattr(handlers, method)
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        raise ContractViolation(f"{name}.{method} is not `async def`")
    given = inspect.signature(function).parameters
    if any(each.kind is each.VAR_KEYWORD for each in given.values()):
        return
    wanted = set(inspect.signature(getattr(protocol, method)).parameters) - {"self"}
    lacking = wanted - set(given)
    if lacking:
        raise ContractViolation(f"{name}.{method} does not take {_listed(sorted(lacking))}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
