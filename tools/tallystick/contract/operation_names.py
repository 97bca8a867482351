"""The names of operations in code: methods, groups, and calls on the client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from tallystick.contract.model import Operation, Problem, Reply
from tallystick.contract.names import KEYWORDS, digest, distinct, snake_case
from tallystick.contract.node import Node
from tallystick.findings import Finding, Level

__all__ = ["decided", "derived_id", "group_name"]

CLIENT_RESERVED: Final = KEYWORDS | frozenset((
    "aclose", "base_url", "close", "from_env", "http_client", "options", "request", "with_options", "with_raw_response",
    "with_streaming_response",
))  # fmt: skip
"""Names that the client object uses itself."""

METHOD_RESERVED: Final = KEYWORDS | {"with_raw_response", "with_streaming_response"}
"""Names that no method may have: those of Python, and of the views that each resource of a client offers."""

_CALL: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\Z")


def derived_id(method: str, path: str) -> str:
    """An operation id from method and path: ``GET /items/{sku}`` is ``get_items_by_sku``."""
    parts = [method.lower()]
    for segment in path.split("/"):
        placeholder = re.fullmatch(r"\{(.*)\}", segment)
        parts.append(("by_" + snake_case(placeholder[1])) if placeholder else snake_case(segment))
    return "_".join(part for part in parts if part)


def group_name(tag: str) -> str:
    """The attribute of a tag on the client."""
    name = snake_case(tag) or "default"
    name = f"group_{name}" if name[0].isdigit() else name
    return name + "_" if name in CLIENT_RESERVED else name


def decided(
    operations: tuple[Operation, ...], webhooks: tuple[Operation, ...], root: Node
) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """The operations with unique ids, method names, groups and calls; callbacks included."""
    everything = [*operations, *webhooks, *(c for o in (*operations, *webhooks) for c in o.callbacks)]
    ids = _unique_ids(everything, root)
    names = distinct({_key(o): _name_candidates(ids[_key(o)], o) for o in everything}, reserved=METHOD_RESERVED)
    groups = _groups(everything)
    problems = problem_types(everything)
    calls = _calls(operations, names, groups, root)

    def named(operation: Operation) -> Operation:
        key = _key(operation)
        group = groups[operation.tag]
        return replace(
            operation,
            id=ids[key],
            python_name=names[key],
            group=group,
            call=calls.get(key, f"{group}.{names[key]}"),
            callbacks=tuple(named(callback) for callback in operation.callbacks),
            replies=tuple(_with_problems(reply, problems) for reply in operation.replies),
        )

    return tuple(map(named, operations)), tuple(map(named, webhooks))


def _with_problems(reply: Reply, types: Mapping[str, Problem]) -> Reply:
    """The reply with the class names that its problem types have in the whole contract."""
    if not reply.problems:
        return reply
    return replace(reply, problems=tuple(replace(p, name=types[p.type].name) for p in reply.problems))


def problem_types(operations: Iterable[Operation]) -> dict[str, Problem]:
    """The problem types of a contract by URI, each with a class name that no other type has."""
    found: dict[str, Problem] = {}
    for operation in operations:
        for reply in operation.replies:
            for problem in reply.problems:
                found.setdefault(problem.type, problem)
    names = distinct({uri: (p.name, f"{p.name}Problem") for uri, p in found.items()}, fold_case=True)
    return {uri: replace(problem, name=names[uri]) for uri, problem in found.items()}


def _key(operation: Operation) -> str:
    """Method, path and place: the place tells webhooks and callbacks of one expression apart."""
    return f"{operation.method} {operation.path} {operation.location.pointer}"


def _unique_ids(operations: list[Operation], root: Node) -> dict[str, str]:
    seen: dict[str, Operation] = {}
    ids: dict[str, str] = {}
    for operation in sorted(operations, key=lambda o: not o.has_id):
        key = _key(operation)
        other = seen.get(operation.id)
        ids[key] = operation.id
        if other is not None:
            ids[key] = _other_id(operation, seen)
            if operation.has_id:
                place = operation.location.child("operationId").place
                message = (
                    f"the operationId {operation.id!r} is used twice: give one of them another"
                    f" (this one is called {ids[key]!r} until then)"
                )
                related = (other.location.child("operationId").place,)
                root.findings.append(Finding("op-id-unique", Level.ERROR, message, place, operation.id, related))
        seen[ids[key]] = operation
    return ids


def _other_id(operation: Operation, seen: dict[str, Operation]) -> str:
    name = derived_id(operation.method, operation.path)
    return name if name not in seen else f"{name}_{digest(_key(operation))}"


def _name_candidates(operation_id: str, operation: Operation) -> tuple[str, ...]:
    name = snake_case(operation_id) or derived_id(operation.method, operation.path)
    derived = derived_id(operation.method, operation.path)
    in_group = f"{snake_case(operation.tag)}_{name}".lstrip("_")
    candidates = (name, in_group, derived, f"{name}_{operation.method.lower()}")
    return tuple(f"op_{candidate}" if candidate[0].isdigit() else candidate for candidate in candidates)


def _groups(operations: list[Operation]) -> dict[str, str]:
    """Group names by tag; tags that fall together in snake_case share one group."""
    return {operation.tag: group_name(operation.tag) for operation in operations}


def _calls(
    operations: tuple[Operation, ...], names: dict[str, str], groups: dict[str, str], root: Node
) -> dict[str, str]:
    """Dotted calls: ``x-tally-name``, else group and name; a call that two operations claim goes to none of them."""
    candidates = {}
    for operation in operations:
        stated = operation.extensions.get("x-tally-name")
        default = f"{groups[operation.tag]}.{names[_key(operation)]}"
        options: tuple[str, ...] = (default,)
        if stated is not None:
            if isinstance(stated, str) and _CALL.match(stated):
                options = (_usable_call(stated), default)
            else:
                place = operation.location.child("x-tally-name").place
                message = f"x-tally-name must be a dotted name in snake_case such as items.restock, not {stated!r}"
                root.findings.append(Finding("extension-shape", Level.ERROR, message, place, operation.id))
        candidates[_key(operation)] = options
    return distinct(candidates)


def _usable_call(stated: str) -> str:
    """A stated call, ``_`` behind each part that cannot be a name there."""
    head, *tail = stated.split(".")
    head = head + "_" if head in CLIENT_RESERVED else head
    return ".".join((head, *(part + "_" if part in METHOD_RESERVED else part for part in tail)))
