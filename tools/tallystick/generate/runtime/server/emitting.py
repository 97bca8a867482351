"""Messages that the server sends on its own account (webhooks, callbacks), up to the point of signing and sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

from .answers import header_text
from .media import kind_of

__all__ = ["Message", "message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: what is fixed by the contract, and the bytes of its content."""

    name: str
    kind: Literal["webhook", "callback"]
    method: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)


def message(
    *,
    name: str,
    kind: Literal["webhook", "callback"],
    method: str,
    media_type: str | None,
    body: Any,
    type_: Any,
    header_values: Mapping[str, Any] | None = None,
    query_values: Mapping[str, Any] | None = None,
    path_values: Mapping[str, Any] | None = None,
    cookie_values: Mapping[str, Any] | None = None,
) -> Message:
    """Builds a message; values that are None are left out.

    Raises:
        pydantic.ValidationError: the body is not what the contract declares.
        ContractViolation: a value cannot stand in a header.
    """
    headers = _texts(header_values)
    if media_type is not None:
        headers["content-type"] = media_type
    cookies = _texts(cookie_values)
    if cookies:
        headers["cookie"] = "; ".join(f"{key}={text}" for key, text in cookies.items())
    content = _content(media_type, body, type_)
    return Message(
        name=name,
        kind=kind,
        method=method,
        content=content,
        headers=headers,
        query=_texts(query_values),
        path=_texts(path_values),
    )


def _texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: header_text(value) for name, value in (values or {}).items() if value is not None}


def _content(media_type: str | None, body: Any, type_: Any) -> bytes:
    if media_type is None or body is None:
        return b""
    if kind_of(media_type) != "json":
        return body.encode() if isinstance(body, str) else bytes(body)
    adapter: TypeAdapter[Any] = TypeAdapter(type_)
    return adapter.dump_json(adapter.validate_python(body, from_attributes=True), by_alias=True)
