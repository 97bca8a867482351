"""Faults of ``tally.toml`` as findings: the line, what is wrong, and the nearest valid key."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tallystick.findings import Finding, InputError, Level, Place

__all__ = ["config_errors", "syntax_error"]

_POSITION: Final = re.compile(r"^(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)$", re.DOTALL)


def syntax_error(error: tomllib.TOMLDecodeError, text: str, file: str) -> InputError:
    """What the TOML reader says, at its line and column."""
    found = _POSITION.match(str(error))
    if found:
        line, column, what = int(found["line"]), int(found["column"]), found["what"]
    else:
        lines = text.split("\n")
        line, column, what = len(lines), len(lines[-1]) + 1, str(error).removesuffix(" (at end of document)")
    place = Place(file, line, column, line, column)
    return InputError.of("config-syntax", f"not TOML: {what[:1].lower()}{what[1:]}", place)


def config_errors(error: ValidationError, text: str, file: str, model: type[BaseModel]) -> InputError:
    """Every fault that validation found, each at its key."""
    return InputError(*(_finding(fault, text, file, model) for fault in error.errors(include_url=False)))


def _finding(fault: ErrorDetails, text: str, file: str, model: type[BaseModel]) -> Finding:
    path = fault["loc"]
    place = _place(path, text, file)
    if fault["type"] == "extra_forbidden":
        return Finding("config-unknown-key", Level.ERROR, _unknown_key(path, model), place)
    if fault["type"] == "missing":
        message = f'{_dotted(path[:-1])} needs the key "{path[-1]}"'
        return Finding("config-missing-key", Level.ERROR, message, place)
    what = fault["msg"].removeprefix("Value error, ")
    what = re.sub(r"^(Input|String|List|Value) ", "", what)
    return Finding("config-value", Level.ERROR, f"{_dotted(path)} {what}; it is {_quoted(fault['input'])}", place)


def _unknown_key(path: Sequence[str | int], model: type[BaseModel]) -> str:
    key, known = str(path[-1]), sorted(_known_keys(path[:-1], model))
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    advice = f'did you mean "{near[0]}"? ' if near else ""
    return f"unknown key {_dotted(path)}; {advice}Known here: {', '.join(known)}"


def _known_keys(path: Sequence[str | int], model: type[BaseModel]) -> Iterator[str]:
    annotation: Any = model
    for part in path:
        annotation = _child(annotation, str(part))
    found = _model(annotation)
    if found is not None:
        yield from (field.alias or name for name, field in found.model_fields.items())


def _child(annotation: Any, key: str) -> Any:
    found = _model(annotation)
    if found is not None:
        fields = {field.alias or name: field.annotation for name, field in found.model_fields.items()}
        return fields.get(key)
    return get_args(annotation)[-1] if get_origin(annotation) is dict else None


def _model(annotation: Any) -> type[BaseModel] | None:
    """The section behind an annotation such as ``Annotated[ServerTarget | None, …]``, None when there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is dict:
        return None
    return next((found for part in get_args(annotation) if (found := _model(part))), None)


def _dotted(path: Sequence[str | int]) -> str:
    bare = re.compile(r"[A-Za-z0-9_-]+")
    return ".".join(str(part) if bare.fullmatch(str(part)) else json.dumps(part) for part in path) or "the file"


def _quoted(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _place(path: Sequence[str | int], text: str, file: str) -> Place:
    """Where a key stands. The standard TOML reader keeps no positions, so ever longer beginnings of the text are read:
    the statement after the last beginning without the key is the one that brings it."""
    lines = text.split("\n")
    names = [str(part) for part in path if isinstance(part, str)]
    while names and not _holds(text, names):
        names.pop()  # a key that the file leaves out is reported at its section
    if not names:
        return Place(file, 1, 1, 1, 1)
    first, last = _statement(lines, names)
    for number in range(first, last + 1):
        found = re.search(rf"(?<![\w-]){re.escape(names[-1])}(?![\w-])", lines[number - 1])
        if found:
            return Place(file, number, found.start() + 1, number, found.end() + 1)
    return Place(file, first, 1, first, 1)


def _statement(lines: list[str], names: list[str]) -> tuple[int, int]:
    first = 1
    for count in range(1, len(lines) + 1):
        holds = _holds("\n".join(lines[:count]), names)
        if holds:
            return first, count
        if holds is not None:
            first = count + 1
    return first, len(lines)


def _holds(text: str, names: list[str]) -> bool | None:
    """Whether the text has the key; None when it is no complete TOML document."""
    try:
        value: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True
