"""The schemas of the contract, compiled: what is accepted and what is refused is JSON Schema 2020-12 itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

import jsonschema_rs

from .problems import Detail
from .shapes import Shape

__all__ = ["MOST_FAULTS", "Schemas", "Validator", "compiled", "details", "place_within", "pointer", "reference_path"]

Validator = jsonschema_rs.Draft202012Validator

_BASE: Final = "tally:contract"
_VALUES: Final = frozenset(("const", "default", "enum"))
"""Keywords whose value is no schema."""
_BY_NAME: Final = frozenset(("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"))
"""Keywords whose value is schemas by name, and any name may be one of a keyword."""
MOST_FAULTS: Final = 20
"""How many faults of one request are told."""
_MOST_EXPLAINED: Final = 5_000
"""Values within one value whose faults are looked for: the validator takes some 20 microseconds to tell of each."""


class Schemas:
    """A document with ``components`` and ``operations``; every schema in it can be had compiled."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._registry = jsonschema_rs.Registry([(_BASE, document)])

    def validator(self, *path: str) -> Validator:
        """The compiled schema at a path, e.g. ``("operations", "getItem", "parameters", "path/sku")``."""
        return compiled({"$ref": f"{_BASE}#{_fragment(path)}"}, self._registry)

    def at(self, *path: str) -> Any:
        """The schema at a path.

        Raises:
            KeyError: there is none.
        """
        value: Any = self.document
        for token in path:
            value = value[int(token)] if isinstance(value, list) else value[token]
        return value

    def has(self, *path: str) -> bool:
        """Whether there is a schema at a path."""
        try:
            self.at(*path)
        except KeyError:
            return False
        return True

    def shape(self, *path: str) -> Shape:
        """The shape of the schema at a path."""
        return Shape(self.at(*path), self.resolve, self._judge)

    def _judge(self, schema: Any) -> Callable[[Any], bool]:
        """What tells whether a part of some schema of this document accepts a value."""
        return compiled(_anchored(schema), self._registry).is_valid

    def resolve(self, ref: str) -> Any:
        """The schema that a reference of this document names, ``#/components/schemas/Item``."""
        return self.at(*reference_path(ref))


def compiled(schema: Any, registry: jsonschema_rs.Registry | None = None) -> Validator:
    """A compiled schema. Formats are asserted. Values are kept out of messages: a body may hold a password."""
    return Validator(schema, registry=registry, validate_formats=True, mask="the value")


def _anchored(schema: Any) -> Any:
    """The schema with references that lead into the document."""
    if isinstance(schema, list):
        return [_anchored(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _anchored_keyword(key, value) for key, value in schema.items()}


def _anchored_keyword(key: str, value: Any) -> Any:
    if key == "$ref":
        return f"{_BASE}{value}"
    if key in _BY_NAME:
        return {name: _anchored(each) for name, each in value.items()}
    return value if key in _VALUES else _anchored(value)


def reference_path(ref: str) -> tuple[str, ...]:
    """The path that a reference within the document names."""
    tokens = ref.removeprefix("#/").split("/")
    return tuple([token.replace("~1", "/").replace("~0", "~") for token in tokens])  # RFC 6901, section 4


def _fragment(path: Sequence[str]) -> str:
    return "".join("/" + quote(token.replace("~", "~0").replace("/", "~1"), safe="~!$&'()*+,;=:@-._") for token in path)


def pointer(path: Sequence[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    if len(path) == 1 and isinstance(path[0], str) and path[0].isidentifier():
        return "/" + path[0]
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in path)


def place_within(value: Any, path: Iterable[str | int]) -> list[str | int]:
    """The steps of a path that lead through a value: Pydantic's name the members of unions as well."""
    found: list[str | int] = []
    for step in path:
        if _leads_on(value, step):
            value = value[step]
            found.append(step)
    return found


def _leads_on(value: Any, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def details(validator: Validator, value: Any, source: str = "body", where: str = "") -> list[Detail]:
    """What is wrong with the value, the first faults only; none for a valid one. ``where`` begins each pointer.

    The validator finds every fault before it tells the first, so of a large value only the beginning is explained.
    """
    beginning = _Beginning()
    found: list[Detail] = []
    for error in validator.iter_errors(beginning.of(value, ())):
        if not beginning.is_cut_at(error.instance_path):
            message = error.message.removeprefix("the value ")
            found.append(Detail(source, where + pointer(error.instance_path), message, error.kind.name))
            if len(found) == MOST_FAULTS:
                break
    if beginning.cut is None or found or validator.is_valid(value):
        return found
    return [Detail(source, where, "is refused, and too large to tell why")]


class _Beginning:
    """The first parts of a value, in their order. ``cut`` is the place of the innermost that is not whole."""

    def __init__(self) -> None:
        self.cut: tuple[str | int, ...] | None = None
        self._left = _MOST_EXPLAINED

    def of(self, value: Any, place: tuple[str | int, ...]) -> Any:
        self._left -= 1
        if isinstance(value, list):
            return [part for _, part in self._parts(enumerate(value), place)]
        return dict(self._parts(value.items(), place)) if isinstance(value, dict) else value

    def _parts(self, parts: Iterable[tuple[Any, Any]], place: tuple[str | int, ...]) -> Iterator[tuple[Any, Any]]:
        for key, part in parts:
            if self._left <= 0:
                self.cut = place if self.cut is None else self.cut
                return
            yield key, self.of(part, (*place, key))

    def is_cut_at(self, place: Sequence[str | int]) -> bool:
        """Whether what is at the place is not whole, so that its faults may not be those of the value."""
        return self.cut is not None and self.cut[: len(place)] == tuple(place)
