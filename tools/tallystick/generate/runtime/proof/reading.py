"""Reading a raw request as the specification says (OpenAPI 3.1.1, 4.8.12 and 4.8.15): the inverse of a client."""

from __future__ import annotations

import email.parser
import email.policy
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

Pairs = list[tuple[str, str]]


def text(value: Any) -> str:
    """How a scalar is spelled on the wire."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def spelled(value: Any) -> Any:
    """A value with every scalar as its text, which is all that a parameter can carry."""
    if isinstance(value, Mapping):
        return {key: text(item) for key, item in value.items()}
    return [text(item) for item in value] if isinstance(value, list) else text(value)


def path_values(template: str, path: str) -> dict[str, str] | None:
    """The raw values of the placeholders of a template; None for another path."""
    names = re.findall(r"\{([^{}]*)\}", template)
    pattern = "".join(
        "([^/?#]+)" if part.startswith("{") and part.endswith("}") else re.escape(_canonical(part))
        for part in re.split(r"(\{[^{}]*\})", template)
    )
    found = re.fullmatch(pattern, _canonical(path))
    return dict(zip(names, found.groups(), strict=True)) if found else None


def _canonical(part: str) -> str:
    """Percent-encoded text with triplets in upper case, as far as they are needed."""
    from urllib.parse import quote

    return quote(unquote(part), safe="/:@!$&'()*+,;=~[]{}") if "%" not in part else part


def query_of(raw: str) -> Pairs:
    """Raw pairs of a query, in their order."""
    return [(name, value) for name, _, value in (one.partition("=") for one in raw.split("&") if one)]


def query_value(name: str, style: str, explode: bool, pairs: Pairs, value: Any) -> Any:  # noqa: FBT001 # as specified
    """What the query says about a parameter, in the shape of ``value``: texts, lists or maps of texts."""
    own = [raw for key, raw in pairs if unquote_plus(key) == name]
    if style == "deepObject" and isinstance(value, Mapping | list):
        return _deep(name, pairs, value)
    delimiter = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
    if not explode and isinstance(value, list | Mapping) and len(own) > 1:
        return {"sent more than once": own}
    if isinstance(value, list):
        parts = own if explode else own[0].split(delimiter) if own and value else []
        return [unquote_plus(part) for part in parts]
    if isinstance(value, Mapping):
        if explode:
            return {unquote_plus(key): unquote_plus(raw) for key, raw in pairs if unquote_plus(key) in value}
        return _alternating(own[0].split(delimiter)) if own and value else {}
    return unquote_plus(own[0]) if len(own) == 1 else own


def _alternating(parts: list[str]) -> dict[str, str]:
    plain = [unquote_plus(part) for part in parts]
    return dict(zip(plain[::2], plain[1::2], strict=True))


def _deep(name: str, pairs: Pairs, value: Any) -> Any:
    if isinstance(value, list):
        if any(isinstance(one, Mapping | list) for one in value):
            return [_deep(f"{name}[{index}]", pairs, one) for index, one in enumerate(value)]
        return [unquote_plus(raw) for key, raw in pairs if unquote_plus(key) == name]
    if isinstance(value, Mapping):
        return {key: _deep(f"{name}[{key}]", pairs, one) for key, one in value.items()}
    found = [unquote_plus(raw) for key, raw in pairs if unquote_plus(key) == name]
    return found[0] if found else None


def deep_spelled(value: Any) -> Any:
    """A nested value with every scalar as its text; what is empty leaves no trace in a query."""
    if isinstance(value, Mapping):
        return {key: deep_spelled(item) for key, item in value.items()}
    return [deep_spelled(item) for item in value] if isinstance(value, list) else text(value)


def path_value(name: str, style: str, explode: bool, raw: str, value: Any) -> Any:  # noqa: FBT001 # as specified
    """What a path segment says, in the shape of ``value``."""
    separator = ","
    if style == "label":
        raw, separator = raw.removeprefix("."), "." if explode else ","
    if style == "matrix":
        raw, separator = _without_matrix(name, raw, explode, value), ";" if explode else ","
    parts = raw.split(separator) if raw else []
    if isinstance(value, list):
        return [unquote(part) for part in parts]
    if isinstance(value, Mapping):
        if explode:
            return {unquote(key): unquote(one) for key, _, one in (part.partition("=") for part in parts)}
        plain = [unquote(part) for part in parts]
        return dict(zip(plain[::2], plain[1::2], strict=True))
    return unquote(raw)


def _without_matrix(name: str, raw: str, explode: bool, value: Any) -> str:  # noqa: FBT001 # as specified
    parts = [part for part in raw.split(";") if part]
    if explode and isinstance(value, Mapping):
        return ";".join(parts)
    return ";".join(part.partition("=")[2] if unquote(part.partition("=")[0]) == name else part for part in parts)


def header_value(raw: str, explode: bool, value: Any) -> Any:  # noqa: FBT001 # as specified
    """What a header says, in the shape of ``value``."""
    parts = [part.strip() for part in raw.split(",")] if raw else []
    if isinstance(value, list):
        return parts
    if isinstance(value, Mapping):
        if explode:
            return {key: one for key, _, one in (part.partition("=") for part in parts)}
        return dict(zip(parts[::2], parts[1::2], strict=True))
    return raw


def cookies_of(raw: str) -> Pairs:
    """Raw pairs of a Cookie header."""
    return [(name.strip(), value) for name, _, value in (one.partition("=") for one in raw.split(";") if one)]


def form_of(body: bytes) -> Pairs:
    """Raw pairs of a form."""
    return query_of(body.decode("ascii"))


def parts_of(content_type: str, body: bytes) -> list[tuple[str, str | None, str, bytes]]:
    """Name, file name, media type and content of every part of a multipart body."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        raw = part.get_payload(decode=True)
        found.append((str(name), part.get_filename(), part.get_content_type(), raw if isinstance(raw, bytes) else b""))
    return found
