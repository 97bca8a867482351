"""Which operations a piece of code or a message speaks of, by the names that generated code gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tallystick.contract import Contract, Operation, class_name

__all__ = ["mentioned_operations", "operations_at"]

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def mentioned_operations(contract: Contract, text: str) -> list[Operation]:
    """The operations that a text names: ``createItem``, ``create_item``, ``CreateItem201``, ``CreateItemReply``."""
    words = set(_WORD.findall(text))
    return [operation for operation in contract.operations if any(_names(operation, word) for word in words)]


def _names(operation: Operation, word: str) -> bool:
    if word in (operation.id, operation.python_name, operation.handler_name):
        return True
    prefix = class_name(operation.python_name)
    return bool(re.fullmatch(rf"{re.escape(prefix)}(?:\d\w*|Reply\w*|Form\w*)?", word))


def operations_at(contract: Contract, lines: list[str], line: int, changed: Iterable[str] = ()) -> list[Operation]:
    """The operations that a line of generated code (counted from 1) belongs to. ``contract`` is canonical.

    What the changed lines name decides, else the nearest line above that names an operation, or the nearest class that
    is a schema: then it is the operations that use the schema.
    """
    for text in (*changed, *reversed(lines[: max(line, 1)])):
        found = mentioned_operations(contract, text)
        declared = re.match(r"class (\w+)", text)
        if not found and declared and declared[1] in contract.schemas:
            found = _users(contract, declared[1])
        if found:
            return found
    return []


def _users(contract: Contract, name: str) -> list[Operation]:
    """The operations that a schema is part of, directly or inside of others. ``contract`` is canonical."""
    direct = {each: set(_references(schema.value)) for each, schema in contract.schemas.items()}
    reaching = {name}
    while True:
        more = {each for each, inner in direct.items() if inner & reaching} - reaching
        if not more:
            break
        reaching |= more
    paths = contract.document["paths"]
    return [each for each in contract.operations if reaching & set(_references(paths[each.path][each.method.lower()]))]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
            yield reference.rpartition("/")[2]
        values: Iterable[Any] = value.values()
    else:
        values = value if isinstance(value, list) else ()
    for each in values:
        yield from _references(each)
