"""Parameters on the wire: every style of the OpenAPI Specification 3.1.1 (section 4.8.12.2) and 3.2.

All functions give percent-encoded text, ready to be placed into a URL or a header.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal
from urllib.parse import quote

from .values import NOT_GIVEN, is_list, is_object, to_json

Style = Literal["simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"]
Pair = tuple[str, str]

_TRIPLET = re.compile("(%[0-9A-Fa-f]{2})")
_RESERVED_KEPT = ":/?@!$'()*,;[]"
"""Reserved characters (RFC 3986, section 2.2) harmless inside a query value; ``&``, ``=``, ``+``, ``#`` are not."""


def text_of(value: Any) -> str:
    """The text of a scalar: ``true``, ``3``, ``2026-01-02T03:04:05Z``; JSON text for what is nested too deeply."""
    plain = to_json(value)
    if isinstance(plain, str):
        return plain
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def encoded(text: str, *, reserved: bool = False) -> str:
    """Percent-encoded text; with ``reserved`` (``allowReserved``), reserved characters and triplets stay."""
    if not reserved:
        return quote(text, safe="")
    parts = _TRIPLET.split(text)
    return "".join(part if index % 2 else quote(part, safe=_RESERVED_KEPT) for index, part in enumerate(parts))


def _members(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, item) for key, item in value.items() if item is not NOT_GIVEN)


def _shape(value: Any) -> Any:
    """Plain JSON data: a dict, a list or a scalar."""
    return to_json(value)


def query_pairs(
    name: str, value: Any, style: str = "form", *, explode: bool = True, reserved: bool = False
) -> list[Pair]:
    """Name and value pairs of a query parameter or of one field of a form, percent-encoded."""
    plain = _shape(value)
    if style == "deepObject" and (is_object(plain) or is_list(plain)):
        return list(_deep(name, plain, reserved=reserved))
    key = encoded(name)
    if is_list(plain):
        return _query_array(key, plain, style, explode=explode, reserved=reserved)
    if is_object(plain):
        return _query_object(key, plain, style, explode=explode, reserved=reserved)
    return [(key, encoded(text_of(plain), reserved=reserved))]


_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


def _query_array(key: str, items: list[Any], style: str, *, explode: bool, reserved: bool) -> list[Pair]:
    texts = [encoded(text_of(item), reserved=reserved) for item in items]
    if explode:
        return [(key, text) for text in texts]
    return [(key, _DELIMITERS.get(style, ",").join(texts))]


def _query_object(key: str, members: Mapping[str, Any], style: str, *, explode: bool, reserved: bool) -> list[Pair]:
    pairs = [(encoded(name), encoded(text_of(item), reserved=reserved)) for name, item in _members(members)]
    if explode:
        return pairs
    return [(key, _DELIMITERS.get(style, ",").join(text for pair in pairs for text in pair))]


def _deep(name: str, value: Any, *, reserved: bool) -> Iterator[Pair]:
    """``filter[status]=a``: members in brackets, members of members too; the items of a list repeat their name."""
    if is_object(value):
        for key, item in _members(value):
            yield from _deep(f"{name}[{key}]", item, reserved=reserved)
    elif is_list(value):
        for index, item in enumerate(value):
            nested = isinstance(item, (dict, list))
            yield from _deep(f"{name}[{index}]" if nested else name, item, reserved=reserved)
    else:
        yield encoded(name), encoded(text_of(value), reserved=reserved)


def path_text(name: str, value: Any, style: str = "simple", *, explode: bool = False, reserved: bool = False) -> str:
    """The text that replaces ``{name}`` in a path template.

    Raises:
        ValueError: the text would be empty, so that the path would name another resource.
    """
    if style == "simple" and type(value) is str and value.isalnum() and value.isascii():
        return value
    plain = _shape(value)
    if style == "label":
        text = _label(plain, explode=explode, reserved=reserved)
    elif style == "matrix":
        text = _matrix(encoded(name), plain, explode=explode, reserved=reserved)
    else:
        text = ",".join(_parts(plain, explode=explode, reserved=reserved))
    if not text:
        raise ValueError(f"the path parameter {name!r} must not be empty")
    return text.replace(".", "%2E") if text in {".", ".."} else text


def _parts(plain: Any, *, explode: bool, reserved: bool) -> list[str]:
    if is_list(plain):
        return [encoded(text_of(item), reserved=reserved) for item in plain]
    if not is_object(plain):
        return [encoded(text_of(plain), reserved=reserved)]
    pairs = [(encoded(key), encoded(text_of(item), reserved=reserved)) for key, item in _members(plain)]
    return [f"{key}={text}" for key, text in pairs] if explode else [text for pair in pairs for text in pair]


def _label(plain: Any, *, explode: bool, reserved: bool) -> str:
    return "." + ("." if explode else ",").join(_parts(plain, explode=explode, reserved=reserved))


def _matrix(key: str, plain: Any, *, explode: bool, reserved: bool) -> str:
    parts = _parts(plain, explode=explode, reserved=reserved)
    if explode and is_object(plain):
        return "".join(f";{part}" for part in parts)
    if explode and is_list(plain):
        return "".join(f";{key}={part}" for part in parts)
    text = ",".join(parts)
    return f";{key}={text}" if text else f";{key}"


def header_text(value: Any, *, explode: bool = False) -> str:
    """The text of a header parameter: always the style ``simple``, not percent-encoded.

    Raises:
        ValueError: the text has a line break or another control character, which no header may carry.
    """
    plain = _shape(value)
    if is_list(plain):
        text = ",".join(text_of(item) for item in plain)
    elif is_object(plain):
        glue = "=" if explode else ","
        text = ",".join(f"{key}{glue}{text_of(item)}" for key, item in _members(plain))
    else:
        text = text_of(plain)
    return checked_header(text)


def checked_header(text: str) -> str:
    """The text, if a header may carry it.

    Raises:
        ValueError: it has a control character, or one outside ASCII, which has no encoding there (RFC 9110, 5.5).
    """
    if not text.isascii():
        raise ValueError("a header value must be ASCII; encode other characters as the API expects them")
    if any((character < " " and character != "\t") or character == "\x7f" for character in text):
        raise ValueError("a header value must not have line breaks or other control characters")
    return text


def cookie_pairs(name: str, value: Any, style: str = "form", *, explode: bool = True) -> list[Pair]:
    """Cookies of a cookie parameter. The 3.2 style ``cookie`` leaves the text as it is; ``form`` percent-encodes it."""
    if style != "cookie":
        return query_pairs(name, value, "form", explode=explode)
    plain = _shape(value)
    if is_object(plain) and explode:
        return [(key, checked_header(text_of(item))) for key, item in _members(plain)]
    if is_list(plain) and explode:
        return [(name, checked_header(text_of(item))) for item in plain]
    return [(name, header_text(plain))]
