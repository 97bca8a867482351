"""Parameters, read exactly: style by style to JSON values, which the contract's schemas accept or refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from . import styles
from .descriptors import Operation
from .media import kind_of
from .parameter_values import Faults, ParameterValue
from .percent import Malformed, as_text, cookie_text, pairs, unquote, unquote_plus
from .query import Query, attempt
from .schemas import Schemas

__all__ = ["Faults", "Parameters"]

_Headers = Sequence[tuple[bytes, bytes]]


class Parameters:
    """Every parameter of an operation: from the parts of a request to the arguments of the handler."""

    def __init__(
        self,
        operation: Operation,
        kinds: Mapping[str, Any],
        schemas: Schemas,
        *,
        accept_unknown: bool,
        more_query_names: Iterable[str] = (),
    ) -> None:
        values = [
            ParameterValue(
                parameter,
                kinds[parameter.argument],
                ("operations", operation.id, "parameters", f"{parameter.place}/{parameter.name}"),
                schemas,
            )
            for parameter in operation.parameters
        ]
        self._path = [each for each in values if each.parameter.place == "path"]
        self._headers = [(each.name.lower().encode(), each) for each in values if each.parameter.place == "header"]
        self._cookies = [each for each in values if each.parameter.place == "cookie"]
        self._whole_query = next((each for each in values if each.parameter.place == "querystring"), None)
        self._query = Query(
            [each for each in values if each.parameter.place == "query"],
            accept_unknown=accept_unknown,
            more_names=more_query_names,
        )

    def read(self, path: Mapping[str, str], query: bytes, headers: _Headers, arguments: dict[str, Any]) -> list[Faults]:
        """Fills the arguments; returns what is wrong. ``path`` holds the still encoded text of each placeholder."""
        faults: list[Faults] = []
        for value in self._path:
            text = path.get(value.name)
            if text is not None and value.is_plain:
                try:
                    arguments[value.argument] = value.scalar(text)
                    continue
                except (Malformed, Faults):
                    pass  # told below, as for every other parameter
            attempt(_path_value, value, arguments, faults, text)
        if self._whole_query is not None:
            attempt(_whole_query_value, self._whole_query, arguments, faults, query)
        elif query or self._query.values:
            self._query.read(query, arguments, faults)
        for name, value in self._headers:
            attempt(_header_value, value, arguments, faults, name, headers)
        if self._cookies:
            jar = _cookies(headers)
            for value in self._cookies:
                attempt(_cookie_value, value, arguments, faults, jar)
        return faults


def _path_value(value: ParameterValue, text: str | None) -> Any:
    parameter = value.parameter
    if text is None:
        return value.absent()
    if parameter.media_type is not None:
        return value.content(unquote(text))
    if parameter.style == "simple" and not value.has_parts:
        return value.scalar(text)
    if parameter.style == "label":
        return value.value(styles.label(text, value.shape, unquote, explode=parameter.explode))
    if parameter.style == "matrix":
        return value.value(styles.matrix(text, value.name, value.shape, unquote, explode=parameter.explode))
    return value.value(styles.delimited(text, "simple", value.shape, unquote, explode=parameter.explode))


_LISTS: Final = frozenset(
    (
        b"accept-charset",
        b"accept-encoding",
        b"accept-language",
        b"cache-control",
        b"forwarded",
        b"if-match",
        b"if-none-match",
        b"link",
        b"prefer",
        b"te",
        b"via",
        b"x-forwarded-for",
    )
)
"""Headers that are lists by themselves: several lines of one are the same as one line (RFC 9110, section 5.3)."""


def _header_value(value: ParameterValue, name: bytes, headers: _Headers) -> Any:
    found = [text for key, text in headers if key == name]
    if not found:
        return value.absent()
    if len(found) > 1 and not value.has_parts and name not in _LISTS:
        raise Faults(value.fault("is given more than once"), malformed=True)
    text = ",".join(map(_header_text, found))
    if value.parameter.media_type is not None:
        return value.content(text)
    if not value.has_parts:
        return value.scalar(text)
    return value.value(styles.delimited(text, "simple", value.shape, _stripped, explode=value.explode))


def _stripped(text: str) -> str:
    return text.strip(" \t")


def _header_text(value: bytes) -> str:
    """Octets of a header are UTF-8 where they can be, else ISO 8859-1 (RFC 9110, section 5.5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("iso-8859-1")


def _cookies(headers: _Headers) -> dict[str, list[str]]:
    jar: dict[str, list[str]] = {}
    for key, value in headers:
        if key == b"cookie":
            for part in _header_text(value).split(";"):
                name, equals, text = part.strip(" \t").partition("=")
                if equals:
                    jar.setdefault(_cookie_name(name), []).append(text)
    return jar


def _cookie_name(name: str) -> str:
    """The name of a cookie, percent-decoded where it can be: most characters cannot stand in one."""
    try:
        return unquote(name)
    except Malformed:
        return name


def _cookie_value(value: ParameterValue, jar: Mapping[str, Sequence[str]]) -> Any:
    if value.parameter.media_type is not None:
        return value.by_name(jar[value.name]) if value.name in jar else value.absent()
    if value.has_parts and value.explode:
        jar = _spread_cookies(jar)
        if value.shape.is_object:
            members = [(name, text) for name in value.shape.properties for text in jar.get(name, ())]
            if members or not value.has_own_name:
                return value.by_members(members)
    texts = jar.get(value.name)
    return value.absent() if texts is None else value.by_name([cookie_text(text) for text in texts])


def _spread_cookies(jar: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Several texts in one cookie, as RFC 6570 would write them for a query: ``v=1&v=2``."""
    spread: dict[str, list[str]] = {}
    for first, texts in jar.items():
        for text in texts:
            for part in f"{first}={text}".split("&"):
                name, _, inner = part.partition("=")
                spread.setdefault(name, []).append(cookie_text(inner))
    return spread


def _whole_query_value(value: ParameterValue, query: bytes) -> Any:
    """A parameter that takes the whole query string (OpenAPI 3.2, ``in: querystring``)."""
    if not query:
        return value.absent()
    if kind_of(value.parameter.media_type or "") == "form":
        return value.value(styles.exploded_object(pairs(query), value.shape, unquote_plus))
    return value.content(unquote(as_text(query)))
