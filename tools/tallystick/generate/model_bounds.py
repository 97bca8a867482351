"""Bounds of items, map values and union members, written where the engine would make a class of its own of each.

The engine writes the bounds of a property beside it; here its annotation and its schema are walked side by side, and
``list[str]`` becomes ``list[Annotated[str, Field(min_length=1)]]``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tallystick.contract.canonical.flat import UNTYPED
from tallystick.generate.model_input import python_bounds, reads_alike, unnested

__all__ = ["Edit", "inner_bounds"]

Edit = tuple[int, int, str]
"""An insertion: line, column in bytes, text."""

_OF_NUMBERS: Final = {
    "minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt", "multipleOf": "multiple_of",
}  # fmt: skip
_ARGUMENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "string": {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"},
    "integer": _OF_NUMBERS,
    "number": _OF_NUMBERS,
    "array": {"minItems": "min_length", "maxItems": "max_length"},
    "object": {"minProperties": "min_length", "maxProperties": "max_length"},
}
_KINDS: Final = {"str": "string", "int": "integer", "float": "number", "list": "array", "dict": "object"}


def inner_bounds(annotation: ast.expr, schema: Any, *, bound: bool = True) -> Iterator[Edit]:
    """The bounds that an annotation lacks; ``bound`` says that those of the schema itself are there already."""
    alternatives = _alternatives(schema)
    stated = [each for each in alternatives if each.get("type") != "null"]
    for part in _members(annotation):
        kind = _kind(part)
        matching = [each for each in stated if kind is not None and each.get("type") == kind]
        if len(matching) == 1:
            alone = bound and len(stated) == 1
            yield from _bounds(part, matching[0], bound=alone or UNTYPED in matching[0])


def _bounds(part: ast.expr, schema: Mapping[str, Any], *, bound: bool) -> Iterator[Edit]:
    if isinstance(part, ast.Subscript):
        inner = part.slice.elts[-1] if isinstance(part.slice, ast.Tuple) else part.slice
        below = schema.get("items" if schema["type"] == "array" else "additionalProperties")
        yield from inner_bounds(inner, below, bound=False)
    arguments = "" if bound else _arguments(schema)
    if arguments:
        yield part.lineno, part.col_offset, "Annotated["
        yield part.end_lineno or 0, part.end_col_offset or 0, f", Field({arguments})]"


def _arguments(schema: Mapping[str, Any]) -> str:
    if "format" in schema and schema["type"] == "string":
        return ""  # the text is no text in Python
    names = _ARGUMENTS[schema["type"]]
    schema = python_bounds(schema)
    return ", ".join(
        f"{names[keyword]}={value!r}"
        for keyword, value in schema.items()
        if keyword in names and (keyword != "pattern" or reads_alike(value))
    )


def _alternatives(schema: Any) -> list[Mapping[str, Any]]:
    """The members of a union, or the schema alone, without what has a class or values of its own."""
    if not isinstance(schema, dict):
        return []
    members = next((schema[keyword] for keyword in ("anyOf", "oneOf") if keyword in schema), [schema])
    return [
        each for each in unnested(members) if isinstance(each, dict) and not {"$ref", "const", "enum"} & each.keys()
    ]


def _members(annotation: ast.expr) -> Iterator[ast.expr]:
    """The members of a union, within ``Annotated``."""
    if isinstance(annotation, ast.BinOp):
        yield from _members(annotation.left)
        yield from _members(annotation.right)
    elif isinstance(annotation, ast.Subscript) and _name(annotation.value) == "Annotated":
        assert isinstance(annotation.slice, ast.Tuple)
        yield from _members(annotation.slice.elts[0])
    else:
        yield annotation


def _kind(part: ast.expr) -> str | None:
    return _KINDS.get(_name(part.value if isinstance(part, ast.Subscript) else part))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
