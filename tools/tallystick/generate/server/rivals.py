"""Operations that method and path do not tell apart, and the order in which they are asked whether a request is theirs.

The one that demands most comes first, as a literal segment comes before a placeholder (OpenAPI 3.1.1, section 4.8.8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tallystick.contract import Contract, Operation, Parameter, Schema
from tallystick.findings import Finding, Level
from tallystick.generate.runtime.server.media import kind_of
from tallystick.generate.runtime.server.paths import PathKey
from tallystick.generate.runtime.server.percent import Malformed, unquote

__all__ = ["rivalry_findings", "rivals"]

_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_NARROW: Final = ("pattern", "format", "minLength", "maxLength")
_MOST_NAMED: Final = 3
_MOST_COMPARED: Final = 100
"""How many of the operations before it a finding names, and how many are looked at."""
_DEPTH: Final = 8
"""How deep in a body single-valued members are looked for."""


def rivals(contract: Contract, operations: Iterable[Operation]) -> list[list[Operation]]:
    """The operations that share method and path with others, group by group in the order in which they are asked."""
    groups: dict[tuple[str, ...], list[Operation]] = {}
    for operation in operations:
        groups.setdefault((operation.method, *_skeleton(operation)), []).append(operation)
    several = (group for group in groups.values() if len(group) > 1)
    return [sorted(group, key=lambda each: _modesty(contract, each)) for group in several]


def _skeleton(operation: Operation) -> tuple[str, ...]:
    """The segments of the path, decoded and without the names of placeholders: these do not tell requests apart."""
    return tuple(_decoded(_PLACEHOLDER.sub("{}", each)) for each in PathKey.parse(operation.path).template.segments)


def _decoded(segment: str) -> str:
    try:
        return unquote(segment)
    except Malformed:
        return segment


def rivalry_findings(contract: Contract, operations: list[Operation]) -> Iterator[Finding]:
    """Which operations do not get every request that fits them."""
    for group in rivals(contract, operations):
        keys = [PathKey.parse(each.path) for each in group]
        literals = [key.literals for key in keys]
        fragments: set[str | None] = {None}
        for index, operation in enumerate(group):
            earlier = range(min(index, _MOST_COMPARED))
            others = [group[each] for each in earlier if not _are_apart(literals[each], literals[index])]
            if others:
                message = _told(operation, others, keys[index], is_named=keys[index].fragment not in fragments)
                yield Finding("server-path", Level.WARNING, message, operation.location.place, operation.id)
            fragments.add(keys[index].fragment)


def _told(operation: Operation, others: Sequence[Operation], key: PathKey, *, is_named: bool) -> str:
    listed = " and ".join(f"{each.id} ({each.path})" for each in others[:_MOST_NAMED])
    more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
    remedy = f"this one alone is found at {key.path}%23{key.fragment}" if is_named else "give them paths that differ"
    return (
        f"{operation.method} {operation.path} has the same path as {listed}{more}: a request that fits there as well "
        f"is answered there; {remedy}"
    )


def _are_apart(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> bool:
    """Whether the literal parameters in two keys leave no request to both."""
    return len(one) > len(other) or any(other.get(name, values) != values for name, values in one.items())


def _modesty(contract: Contract, operation: Operation) -> tuple[int, int, int, bool]:
    """Sorts what demands more to the front; what has an address of its own, a fragment, gives way."""
    key = PathKey.parse(operation.path)
    narrow = sum(_narrowness(contract, each) for each in operation.parameters if each.place == "path")
    return -len(key.literals), -narrow, -_demands(contract, operation), key.fragment is not None


def _narrowness(contract: Contract, parameter: Parameter) -> int:
    """How few texts a path parameter accepts, roughly."""
    value = _value(contract, parameter.schema)
    if "enum" in value or "const" in value:
        return 3
    types = value.get("type")
    if types is not None and "string" not in (types if isinstance(types, list) else [types]):
        return 2
    return 1 if any(keyword in value for keyword in _NARROW) else 0


def _demands(contract: Contract, operation: Operation) -> int:
    """How many required members can have one value only: a request that has them names the operation."""
    parameters = [each for each in operation.parameters if each.required and each.place != "path"]
    found = sum(_is_single(_value(contract, each.schema)) for each in parameters)
    for media in operation.body.content if operation.body is not None else ():
        if media.schema is not None and kind_of(media.name) in ("json", "form", "multipart"):
            return found + _members(contract, media.schema, _DEPTH)
    return found


def _members(contract: Contract, schema: Schema, depth: int) -> int:
    value = _value(contract, schema)
    if not depth or not value:
        return 0
    resolved = contract.resolve(schema)
    if "items" in value:
        return _members(contract, resolved.child("items"), depth - 1)
    required = value.get("required")
    names = [name for name in resolved.properties if name in required] if isinstance(required, list) else []
    found = sum(_is_single(_value(contract, resolved.properties[name])) for name in names)
    parts = value.get("allOf")
    for number in range(len(parts) if isinstance(parts, list) else 0):
        found += _members(contract, resolved.child("allOf", number), depth - 1)
    return found


def _is_single(value: Mapping[str, Any]) -> bool:
    listed = value.get("enum")
    return "const" in value or (isinstance(listed, list) and len(listed) == 1)


def _value(contract: Contract, schema: Schema | None) -> Mapping[str, Any]:
    """The keywords of a schema, its reference followed; none of one that says nothing."""
    if schema is None:
        return {}
    try:
        value = contract.resolve(schema).value
    except KeyError:
        return {}
    return value if isinstance(value, Mapping) else {}
