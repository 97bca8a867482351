"""The schemas of the contract, compiled: what is accepted and what is refused is JSON Schema 2020-12 itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import jsonschema_rs

from .problems import Detail
from .shapes import Shape

__all__ = ["MOST_FAULTS", "Schemas", "Validator", "compiled", "details", "pointer", "reference_path"]

Validator = jsonschema_rs.Draft202012Validator

_BASE: Final = "tally:contract"
MOST_FAULTS: Final = 20
"""How many faults of one request are told."""


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
        return Shape(self.at(*path), self.resolve)

    def resolve(self, ref: str) -> Any:
        """The schema that a reference of this document names, ``#/components/schemas/Item``."""
        return self.at(*reference_path(ref))


def compiled(schema: dict[str, Any], registry: jsonschema_rs.Registry | None = None) -> Validator:
    """A compiled schema. Formats are asserted. Values are kept out of messages: a body may hold a password."""
    return Validator(schema, registry=registry, validate_formats=True, mask="the value")


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


def details(validator: Validator, value: Any, source: str = "body", where: str = "") -> list[Detail]:
    """What is wrong with the value, the first faults only; none for a valid one. ``where`` begins each pointer."""
    found = []
    for error in validator.iter_errors(value):
        message = error.message.removeprefix("the value ")
        found.append(Detail(source, where + pointer(error.instance_path), message, error.kind.name))
        if len(found) == MOST_FAULTS:
            break
    return found
