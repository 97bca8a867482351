"""Requests built from values: each parameter in its wire style (OpenAPI 3.1.1, section 4.8.12.2), the body as bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from tallystick.contract import MediaType, Operation, Parameter

__all__ = ["Draft", "Unbuildable", "is_json", "text_of"]

_MULTIPART: Final = "multipart/form-data"
_BOUNDARY: Final = "tally-7d1f5c0e9b3a"
_SEPARATORS: Final = {"spaceDelimited": " ", "pipeDelimited": "|"}


class Unbuildable(Exception):
    """The request cannot be written here (a style, a media type). The operation is left to Schemathesis."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A request to an operation before it is text. ``parameters`` are values, or text where ``as_text`` names them."""

    operation: Operation
    parameters: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    media: MediaType | None = None
    body: Any = None
    raw: bytes | None = None
    """The body when it is no value: broken JSON, for example."""

    def path(self) -> str:
        """The path and query. Raises Unbuildable."""
        path = self.operation.path
        query: list[tuple[str, str]] = []
        for parameter, value in self._of("path"):
            path = path.replace(f"{{{parameter.name}}}", quote(_simple(parameter, value), safe=""))
        for parameter, value in self._of("query"):
            query += _query(parameter, value)
        return f"{path}?{urlencode(query, quote_via=quote)}" if query else path

    def headers(self) -> dict[str, str]:
        """Header parameters and the content type. Raises Unbuildable."""
        found = {parameter.name: _simple(parameter, value) for parameter, value in self._of("header")}
        if any(True for _ in self._of("cookie")):
            raise Unbuildable("a cookie parameter")
        if self.media is not None:
            found["Content-Type"] = (
                f"{_MULTIPART}; boundary={_BOUNDARY}" if self.media.name == _MULTIPART else self.media.name
            )
        return found

    def content(self) -> bytes | None:
        """The body. Raises Unbuildable."""
        if self.raw is not None or self.media is None:
            return self.raw
        if is_json(self.media.name):
            return json.dumps(self.body).encode()
        if self.media.name == "application/x-www-form-urlencoded" and isinstance(self.body, dict):
            return urlencode({name: text_of(value) for name, value in self.body.items()}).encode()
        if self.media.name == _MULTIPART and isinstance(self.body, dict):
            return _multipart(self.media, self.body)
        raise Unbuildable(self.media.name)

    def _of(self, place: str) -> Iterator[tuple[Parameter, Any]]:
        for parameter in self.operation.parameters:
            key = (parameter.place, parameter.name)
            if parameter.place == place and key in self.parameters:
                yield parameter, self.parameters[key]


def _multipart(media: MediaType, body: Mapping[str, Any]) -> bytes:
    """One part for each property (RFC 7578); those with a content type of their own are files (section 4.8.15.1)."""
    parts = []
    for name, value in body.items():
        encoding = media.encoding.get(name)
        kind = encoding.content_type if encoding is not None else None
        disposition = f'form-data; name="{name}"'
        head = f'{disposition}; filename="{name}"\r\nContent-Type: {kind.split(",")[0]}' if kind else disposition
        text = text_of(value) if not isinstance(value, dict | list) else json.dumps(value)
        parts.append(f"--{_BOUNDARY}\r\nContent-Disposition: {head}\r\n\r\n{text}\r\n")
    return f"{''.join(parts)}--{_BOUNDARY}--\r\n".encode()


def is_json(name: str) -> bool:
    """Whether a media type is JSON (RFC 6839, section 3.1)."""
    plain = name.partition(";")[0].strip()
    return plain == "application/json" or plain.endswith("+json")


def text_of(value: Any) -> str:
    """A scalar as text. Raises Unbuildable for others."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return json.dumps(value)
    raise Unbuildable(f"a {type(value).__name__} inside a parameter")


def _simple(parameter: Parameter, value: Any) -> str:
    if parameter.style != "simple" or isinstance(value, dict):
        raise Unbuildable(f"the style {parameter.style}")
    return ",".join(map(text_of, value)) if isinstance(value, list) else text_of(value)


def _query(parameter: Parameter, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if parameter.style != "deepObject":
            raise Unbuildable(f"an object in the style {parameter.style}")
        yield from ((f"{parameter.name}[{name}]", text_of(each)) for name, each in value.items())
    elif isinstance(value, list):
        if parameter.explode:
            yield from ((parameter.name, text_of(each)) for each in value)
        else:
            yield parameter.name, _SEPARATORS.get(parameter.style, ",").join(map(text_of, value))
    else:
        yield parameter.name, text_of(value)
