"""Names that only the server layer has: modules of groups, reply classes, header fields, argument names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tallystick.contract import Contract, Operation, Parameter, Reply, class_name, pascal_case
from tallystick.contract.names import KEYWORDS, distinct, snake_case
from tallystick.generate.runtime.server.media import MediaRange

__all__ = ["Group", "arguments", "field_names", "groups", "problem_class", "reply_alias", "reply_classes"]

_OWN_ARGUMENTS: Final = KEYWORDS | frozenset(("accept", "body", "caller"))
_NOT_FOR_PROBLEMS: Final = frozenset(("Any", "False", "Literal", "None", "Problem", "True", "UUID"))
_SPELLINGS: Final = {"etag": "etag"}
"""Names whose words the case does not show."""
_OWN_FIELDS: Final = KEYWORDS | frozenset((
    "body", "content_type", "header_names", "media_type", "status", "status_key",
    "bool", "date", "datetime", "dict", "field", "float", "int", "list", "models", "str", "time",
))  # fmt: skip
"""Members of the generated classes, and names that the annotations behind a field must still find."""


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one tag: one protocol, one module each for handlers, replies and routes."""

    name: str
    description: str
    operations: list[Operation] = field(default_factory=list)

    @property
    def protocol(self) -> str:
        """The class name of the handlers."""
        return f"{class_name(self.name)}Handlers"


def reply_alias(operation: Operation) -> str:
    """The name of the union of an operation's replies."""
    return f"{class_name(operation.python_name)}Reply"


def problem_class(name: str) -> str:
    """The class of a problem type, which must not take the name of what its module imports, nor a keyword."""
    return f"{name}Problem" if name in _NOT_FOR_PROBLEMS else name


def groups(contract: Contract, served: Iterable[Operation]) -> list[Group]:
    """The groups of the operations, sorted by name."""
    described = {tag.name: tag.description for tag in contract.tags}
    found: dict[str, Group] = {}
    for operation in served:
        group = found.setdefault(operation.group, Group(operation.group, described.get(operation.tag, "")))
        group.operations.append(operation)
    return [found[name] for name in sorted(found)]


def arguments(operation: Operation) -> dict[int, str]:
    """The argument of each parameter, by its position: the contract's name unless the handler's own ones take it."""
    candidates = {
        str(index): (_argument(parameter), f"{parameter.python_name}_{parameter.place}")
        for index, parameter in enumerate(operation.parameters)
    }
    return {int(index): name for index, name in distinct(candidates).items()}


def _argument(parameter: Parameter) -> str:
    name = parameter.python_name
    return f"{name}_{parameter.place}" if name in _OWN_ARGUMENTS else name


def field_names(names: Iterable[str]) -> dict[str, str]:
    """Field or argument names for headers and members, by their names on the wire."""
    candidates = {}
    for name in names:
        plain = _SPELLINGS.get(name.lower()) or snake_case(name) or "member"
        exact = snake_case(name, symbols=True) or plain
        candidates[name] = tuple(f"member_{each}" if each[0].isdigit() else each for each in (plain, exact))
    return distinct(candidates, reserved=_OWN_FIELDS)


def reply_classes(operations: Sequence[Operation]) -> Mapping[tuple[str, str, str | None], str]:
    """Class names by operation id, status and media type, unique among all operations."""
    candidates: dict[str, tuple[str, ...]] = {}
    keys: dict[str, tuple[str, str, str | None]] = {}
    for operation in operations:
        for reply in operation.replies:
            for media_type in media_types(reply):
                key = (operation.id, reply.status, media_type)
                keys[repr(key)] = key
                candidates[repr(key)] = _reply_names(operation, reply, media_type)
    aliases = map(reply_alias, operations)
    return {keys[key]: name for key, name in distinct(candidates, reserved=aliases).items()}


def media_types(reply: Reply) -> list[str | None]:
    """The media types for which a reply has a class; None for an empty reply. Declared problems are raised instead."""
    names = [media.name for media in reply.content]
    if reply.problems:
        names = [name for name in names if not name.startswith("application/problem+json")]
        return list(names)
    return list(names) or [None]


def _reply_names(operation: Operation, reply: Reply, media_type: str | None) -> tuple[str, ...]:
    status = reply.status if reply.status != "default" else "Default"
    short = f"{class_name(operation.python_name)}{status}"
    if media_type is None:
        return (short, f"{short}Empty")
    media = MediaRange.parse(media_type)
    subtype = media.subtype.removeprefix("x-").rpartition("+")[2] if media.subtype != "*" else media.type
    long = f"{short}{_capitalised(subtype)}"
    full = f"{short}{pascal_case(media_type, symbols=True)}"
    return (short, long, full) if len(reply.content) == 1 else (long, full)


def _capitalised(text: str) -> str:
    return pascal_case(text) if text != "*" else "Any"
