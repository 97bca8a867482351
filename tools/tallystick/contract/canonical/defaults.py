"""Whether a default can be a value of its schema, as far as a generated class cares: type, list of values, format."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tallystick.contract.canonical.components import Key
from tallystick.contract.canonical.flat import is_json_equal, json_type

if TYPE_CHECKING:
    import jsonschema_rs

__all__ = ["as_integer", "fits"]

_DEEPEST: Final = 20
_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "date": dt.date.fromisoformat,
    "date-time": dt.datetime.fromisoformat,
    "time": dt.time.fromisoformat,
    "uuid": uuid.UUID,
}
"""Formats that become types of their own."""


def fits(default: Any, form: Mapping[str, Any], components: Mapping[Key, Mapping[str, Any]], depth: int = 0) -> bool:
    """Whether a scalar default can be a value of a canonical form whose references are keys of ``components``."""
    key = form.get("$ref")
    if isinstance(key, Key):
        form = components.get(key, {})
    for keyword in ("anyOf", "oneOf"):
        if keyword in form:
            inside = depth < _DEEPEST
            return inside and any(fits(default, member, components, depth + 1) for member in form[keyword])
    if "const" in form:
        return is_json_equal(form["const"], default)
    if "enum" in form:
        return any(is_json_equal(default, member) for member in form["enum"])
    return _has_type(default, form.get("type")) and _has_format(default, form.get("format"))


def as_integer(default: Any, form: Mapping[str, Any], components: Mapping[Key, Mapping[str, Any]]) -> Any:
    """A fitting default, ``3.0`` written as ``3`` where other numbers with a point do not fit."""
    is_whole = isinstance(default, float) and default.is_integer()
    return int(Decimal(repr(default))) if is_whole and not fits(0.5, form, components) else default


def _has_type(value: Any, kind: Any) -> bool:
    found = json_type(value)
    return kind is None or found == kind or (kind == "number" and found == "integer")


def _has_format(value: Any, name: Any) -> bool:
    parser = _PARSERS.get(name) if isinstance(name, str) and isinstance(value, str) else None
    if parser is None:
        return True
    try:
        parser(value)
    except ValueError:
        return False
    return _validator(name).is_valid(value)  # Python reads more than the format allows, such as a time without offset


@cache
def _validator(name: str) -> jsonschema_rs.Validator:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator({"format": name}, validate_formats=True)
