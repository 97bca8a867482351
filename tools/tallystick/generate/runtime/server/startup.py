"""The start-up check: what type checkers cannot see about handlers is found before the first request.

Three kinds of mistakes are: a class that lacks operations and is handed over as it is, an operation that the contract
does not know, and a problem that the contract does not declare for the operation.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from .binding import Binding
from .descriptors import SecurityScheme
from .problems import ContractViolation, Problem
from .raising import RaisedProblems, variables_around

__all__ = ["check_handlers", "check_surroundings", "check_wiring"]

Group = tuple[Iterable[Binding], Callable[..., Any], type]
"""The operations of a tag, the factory of their handlers, and the protocol that these implement."""


def check_wiring(groups: Iterable[Group]) -> None:
    """Checks every class that the factories are seen to make; others are checked when they are first made.

    Raises:
        ContractViolation: a class lacks an operation, has one that the contract does not know, does not take the
            arguments of one, or raises a problem that the contract declares for others only.
    """
    problems, listed = RaisedProblems(), list(groups)
    declared = {problem for bindings, _, _ in listed for binding in bindings for problem in binding.problems}
    for bindings, factory, protocol in listed:
        for made in dict.fromkeys(_made(factory, protocol)):
            check_handlers(made, protocol)
            for binding in bindings:
                _check_problems(made, binding, problems, declared)


def check_surroundings(scope: Any, auth: Any, schemes: Mapping[str, SecurityScheme]) -> None:
    """Checks what handlers are called in: the provider of the unit of work, and the authenticator.

    Raises:
        ContractViolation: the provider is a bare generator or coroutine function; the authenticator is a class, lacks
            the method of a scheme, or has it in a form that cannot be called.
    """
    named = getattr(scope, "__name__", "scope")
    if inspect.isasyncgenfunction(scope) or inspect.iscoroutinefunction(scope):
        raise ContractViolation(f"scope: {named} makes no context managers; put @asynccontextmanager before it")
    if not schemes:
        return
    if inspect.isclass(auth):
        raise ContractViolation(f"auth: {_name(auth)} is a class; hand over what it makes, {auth.__name__}()")
    for scheme in schemes.values():
        _check_scheme(auth, scheme.method)


def _check_scheme(auth: Any, method: str) -> None:
    name = _name(type(auth))
    function = getattr(auth, method, None)
    if function is None:
        raise ContractViolation(f"{name} lacks {method} of Authenticator; `tally scaffold` prints it")
    if not inspect.ismethod(function):  # whatever it is, it may be called in its own way
        return
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        raise ContractViolation(f"{name}.{method} is not `async def`")
    given = inspect.signature(function).parameters
    if "operation" not in given and not any(each.kind is each.VAR_KEYWORD for each in given.values()):
        raise ContractViolation(f"{name}.{method} does not take operation")


def _made(factory: Any, protocol: type) -> Iterator[type]:
    """The handler classes that a factory is, says to return, or names in its code."""
    while isinstance(factory, partial):
        factory = factory.func
    if inspect.isclass(factory):
        yield factory
        return
    function = inspect.unwrap(getattr(factory, "__func__", factory))
    if isinstance(function, types.FunctionType):
        stated = function.__annotations__.get("return")
        candidates = [stated, *_named(function)]
        yield from (each for each in candidates if inspect.isclass(each) and _may_be_made(each, protocol))


def _may_be_made(candidate: type, protocol: type) -> bool:
    """Whether it implements the protocol and is no mere ancestor of what does."""
    is_ancestor = inspect.isabstract(candidate) and bool(candidate.__subclasses__())
    return candidate is not protocol and protocol in candidate.__mro__ and not is_ancestor


def _named(function: types.FunctionType) -> Iterator[Any]:
    """What the names in a function's code stand for: its globals, the variables around it, members of modules."""
    code = function.__code__
    around = variables_around(function).values()
    values = [*around, *(function.__globals__[each] for each in code.co_names if each in function.__globals__)]
    for value in values:
        yield value
        if isinstance(value, types.ModuleType):
            yield from (getattr(value, name) for name in code.co_names if hasattr(value, name))


def check_handlers(handlers: type, protocol: type) -> None:
    """Checks one handler class against the protocol of its tag.

    Raises:
        ContractViolation: see ``check_wiring``.
    """
    name = _name(handlers)
    operations = _operations(protocol)
    missing = [
        each for each in operations if not callable(getattr(handlers, each, None)) or _is_abstract(handlers, each)
    ]
    if missing:
        raise ContractViolation(f"{name} lacks {_listed(missing)} of {protocol.__name__}; `tally scaffold` prints them")
    unknown = _unknown(handlers, protocol)
    if unknown:
        raise ContractViolation(
            f"{name} has {_listed(unknown)}, which the contract does not know; rename with a leading underscore, "
            "or add the operation to the contract"
        )
    for each in operations:
        _check_signature(handlers, protocol, each, name)


def _check_problems(
    handlers: type, binding: Binding, problems: RaisedProblems, declared: Collection[type[Problem]]
) -> None:
    """Refuses a problem of other operations. Any that is not ``declared`` at all the application may answer itself."""
    method = binding.operation.handler
    for problem, place in problems.of(getattr(handlers, method)):
        if problem in declared and problem not in binding.problems:
            raise ContractViolation(
                f"{_name(handlers)}.{method} raises {problem.__name__} ({place}), which the contract does not declare "
                f"for {binding.operation.id}; declare it, or raise another"
            )


def _name(handlers: type) -> str:
    return f"{handlers.__module__}.{handlers.__qualname__}"


def _operations(protocol: type) -> list[str]:
    return sorted(getattr(protocol, "__abstractmethods__", ()))


def _is_abstract(handlers: type, method: str) -> bool:
    return bool(getattr(getattr(handlers, method), "__isabstractmethod__", False))


def _unknown(handlers: type, protocol: type) -> Sequence[str]:
    """What looks like an operation and is one of no protocol of the class, which may serve several tags."""
    if protocol not in handlers.__mro__:  # then it does not say which tags it serves
        return []
    known = {each for kind in handlers.__mro__ for each in _operations(kind)}
    members = inspect.getmembers(handlers, inspect.iscoroutinefunction)
    return [name for name, _ in members if not name.startswith("_") and name not in known]


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
