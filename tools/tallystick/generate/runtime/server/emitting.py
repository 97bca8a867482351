"""Messages that the server sends on its own account (webhooks, callbacks), up to the point of signing and sending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote

from pydantic_core import to_json, to_jsonable_python

from .answers import header_text
from .codec import json_bytes, text_bytes
from .media import kind_of
from .problems import ContractViolation

__all__ = ["Message", "message"]

_DELIMITERS: Final = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_IN_COOKIES: Final = "!#$&'()*+-./:<=>?@[]^_`{|}~"
"""What a cookie value may hold as it is (RFC 6265, section 4.1.1), but for the percent sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: what is fixed by the contract, and the bytes of its content. Where it goes is for its sender."""

    name: str
    kind: Literal["webhook", "callback"]
    method: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    """Names and values in their order, not yet percent-encoded."""
    path: Mapping[str, str] = field(default_factory=dict)
    """Values of the placeholders, not yet percent-encoded."""


def message(
    *,
    name: str,
    kind: Literal["webhook", "callback"],
    method: str,
    media_type: str | None,
    body: Any,
    type_: Any,
    optional: bool = False,
    header_values: Mapping[str, Any] | None = None,
    query_values: Mapping[str, Any] | None = None,
    query_styles: Mapping[str, tuple[str, bool]] | None = None,
    path_values: Mapping[str, Any] | None = None,
    cookie_values: Mapping[str, Any] | None = None,
) -> Message:
    """Builds a message; values that are None are left out, and so is an ``optional`` body.

    ``query_styles`` are style and explode of the query parameters that are not sent as ``form`` and exploded.

    Raises:
        ContractViolation: the body is not what the contract declares, or a value cannot stand in a header.
    """
    headers = {key: header_text(_text(value)) for key, value in _present(header_values)}
    cookies = [f"{key}={quote(_text(value), safe=_IN_COOKIES)}" for key, value in _present(cookie_values)]
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    content = b""
    if media_type is not None and not (optional and body is None):
        headers["content-type"] = media_type
        content = _content(media_type, body, type_)
    styles = query_styles or {}
    query = [_pairs(key, value, *styles.get(key, ("form", True))) for key, value in _present(query_values)]
    return Message(
        name=name,
        kind=kind,
        method=method,
        content=content,
        headers=headers,
        query=tuple(pair for pairs in query for pair in pairs),
        path={key: _text(value) for key, value in _present(path_values)},
    )


def _present(values: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """The values that are there, as JSON would have them: models as objects, times as text."""
    for name, value in (values or {}).items():
        if value is not None:
            yield name, to_jsonable_python(value, by_alias=True, exclude_none=True)


def _pairs(name: str, value: Any, style: str, explode: bool) -> list[tuple[str, str]]:  # noqa: FBT001 - as declared
    """A query parameter by its style (OpenAPI 3.1.1, section 4.8.12.3)."""
    if isinstance(value, dict):
        value = {key: member for key, member in value.items() if member is not None}
        if style == "deepObject":
            return [(f"{name}[{key}]", _text(member)) for key, member in value.items()]
        if explode:
            return [(key, _text(member)) for key, member in value.items()]
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, list):
        if explode:
            return [(name, _text(item)) for item in value]
        return [(name, _DELIMITERS.get(style, ",").join(map(_text, value)))]
    return [(name, _text(value))]


def _text(value: Any) -> str:
    """A JSON value in the style ``simple``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return to_json(value).decode()


def _content(media_type: str, body: Any, type_: Any) -> bytes:
    if kind_of(media_type) == "json":
        return json_bytes(type_)(body)
    content = text_bytes(body)
    if not isinstance(content, bytes):
        raise ContractViolation("a message is sent whole; its body is a stream")
    return content
