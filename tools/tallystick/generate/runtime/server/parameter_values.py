"""The value of one parameter: what its texts may stand for, judged by its schema, as a Python value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, time
from functools import partial
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import ValidationError

from . import styles
from .conversion import converter
from .descriptors import Parameter
from .json_text import JSONError, decode
from .lexical import is_integer, with_whole_numbers
from .media import kind_of
from .percent import pairs, unquote, unquote_plus
from .problems import Detail
from .readings import Node, NotAccepted, accepted
from .schemas import Schemas, Validator, details, place_within, pointer
from .shapes import Shape

__all__ = ["TOO_AMBIGUOUS", "Faults", "ParameterValue"]

TOO_AMBIGUOUS: Final = "may mean more than can be tried; write it so that fewer meanings are possible"
_ABSENT: Final[Any] = object()
_LIKE_A_DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-|[0-9]{2}:[0-9]{2}:")
_JSON: Final = (str, bool, int, float, type(None), None, Any)
"""Types whose values are JSON values already."""


def verbatim(text: str) -> str:
    """Text that carries no percent-encoding."""
    return text


class Faults(Exception):
    """What is wrong with parameters. ``malformed`` ones cannot even be read."""

    def __init__(self, *errors: Detail, malformed: bool = False) -> None:
        super().__init__(errors)
        self.errors = errors
        self.malformed = malformed


class ParameterValue:
    """Reads the value of one parameter. Every method raises ``Faults`` for what the contract refuses."""

    __slots__ = (
        "_accepts",
        "_convert",
        "_default",
        "_only_integer",
        "_only_text",
        "argument",
        "explode",
        "has_own_name",
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
        self.has_parts = self.shape.has_parts
        self.has_own_name = self.shape.is_array or (bool(self.shape.scalars) and self.name not in self.shape.properties)
        self.is_plain = parameter.style == "simple" and parameter.media_type is None and not self.has_parts
        self._only_text = self.shape.is_text
        self._only_integer = self.shape.scalars == {"integer"}
        self.argument = parameter.argument

    def scalar(self, text: str) -> Any:
        """The value of one text, for a shape that has no parts."""
        text = self.unquote(text)
        if self._only_text:
            return self._one(text)
        if self._only_integer and is_integer(text):
            return self._one(int(text))
        return self.value(text)

    def _one(self, value: Any) -> Any:
        if self._accepts(value):
            return value if self._convert is None else self._converted(value)
        raise Faults(*self._details(value))

    def value(self, node: Node) -> Any:
        """The Python value of what the texts stand for."""
        try:
            value = accepted(node, self.shape, self._accepts)
        except NotAccepted as error:
            told = self._details(error.closest)
            raise Faults(*([self.fault(TOO_AMBIGUOUS)] if error.gave_up else told)) from None
        return value if self._convert is None else self._converted(value)

    def _details(self, value: Any) -> list[Detail]:
        return details(self.validator, value, self.source, pointer((self.name,)))

    def absent(self) -> Any:
        """The value where the request has none: the default, or None."""
        if self.parameter.required:
            raise Faults(self.fault("is required", "required"))
        return self._default()

    def fault(self, text: str, keyword: str | None = None) -> Detail:
        """Something wrong with the parameter as a whole."""
        return Detail(self.source, pointer((self.name,)), text, keyword)

    def content(self, text: str) -> Any:
        """The value of a parameter with a media type."""
        kind = kind_of(self.parameter.media_type or "")
        if kind == "form":
            return self.value(styles.exploded_object(pairs(text.encode()), self.shape, unquote_plus))
        if kind != "json":
            return self.value(text)
        try:
            value = decode(text)
        except JSONError as error:
            raise Faults(self.fault(str(error)), malformed=True) from None
        if not self._accepts(value):
            raise Faults(*self._details(value))
        return value if self._convert is None else self._converted(value)

    def by_name(self, texts: Sequence[str]) -> Any:
        """The value of a form-style parameter, given the texts of its name.

        With ``allowReserved`` a plus sign may be sent as it is (RFC 6570, section 3.2.3), though forms mean a space.
        """
        if not self.parameter.allow_reserved or not any("+" in text for text in texts):
            return self._by_name(texts)
        try:
            return self._by_name(texts)
        except Faults as faults:
            try:
                return self._by_name([text.replace("+", "%2B") for text in texts])
            except Faults:
                raise faults from None

    def _by_name(self, texts: Sequence[str]) -> Any:
        parameter = self.parameter
        if parameter.allow_empty and not parameter.required and not any(texts):
            return self.absent()
        if parameter.media_type is not None:
            return self.content(self.unquote(self._single(texts)))
        if not self.has_parts:
            return self.scalar(self._single(texts))
        if parameter.explode:
            if not self.shape.is_array:
                self._single(texts)
            return self.value(styles.repeated(texts, self.shape, self.unquote))
        text = self._single(texts)
        return self.value(styles.delimited(text, parameter.style, self.shape, self.unquote, explode=False))

    def by_members(self, members: Sequence[tuple[str, str]]) -> Any:
        """The value of an object whose properties are names of their own."""
        if not members:
            return self.absent()
        return self.value(styles.exploded_object(members, self.shape, self.unquote))

    def _single(self, texts: Sequence[str]) -> str:
        if len(texts) > 1:
            raise Faults(self.fault("is given more than once"), malformed=True)
        return texts[0]

    def _converted(self, value: Any) -> Any:
        assert self._convert is not None
        try:
            return self._convert(value)
        except (ValueError, TypeError, OverflowError):
            pass
        try:
            return self._convert(with_whole_numbers(value))
        except ValidationError as error:
            told = ((place_within(value, each["loc"]), each["msg"]) for each in error.errors())
            raise Faults(*(self._unheld(where, message) for where, message in told)) from None
        except (ValueError, TypeError, OverflowError) as error:
            raise Faults(self._unheld((), str(error))) from None

    def _unheld(self, where: Sequence[str | int], message: str) -> Detail:
        """A value that the schema accepts and Python cannot hold, such as the 31st of June in year 0."""
        return Detail(self.source, pointer((self.name, *where)), f"cannot be held: {message}")

    def _declared_default(self) -> Callable[[], Any]:
        value = _default_of(self.shape)
        if value is _ABSENT or not self._accepts(value):
            return lambda: None
        if "number" not in self.shape.types:
            value = with_whole_numbers(value)
        convert = self._convert
        if convert is None:
            return partial(deepcopy, value)  # a handler may change the list that it is given
        try:
            convert(value)
        except (ValueError, TypeError, OverflowError):
            return lambda: None
        return lambda: convert(deepcopy(value))


def _unquoting(parameter: Parameter) -> Callable[[str], str]:
    if parameter.place in ("query", "querystring"):
        return unquote_plus
    if parameter.place == "path" or (parameter.place == "cookie" and parameter.style == "form"):
        return unquote
    return verbatim


def _default_of(shape: Shape) -> Any:
    schema = shape.schema
    seen: set[str] = set()
    while isinstance(schema, Mapping):
        if "default" in schema:
            return schema["default"]
        ref = schema.get("$ref")
        if ref is None or ref in seen:
            break
        seen.add(ref)
        schema = shape.resolve(ref)
    return _ABSENT


def _converter(kind: Any) -> Callable[[Any], Any] | None:
    """What makes a Python value of a JSON value; None where they are the same.

    Pydantic takes ``1`` for ``Literal[True]``, so it is not asked where a value may be kept.
    """
    if kind is float:
        return float
    found = set(_members(kind, set()))
    if found <= {*_JSON, Literal} and (float not in found or found & {bool, Literal}):
        return None
    convert = converter(kind)
    if len(found - {None, type(None)}) == 1 and Literal not in found:
        return convert
    return lambda value: _told_apart(value, convert(value))


def _told_apart(value: Any, converted: Any) -> Any:
    """What was made of a value, where it is what the value says: ``1`` is neither ``True`` nor a second of 1970."""
    if isinstance(value, list) and isinstance(converted, list):
        return [_told_apart(each, made) for each, made in zip(value, converted, strict=True)]
    if isinstance(value, dict) and isinstance(converted, dict):
        return {name: _told_apart(each, converted[name]) for name, each in value.items()}
    if isinstance(converted, (date, time)):
        return converted if isinstance(value, str) and _LIKE_A_DATE.match(value) else value
    is_same = not isinstance(converted, (bool, int, float, str)) or _sort(value) == _sort(converted)
    return converted if is_same else value


def _sort(value: Any) -> type:
    """Truth value, number or text."""
    return next((kind for kind in (bool, str) if isinstance(value, kind)), float)


def _members(kind: Any, seen: set[int]) -> Iterator[Any]:
    """The types that a type is made of, aliases followed."""
    origin = get_origin(kind)
    if hasattr(kind, "__value__"):
        if id(kind) not in seen:
            yield from _members(kind.__value__, seen | {id(kind)})
    elif origin in (list, dict, Union, UnionType):
        for each in get_args(kind):
            yield from _members(each, seen)
    else:
        yield Literal if origin is Literal else kind
