"""The contract as the proof sees it: the canonical document, and an independent validator for each of its schemas."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs

_URI = "urn:contract"


class Contract:
    """A canonical OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._registry = jsonschema_rs.Registry([(_URI, dict(document))])
        self._validator = functools.lru_cache(maxsize=None)(self._make_validator)

    @classmethod
    def load(cls, path: Path) -> Contract:
        """The contract in a file."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def at(self, pointer: str) -> Any:
        """The value at a JSON pointer."""
        value: Any = self.document
        for token in pointer.split("/")[1:]:
            plain = token.replace("~1", "/").replace("~0", "~")
            value = value[int(plain)] if isinstance(value, list) else value[plain]
        return value

    def resolved(self, schema: Any) -> Any:
        """The schema at the end of plain references."""
        while isinstance(schema, Mapping) and "$ref" in schema:
            schema = self.at(schema["$ref"].removeprefix("#"))
        return schema

    def is_valid(self, pointer: str, value: Any) -> bool:
        """Whether a value is valid against the schema at a pointer."""
        return bool(self._validator(pointer).is_valid(value))

    def accepts(self, schema: Any, value: Any) -> bool:
        """Whether a value is valid against a schema that is written out."""
        return bool(self._compiled(_absolute(schema)).is_valid(value))

    def fault(self, pointer: str, value: Any) -> str | None:
        """What is wrong with a value, None for a valid one."""
        error = next(iter(self._validator(pointer).iter_errors(value)), None)
        return None if error is None else f"{error.message} at /{'/'.join(map(str, error.instance_path))}"

    @functools.cached_property
    def eased(self) -> Contract:
        """The contract with every ``oneOf`` read as ``anyOf``: values that fit several members are valid in it."""
        return Contract(_eased(self.document))

    def _make_validator(self, pointer: str) -> Any:
        return self._compiled({"$ref": f"{_URI}#{quote(pointer, safe='/~')}"})

    def _compiled(self, schema: Any) -> Any:
        options = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)
        return jsonschema_rs.Draft202012Validator(
            schema, registry=self._registry, pattern_options=options, validate_formats=True
        )


_VALUES = frozenset({"const", "default", "enum", "example", "examples"})
_SCHEMAS_BY_NAME = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})


def _absolute(schema: Any, *, has_names: bool = False) -> Any:
    """A schema whose references name the document, so that it can stand by itself; ``has_names`` for a map of them."""
    if isinstance(schema, list):
        return [_absolute(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if has_names:
        return {name: _absolute(one) for name, one in schema.items()}
    found = {
        key: one if key in _VALUES else _absolute(one, has_names=key in _SCHEMAS_BY_NAME) for key, one in schema.items()
    }
    reference = found.get("$ref")
    return {**found, "$ref": f"{_URI}{reference}"} if isinstance(reference, str) and reference[:1] == "#" else found


def _eased(value: Any) -> Any:
    if isinstance(value, list):
        return [_eased(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: one if key in _VALUES else _eased(one) for key, one in value.items()}
    if not isinstance(found.get("oneOf"), list):
        return found
    members = found.pop("oneOf")
    return {**found, "anyOf": members} if "anyOf" not in found else {**found, "allOf": [{"anyOf": members}]}


def escaped(token: str) -> str:
    """A token of a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1")
