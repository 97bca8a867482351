"""From JSON values to the Python types of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from enum import Enum
from functools import partial
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, TypeAdapter
from pydantic_core import to_json

from .lexical import with_whole_numbers

__all__ = ["converter"]


def converter(kind: Any) -> Callable[[Any], Any]:
    """Makes the Python value of a JSON value.

    An undeclared member is not taken for a declared one that has its name in Python alone, and no member of a union is
    chosen because a text can be read as its number. Pydantic reads only JSON so strictly.
    """
    validator = TypeAdapter(kind).validator
    convert, read = validator.validate_python, validator.validate_json
    if not _has_loose_union(kind):
        return partial(convert, by_alias=True, by_name=False)

    def converted(value: Any) -> Any:
        try:
            return read(to_json(with_whole_numbers(value)), strict=True, by_alias=True, by_name=False)
        except ValueError:  # not so strictly, or there is a file in it
            return convert(value, by_alias=True, by_name=False)

    return converted


def _has_loose_union(kind: Any) -> bool:
    """Whether somewhere in a type there are alternatives that Pydantic confuses, and no discriminator tells which."""
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
        elif get_origin(part) in (Union, UnionType) and _is_loose(part):
            return True
        else:
            waiting += get_args(part)
    return False


def _is_loose(kind: Any) -> bool:
    """Whether Pydantic may take a value for that of another member: lists, objects, 1.0 for true, or a text for 1."""
    scalars = list(_scalars(kind))
    if any(each in (int, float) for each in scalars) and any(map(_is_near_numbers, scalars)):
        return True
    return sum(map(_is_container, get_args(kind))) > 1


def _is_near_numbers(kind: Any) -> bool:
    return kind in (bool, date, time, datetime) or (isinstance(kind, type) and issubclass(kind, Enum))


def _scalars(kind: Any) -> Iterator[Any]:
    """The members of a union and of those within it, aliases followed."""
    kind = getattr(kind, "__value__", kind)
    if get_origin(kind) in (Union, UnionType):
        for part in get_args(kind):
            yield from _scalars(part)
    elif get_origin(kind) is Annotated:
        yield from _scalars(get_args(kind)[0])
    else:
        yield datetime if kind is AwareDatetime else kind


def _is_container(kind: Any) -> bool:
    while hasattr(kind, "__value__"):
        kind = kind.__value__
    origin = get_origin(kind)
    if origin in (Union, UnionType, Annotated):
        return any(map(_is_container, get_args(kind)))
    return origin in (list, dict) or (isinstance(kind, type) and issubclass(kind, BaseModel))
