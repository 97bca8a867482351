"""What a parameter on the wire may mean, by the letter of OpenAPI 3.1.1 and RFC 6570; written apart from the server."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import jsonschema_rs
from wire_schemas import Drawn

__all__ = ["STYLES", "Wire", "as_json", "encode", "judged", "structures", "values"]

STYLES = [
    *(("path", style, explode) for style in ("simple", "label", "matrix") for explode in (False, True)),
    *(("query", style, explode) for style in ("form", "spaceDelimited", "pipeDelimited") for explode in (False, True)),
    ("query", "deepObject", True),
    ("header", "simple", False),
    ("header", "simple", True),
    ("cookie", "form", False),
    ("cookie", "form", True),
]
MOST_LABELS = 8
"""More full stops leave more meanings than anybody tries."""
DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


@dataclass(frozen=True)
class Wire:
    """A parameter ``v`` as it travels: one text, or names and texts; still encoded."""

    pairs: tuple[tuple[str, str], ...]
    """Query and cookie: names and texts. Path and header: one text under an empty name."""


class TooManyReadings(Exception):
    """The oracle does not try all of them."""


def encode(texts: Any, place: str, style: str, *, explode: bool) -> Wire | None:
    """Texts (one, a list, or a map of them) in a style; None where the style cannot say it."""
    kept = "" if place != "header" else None
    if isinstance(texts, str):
        if style in DELIMITERS or style == "deepObject":
            return None
        return _one(_written(texts, kept), place, style)
    if style == "deepObject" and isinstance(texts, dict):
        return Wire(tuple(_deep("v", texts))) if texts else None
    if isinstance(texts, list):
        return _encoded_list([_written(each, kept) for each in texts], place, style, explode=explode)
    return _encoded_map(
        [(_written(name, kept), _written(text, kept)) for name, text in texts.items()], place, style, explode=explode
    )


def _deep(name: str, texts: Any) -> Iterator[tuple[str, str]]:
    """Members in brackets; the items of a list repeat their name."""
    if isinstance(texts, dict):
        for key, each in texts.items():
            yield from _deep(f"{name}[{quote(key, safe='')}]", each)
    else:
        yield from ((name, quote(text, safe="")) for text in ([texts] if isinstance(texts, str) else texts))


def _written(text: str, kept: str | None) -> str:
    return text if kept is None else quote(text, safe=kept)


def _one(text: str, place: str, style: str) -> Wire:
    if place in ("query", "cookie"):
        return Wire((("v", text),))
    prefix = {"label": ".", "matrix": ";v=" if text else ";v"}.get(style, "")
    return Wire((("", prefix + text),))


def _encoded_list(texts: list[str], place: str, style: str, *, explode: bool) -> Wire | None:
    if style == "deepObject" or not texts:
        return None
    if explode and place in ("query", "cookie"):
        return Wire(tuple(("v", text) for text in texts))
    if explode and style == "matrix":
        return Wire((("", "".join(f";v={text}" for text in texts)),))
    return _one(("." if explode and style == "label" else DELIMITERS.get(style, ",")).join(texts), place, style)


def _encoded_map(pairs: list[tuple[str, str]], place: str, style: str, *, explode: bool) -> Wire | None:
    if not pairs:
        return None
    if explode and place in ("query", "cookie"):
        return Wire(tuple(pairs)) if style == "form" else None
    if explode and style == "matrix":
        return Wire((("", "".join(f";{name}={text}" for name, text in pairs)),))
    if explode:
        return _one(("." if style == "label" else ",").join(f"{name}={text}" for name, text in pairs), place, style)
    return _one(DELIMITERS.get(style, ",").join(part for pair in pairs for part in pair), place, style)


def _read(text: str, place: str) -> str:
    if place == "header":
        return text.strip(" \t")
    if place == "query":
        text = text.replace("+", " ")
    return unquote_to_bytes(text).decode()


def structures(wire: Wire, drawn: Drawn, place: str, style: str, *, explode: bool) -> Iterator[Any]:
    """Every scalar, list or map of texts that the wire may say."""
    if style == "deepObject":
        yield _tree(wire, place)
        return
    by_name = place in ("query", "cookie")
    texts = [text for name, text in wire.pairs if name == ("v" if by_name else "")]
    if "scalar" in drawn.structures and len(texts) == 1:
        yield from _scalars(texts[0], place, style)
    if "array" in drawn.structures and texts:
        for split in _lists(texts, place, style, explode=explode):
            yield [_read(each, place) for each in split]
            if split == [""]:
                yield []
    if "object" in drawn.structures:
        for pairs in _maps(wire, texts, place, style, explode=explode):
            names = [_read(name, place) for name, _ in pairs]
            if len(set(names)) == len(names):
                yield {name: _read(text, place) for name, (_, text) in zip(names, pairs, strict=True)}


def _tree(wire: Wire, place: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in wire.pairs:
        *parents, last = [_read(key, place) for key in name[2:-1].split("][")]
        node = found
        for key in parents:
            node = node.setdefault(key, {})
        node.setdefault(last, []).append(_read(text, place))
    return found


def _scalars(text: str, place: str, style: str) -> Iterator[str]:
    if style == "label":
        text = text.removeprefix(".")
    elif style == "matrix":
        text = text.removeprefix(";v").removeprefix("=")
        if ";" in text:
            return
    yield _read(text, place)


def _lists(texts: list[str], place: str, style: str, *, explode: bool) -> Iterator[list[str]]:
    if place in ("query", "cookie") and explode:
        yield texts
    elif style == "matrix" and explode:
        yield [each.removeprefix("v").removeprefix("=") for each in texts[0].split(";")[1:]]
    elif style == "label" and explode and texts[0].count(".") > MOST_LABELS:
        raise TooManyReadings
    elif style == "label" and explode:
        yield from _groups(texts[0][1:].split("."))
    elif len(texts) == 1:
        text = {"label": texts[0][1:], "matrix": texts[0].removeprefix(";v").removeprefix("=")}.get(style, texts[0])
        yield re.split({"spaceDelimited": r"%20|\+", "pipeDelimited": r"%7[Cc]|\|"}.get(style, ","), text)


def _groups(labels: list[str]) -> Iterator[list[str]]:
    """A full stop is not encoded, so it may stand within a value."""
    for cuts in itertools.product((True, False), repeat=len(labels) - 1):
        found = [labels[0]]
        for is_cut, each in zip(cuts, labels[1:], strict=True):
            if is_cut:
                found.append(each)
            else:
                found[-1] += f".{each}"
        yield found


def _maps(wire: Wire, texts: list[str], place: str, style: str, *, explode: bool) -> Iterator[list[tuple[str, str]]]:
    if place in ("query", "cookie") and explode:
        if style == "form":
            yield list(wire.pairs)
    elif texts and explode:
        yield from _exploded(texts[0], style)
    elif texts:
        for split in _lists(texts, place, style, explode=False):
            if split == [""]:
                yield []
            elif len(split) % 2 == 0:
                yield list(zip(split[::2], split[1::2], strict=True))


def _exploded(text: str, style: str) -> Iterator[list[tuple[str, str]]]:
    if style == "matrix":
        yield [_pair(each) for each in text.split(";")[1:]]
        return
    parts = re.split(r"\.(?=[^.=]*=)", text[1:]) if style == "label" else text.split(",")
    if all("=" in each for each in parts):
        yield [_pair(each) for each in parts]
    elif parts == [""]:
        yield []


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def values(text: str, types: frozenset[str]) -> list[Any]:
    """Every JSON scalar of the types that a text may be."""
    found: list[Any] = []
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", text) and types & {"integer", "number"}:
        found.append(int(text))
    elif re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", text) and "number" in types:
        number = float(text)
        found += [number] if abs(number) != float("inf") else []
    if text in ("true", "false") and "boolean" in types:
        found.append(text == "true")
    if text in ("", "null") and "null" in types:
        found.append(None)
    return [*found, text] if "string" in types else found


def judged(structures_: Iterator[Any], drawn: Drawn, most: int = 30_000) -> list[Any] | None:
    """The values that jsonschema-rs accepts, among all that the texts may be; None where they are too many."""
    judge = jsonschema_rs.Draft202012Validator(drawn.schema, validate_formats=True)
    found = []
    try:
        for tried, value in enumerate(value for texts in structures_ for value in _typed(texts, drawn)):
            if tried > most:
                return None
            if judge.is_valid(value):
                found.append(value)
    except TooManyReadings:
        return None
    return found


def _typed(texts: Any, drawn: Drawn) -> Iterator[Any]:
    if isinstance(texts, str):
        yield from values(texts, drawn.types_at(None))
    elif isinstance(texts, list):
        yield from map(list, itertools.product(*(values(each, drawn.types_at(i)) for i, each in enumerate(texts))))
    else:
        pools = [_member(name, text, drawn) for name, text in texts.items()]
        yield from (dict(zip(texts, each, strict=True)) for each in itertools.product(*pools))


def _member(name: str, texts: Any, drawn: Drawn) -> list[Any]:
    """The values of a property: of one text, or of the several of a deep object's member."""
    inner = drawn.inner.get(name)
    if inner is not None and "array" in inner.structures and isinstance(texts, list):
        return [*_typed(texts, inner), *([[]] if texts == [""] else [])]
    if isinstance(texts, dict):
        return list(_typed(texts, inner)) if inner is not None else []
    if isinstance(texts, str):
        return values(texts, drawn.types_at(name))
    return values(texts[0], frozenset() if inner is not None else drawn.types_at(name)) if len(texts) == 1 else []


def as_json(value: Any) -> str:
    """A value as text that tells types apart."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
