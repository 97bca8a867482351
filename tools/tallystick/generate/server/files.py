"""Which properties of a multipart body are files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tallystick.contract import Contract, MediaType, Schema
from tallystick.contract.canonical.flat import UNTYPED
from tallystick.generate.server.types import without_null

__all__ = ["are_binary", "files_of", "is_binary", "part_type"]

_TEXT: Final = "text/plain"
_AS_IT_IS: Final = ("binary", "7bit", "8bit")
"""Encodings that change nothing (RFC 2045, section 6.2)."""
_SILENT: Final = frozenset((
    "$comment", "contentEncoding", "deprecated", "description", "example", "examples", "externalDocs", "maxLength",
    "minLength", "readOnly", "title", "writeOnly", "xml",
))  # fmt: skip
"""Keywords that do not tell what a value is."""
_OF_LISTS: Final = ("items", "maxItems", "minItems")


def part_type(media: MediaType, name: str) -> str:
    """The media types that the parts of a property have, as far as the encoding states them; a style makes text."""
    encoding = media.encoding.get(name)
    if encoding is None:
        return ""
    return encoding.content_type or ("" if (encoding.style, encoding.explode) == ("form", True) else _TEXT)


def is_binary(value: Any, stated: str = _TEXT) -> bool:
    """Whether a property holds octets rather than text or JSON; ``stated`` is what ``part_type`` says of it.

    Where that is nothing, a schema that says nothing either means octets (OpenAPI 3.1.1, section 4.8.15.1.1).
    """
    if not isinstance(value, Mapping):
        return False
    if value.get("format") == "binary":
        return True
    kind = None if UNTYPED in value else value.get("type")
    if kind not in (None, "string") or value.get("contentEncoding", "binary") not in _AS_IT_IS:
        return False
    if "contentMediaType" in value:
        return str(value["contentMediaType"]) != "application/json"
    if not _is_silent(value):
        return False
    return _is_of_octets(stated) if stated else kind is None


def are_binary(value: Mapping[str, Any], item: Any, stated: str) -> bool:
    """Whether a list with such items holds files. One that looks into items of no type does not."""
    looks_into = not _is_silent({key: each for key, each in value.items() if key not in _OF_LISTS})
    return is_binary(item, _TEXT if looks_into and not stated else stated)


def files_of(contract: Contract, part: Schema) -> Schema:
    """What a property is without null; the list, where it is one file or a list of them. Raises KeyError."""
    schema = contract.resolve(without_null(part))
    for keyword in ("anyOf", "oneOf"):
        members = [contract.resolve(schema.child(keyword, index)) for index in range(len(schema.get(keyword, ())))]
        lists = [each for each in members if isinstance(each.get("items"), Mapping)]
        others = [each for each in members if each not in lists and each.value != {"type": "null"}]
        if len(lists) == 1 and others and all(is_binary(each.value) for each in (*others, lists[0].child("items"))):
            return lists[0]
    return schema


def _is_silent(value: Mapping[str, Any]) -> bool:
    """Whether a schema says nothing of its values but that they are strings; extensions never do."""
    return all(key in _SILENT or key == "type" or key.startswith("x-") for key in value)


def _is_of_octets(stated: str) -> bool:
    """Whether a media type, or each of several with commas between them, is neither text nor JSON."""
    kinds = [each.partition(";")[0].strip().lower() for each in stated.split(",")]
    return not any(kind.startswith("text/") or kind.endswith("json") for kind in kinds)
