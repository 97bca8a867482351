"""Parameters, read exactly: style by style to JSON values, which the contract's schemas accept or refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from . import styles
from .descriptors import Operation, Parameter
from .json_text import JSONError, decode
from .lexical import is_integer
from .percent import Malformed, pairs, unquote, unquote_plus
from .problems import Detail
from .schemas import Schemas, Validator, details, pointer
from .shapes import Shape

__all__ = ["Faults", "Parameters"]

_ABSENT: Final[Any] = object()
_AS_THEY_ARE: Final = (str, bool, Any)
"""Types whose JSON values need no conversion."""


def _verbatim(text: str) -> str:
    return text


class Faults(Exception):
    """What is wrong with parameters. ``malformed`` ones cannot even be read."""

    def __init__(self, *errors: Detail, malformed: bool = False) -> None:
        super().__init__(errors)
        self.errors = errors
        self.malformed = malformed


class _Reader:
    """Reads one parameter: candidate values by style, the first that the schema accepts, as a Python value."""

    __slots__ = (
        "_accepts",
        "_convert",
        "_default",
        "_only_integer",
        "_only_text",
        "argument",
        "explode",
        "has_parts",
        "is_plain",
        "name",
        "parameter",
        "shape",
        "source",
        "unquote",
        "validator",
    )

    def __init__(self, parameter: Parameter, kind: Any, schema: Sequence[str], schemas: Schemas) -> None:
        self.parameter = parameter
        self.name = parameter.name
        self.source = "query" if parameter.place == "querystring" else parameter.place
        self.explode = parameter.explode
        self.validator: Validator = schemas.validator(*schema)
        self._accepts = self.validator.is_valid
        self.shape: Shape = schemas.shape(*schema)
        self._convert = _converter(kind)
        self.unquote = _unquoting(parameter)
        self._default = self._declared_default()
        self.has_parts = self.shape.is_array or self.shape.is_object
        self.is_plain = parameter.style == "simple" and parameter.media_type is None and not self.has_parts
        self._only_text = self.shape.scalars == {"string"}
        self._only_integer = self.shape.scalars == {"integer"}
        self.argument = parameter.argument

    def scalar(self, text: str) -> Any:
        """The value of one text, for a shape that has no parts."""
        text = self.unquote(text)
        if self._only_text:
            return self._one(text)
        if self._only_integer and is_integer(text):
            return self._one(int(text))
        return self.value(self.shape.texts(text))

    def _one(self, value: Any) -> Any:
        if self._accepts(value):
            return value if self._convert is None or self._convert is int else self._converted(value)
        raise Faults(*details(self.validator, value, self.source, pointer((self.name,))))

    def value(self, candidates: Iterable[Any]) -> Any:
        """The Python value of the first candidate that the schema accepts."""
        first = _ABSENT
        for candidate in candidates:
            if self._accepts(candidate):
                return candidate if self._convert is None else self._converted(candidate)
            if first is _ABSENT:
                first = candidate
        raise Faults(*details(self.validator, first, self.source, pointer((self.name,))))

    def absent(self) -> Any:
        """The value where the request has none: the default, or None."""
        if self.parameter.required:
            raise Faults(self.fault("is required", "required"))
        return self._default()

    def fault(self, text: str, keyword: str | None = None) -> Detail:
        return Detail(self.source, pointer((self.name,)), text, keyword)

    def content(self, text: str) -> Any:
        """The value of a parameter with a media type."""
        if not _is_json(self.parameter.media_type or ""):
            return self.value((text,))
        try:
            return self.value((decode(text),))
        except JSONError as error:
            raise Faults(self.fault(str(error)), malformed=True) from None

    def _converted(self, value: Any) -> Any:
        assert self._convert is not None
        try:
            return self._convert(value)
        except ValidationError as error:
            raise Faults(*(self.fault(f"cannot be held: {each['msg']}") for each in error.errors())) from None

    def _declared_default(self) -> Callable[[], Any]:
        value = _default_of(self.shape)
        if value is _ABSENT or not self._accepts(value):
            return lambda: None
        convert = self._convert
        if convert is None:
            return lambda: value
        try:
            convert(value)
        except ValidationError:
            return lambda: None
        return lambda: convert(value)


def _unquoting(parameter: Parameter) -> Callable[[str], str]:
    if parameter.place in ("query", "querystring"):
        return unquote_plus
    if parameter.place == "path" or (parameter.place == "cookie" and parameter.style == "form"):
        return unquote
    return _verbatim


def _default_of(shape: Shape) -> Any:
    schema = shape.schema
    while isinstance(schema, Mapping):
        if "default" in schema:
            return schema["default"]
        if "$ref" not in schema:
            break
        schema = shape.resolve(schema["$ref"])
    return _ABSENT


def _converter(kind: Any) -> Callable[[Any], Any] | None:
    if kind in _AS_THEY_ARE:
        return None
    if kind in (int, float):
        return kind  # type: ignore[no-any-return]
    return TypeAdapter(kind).validator.validate_python


def _is_json(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip().lower()
    return essence in ("application/json", "text/json") or essence.endswith("+json")


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
        readers = [
            _Reader(
                parameter,
                kinds[parameter.argument],
                ("operations", operation.id, "parameters", f"{parameter.place}/{parameter.name}"),
                schemas,
            )
            for parameter in operation.parameters
        ]
        self._path = [each for each in readers if each.parameter.place == "path"]
        self._headers = [(each.name.lower().encode(), each) for each in readers if each.parameter.place == "header"]
        self._cookies = [each for each in readers if each.parameter.place == "cookie"]
        self._whole_query = next((each for each in readers if each.parameter.place == "querystring"), None)
        self._query = _Query(
            [each for each in readers if each.parameter.place == "query"],
            accept_unknown=accept_unknown,
            more_names=more_query_names,
        )

    def read(
        self, path: Mapping[str, str], query: bytes, headers: Sequence[tuple[bytes, bytes]], arguments: dict[str, Any]
    ) -> list[Faults]:
        """Fills the arguments; returns what is wrong. ``path`` holds the still encoded text of each placeholder."""
        faults: list[Faults] = []
        for reader in self._path:
            text = path.get(reader.name)
            if text is not None and reader.is_plain:
                try:
                    arguments[reader.argument] = reader.scalar(text)
                    continue
                except (Malformed, Faults):
                    pass  # told below, as for every other parameter
            _try(_path_value, reader, arguments, faults, text)
        if self._whole_query is not None:
            _try(_whole_query_value, self._whole_query, arguments, faults, query)
        elif query or self._query.readers:
            self._query.read(query, arguments, faults)
        for name, reader in self._headers:
            _try(_header_value, reader, arguments, faults, name, headers)
        if self._cookies:
            jar = _cookies(headers)
            for reader in self._cookies:
                _try(_cookie_value, reader, arguments, faults, jar)
        return faults


def _try(
    read: Callable[..., Any], reader: _Reader, arguments: dict[str, Any], faults: list[Faults], *source: Any
) -> None:
    try:
        arguments[reader.parameter.argument] = read(reader, *source)
    except Malformed as error:
        faults.append(Faults(reader.fault(f"cannot be read: {error}"), malformed=True))
    except Faults as error:
        faults.append(error.with_traceback(None))  # its frame would hold the list, and the list its frame


def _path_value(reader: _Reader, text: str | None) -> Any:
    parameter = reader.parameter
    if text is None:
        return reader.absent()
    if parameter.media_type is not None:
        return reader.content(unquote(text))
    if parameter.style == "simple" and not reader.has_parts:
        return reader.scalar(text)
    if parameter.style == "label":
        return reader.value(styles.label(text, reader.shape, unquote, explode=parameter.explode))
    if parameter.style == "matrix":
        return reader.value(styles.matrix(text, reader.name, reader.shape, unquote, explode=parameter.explode))
    return reader.value(styles.delimited(text, "simple", reader.shape, unquote, explode=parameter.explode))


def _header_value(reader: _Reader, name: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Any:
    found = [value for key, value in headers if key == name]
    if not found:
        return reader.absent()
    if len(found) > 1 and not reader.has_parts:
        raise Faults(reader.fault("is given more than once"), malformed=True)
    text = ",".join(map(_header_text, found))
    if reader.parameter.media_type is not None:
        return reader.content(text)
    if not reader.has_parts:
        return reader.scalar(text)
    text = ",".join(part.strip(" \t") for part in text.split(","))
    return reader.value(styles.delimited(text, "simple", reader.shape, _verbatim, explode=reader.explode))


def _header_text(value: bytes) -> str:
    """Octets of a header are UTF-8 where they can be, else ISO 8859-1 (RFC 9110, section 5.5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("iso-8859-1")


def _cookies(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    jar: dict[str, list[str]] = {}
    for key, value in headers:
        if key == b"cookie":
            for part in _header_text(value).split(";"):
                name, equals, text = part.strip(" \t").partition("=")
                if equals:
                    jar.setdefault(name, []).append(text.removeprefix('"').removesuffix('"'))
    return jar


def _cookie_value(reader: _Reader, jar: Mapping[str, list[str]]) -> Any:
    if reader.explode and reader.shape.is_object and reader.parameter.media_type is None:
        members = [(name, text) for name in reader.shape.properties for text in jar.get(name, ())]
        if not members:
            return reader.absent()
        return reader.value((styles.exploded_object(members, reader.shape, reader.unquote),))
    texts = jar.get(reader.name)
    return reader.absent() if texts is None else _by_name(reader, texts)


def _by_name(reader: _Reader, texts: Sequence[str]) -> Any:
    """The value of a form-style parameter, given the texts of its name."""
    parameter = reader.parameter
    if parameter.allow_empty and not any(texts):
        return reader.absent()
    if parameter.media_type is not None:
        return reader.content(reader.unquote(_single(reader, texts)))
    if not reader.has_parts:
        return reader.scalar(_single(reader, texts))
    if parameter.explode:
        if not reader.shape.is_array:
            _single(reader, texts)
        return reader.value(styles.repeated(texts, reader.shape, reader.unquote))
    text = _single(reader, texts)
    return reader.value(styles.delimited(text, parameter.style, reader.shape, reader.unquote, explode=False))


def _single(reader: _Reader, texts: Sequence[str]) -> str:
    if len(texts) > 1:
        raise Faults(reader.fault("is given more than once"), malformed=True)
    return texts[0]


def _whole_query_value(reader: _Reader, query: bytes) -> Any:
    """A parameter that takes the whole query string (OpenAPI 3.2, ``in: querystring``)."""
    if not query:
        return reader.absent()
    if _is_json(reader.parameter.media_type or ""):
        return reader.content(unquote(query.decode("ascii", "replace")))
    if (reader.parameter.media_type or "").startswith("application/x-www-form-urlencoded"):
        return reader.value((styles.exploded_object(pairs(query), reader.shape, unquote_plus),))
    return reader.content(unquote(query.decode("ascii", "replace")))


class _Query:
    """The parameters in the query string, which no two of them may share a name of."""

    def __init__(self, readers: list[_Reader], *, accept_unknown: bool, more_names: Iterable[str]) -> None:
        self.readers = readers
        self._accept_unknown = accept_unknown
        self._more_names = frozenset(more_names)
        self._deep = [each for each in readers if each.parameter.style == "deepObject"]
        self._spread = [each for each in readers if _is_spread(each)]
        self._named = [each for each in readers if each not in self._deep and each not in self._spread]
        self._names = frozenset(each.name for each in self._named)

    def read(self, query: bytes, arguments: dict[str, Any], faults: list[Faults]) -> None:
        if not query:
            for reader in self.readers:
                _try(_Reader.absent, reader, arguments, faults)
            return
        try:
            given = pairs(query)
        except Malformed as error:
            faults.append(Faults(Detail("query", "", str(error)), malformed=True))
            return
        texts: dict[str, list[str]] = {}
        for name, text in given:
            texts.setdefault(name, []).append(text)
        self._read(texts, arguments, faults)

    def _read(self, texts: dict[str, list[str]], arguments: dict[str, Any], faults: list[Faults]) -> None:
        for reader in self._named:
            found = texts.pop(reader.name, None)
            if found is None:
                _try(_Reader.absent, reader, arguments, faults)
            else:
                _try(_by_name, reader, arguments, faults, found)
        for reader in self._deep:
            _try(_deep_value, reader, arguments, faults, _taken(texts, _is_deep(reader.name)))
        for reader in self._spread:
            _try(_spread_value, reader, arguments, faults, _taken(texts, self._is_part(reader)))
        if texts and not self._accept_unknown:
            self._refuse_unknown(texts, faults)

    def _is_part(self, reader: _Reader) -> Callable[[str], bool]:
        invites = reader.shape.additional is not None
        return lambda name: name in reader.shape.properties or (invites and name not in self._more_names)

    def _refuse_unknown(self, texts: Iterable[str], faults: list[Faults]) -> None:
        unknown = [name for name in texts if name not in self._more_names]
        details_ = [Detail("query", pointer((name,)), "is not a parameter here") for name in unknown]
        faults += [Faults(each, malformed=True) for each in details_]


def _is_spread(reader: _Reader) -> bool:
    """Whether each property of the parameter is a name of its own in the query string."""
    parameter = reader.parameter
    whole = parameter.style == "form" and parameter.explode and parameter.media_type is None
    return whole and reader.shape.is_object and not reader.shape.is_array


def _is_deep(name: str) -> Callable[[str], bool]:
    return lambda given: given == name or given.startswith(name + "[")


def _taken(texts: dict[str, list[str]], wanted: Callable[[str], bool]) -> list[tuple[str, str]]:
    names = [name for name in texts if wanted(name)]
    return [(name, text) for name in names for text in texts.pop(name)]


def _deep_value(reader: _Reader, members: list[tuple[str, str]]) -> Any:
    if not members:
        return reader.absent()
    inner = [(name.removeprefix(reader.name), text) for name, text in members]
    return reader.value((styles.deep_object(inner, reader.shape, reader.unquote),))


def _spread_value(reader: _Reader, members: list[tuple[str, str]]) -> Any:
    if not members:
        return reader.absent()
    return reader.value((styles.exploded_object(members, reader.shape, reader.unquote),))
