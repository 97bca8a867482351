"""JSON values of bodies: judged by their schema, then made into the handler's types."""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from .explanations import explainer
from .lexical import with_whole_numbers
from .parameter_values import TOO_AMBIGUOUS, Faults
from .problems import Detail
from .readings import Node, NotAccepted, accepted
from .schemas import Schemas, Validator, details, place_within, pointer
from .shapes import Shape

__all__ = ["BodyValue"]


class BodyValue:
    """A JSON value accepted by a schema, as a Python value."""

    def __init__(self, path: tuple[str, ...], kind: Any, schemas: Schemas) -> None:
        self.validator: Validator = schemas.validator(*path)
        self._accepts = self.validator.is_valid
        self._explain = explainer(schemas, *path)
        self._convert = None if kind is Any else _converter(kind, exact=_has_loose_union(kind))

    def read(self, value: Any, where: str = "") -> Any:
        """The value, or the ``Faults``: raising them for every refused body would cost more than finding them."""
        if self._accepts(value):
            return self.convert(value, where)
        return Faults(*(details(self.validator, value, where=where) if where else self._explain(value)))

    def accepted(self, node: Node, shape: Shape) -> Any:
        """The JSON value of what texts stand for.

        Raises:
            Faults: the schema accepts none of the values that they may stand for.
        """
        try:
            return accepted(node, shape, self._accepts)
        except NotAccepted as error:
            told = [Detail("body", "", TOO_AMBIGUOUS)] if error.gave_up else details(self.validator, error.closest)
            raise Faults(*told) from None

    def convert(self, value: Any, where: str = "") -> Any:
        """The Python value of an accepted one.

        Raises:
            Faults: Python cannot hold it.
        """
        if self._convert is None:
            return value
        try:
            return self._convert(value)
        except ValidationError:
            pass
        try:
            return self._convert(with_whole_numbers(value))
        except ValidationError as error:
            raise Faults(*_unheld(error, value, where)) from None


def _converter(kind: Any, *, exact: bool) -> Callable[[Any], Any]:
    """Makes the Python value of a JSON value.

    An undeclared member is not taken for a declared one that has its name in Python alone. ``exact``: no class of
    several is chosen because a text can be read as its number. Pydantic reads only JSON so strictly.
    """
    validator = TypeAdapter(kind).validator
    convert, read = validator.validate_python, validator.validate_json
    if not exact:
        return lambda value: convert(value, by_alias=True, by_name=False)

    def converted(value: Any) -> Any:
        try:
            return read(to_json(with_whole_numbers(value)), strict=True, by_alias=True, by_name=False)
        except ValueError:  # not so strictly, or there is a file in it
            return convert(value, by_alias=True, by_name=False)

    return converted


def _has_loose_union(kind: Any) -> bool:
    """Whether somewhere in a type several objects or lists are alternatives, and no discriminator tells which."""
    waiting: list[Any] = [kind]
    seen: set[Any] = set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, type) and issubclass(part, BaseModel):
            if part not in seen:
                seen.add(part)
                fields = [field for field in part.model_fields.values() if field.discriminator is None]
                waiting += [field.annotation for field in fields]
        elif hasattr(part, "__value__"):
            if part not in seen:
                seen.add(part)
                waiting.append(part.__value__)
        elif any(getattr(each, "discriminator", None) for each in getattr(part, "__metadata__", ())):
            continue
        elif get_origin(part) in (Union, UnionType) and sum(map(_is_container, get_args(part))) > 1:
            return True
        else:
            waiting += get_args(part)
    return False


def _is_container(kind: Any) -> bool:
    while hasattr(kind, "__value__"):
        kind = kind.__value__
    origin = get_origin(kind)
    if origin in (Union, UnionType, Annotated):
        return any(map(_is_container, get_args(kind)))
    return origin in (list, dict) or (isinstance(kind, type) and issubclass(kind, BaseModel))


def _unheld(error: ValidationError, value: Any, where: str) -> list[Detail]:
    """Values that the schema accepts and Python cannot hold, such as the 31st of June in year 0."""
    return [
        Detail("body", where + pointer(place_within(value, each["loc"])), f"cannot be held: {each['msg']}")
        for each in error.errors()
    ]
