"""Parameter styles (OpenAPI 3.1.1, section 4.8.12.3): raw text to candidate JSON values.

Delimiters are looked for before percent-decoding, so an encoded delimiter belongs to the value.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from .percent import Malformed
from .shapes import Shape

__all__ = ["Unquote", "deep_object", "delimited", "exploded_object", "label", "matrix", "repeated"]

Unquote = Callable[[str], str]

_DELIMITERS: Final = {
    "form": re.compile(","),
    "simple": re.compile(","),
    "cookie": re.compile(","),
    "spaceDelimited": re.compile(r"%20|\+| "),
    "pipeDelimited": re.compile(r"\||%7[Cc]"),
}
_MOST_READINGS: Final = 16
"""How many readings of one ambiguous text are tried."""


def delimited(text: str, style: str, shape: Shape, unquote: Unquote, *, explode: bool) -> list[Any]:
    """One text: a scalar, a list with delimiters, or an object as ``k,v,k,v`` (``k=v,k=v`` when exploded)."""
    found: list[Any] = []
    if shape.scalars:
        found.extend(shape.texts(unquote(text)))
    if shape.is_array:
        found.extend(_lists(_DELIMITERS[style].split(text), shape, unquote))
    if shape.is_object:
        found.extend(_objects(_DELIMITERS[style].split(text), shape, unquote, explode=explode))
    return found or [unquote(text)]


def repeated(texts: Sequence[str], shape: Shape, unquote: Unquote) -> list[Any]:
    """The values of a name that may be given several times: one scalar, or the items of an array."""
    found: list[Any] = []
    if len(texts) == 1 and (shape.scalars or not shape.is_array):
        found.extend(shape.texts(unquote(texts[0])))
    if shape.is_array:
        found.extend(_lists(texts, shape, unquote))
    return found


def label(text: str, shape: Shape, unquote: Unquote, *, explode: bool) -> list[Any]:
    """``.5``, ``.3,4`` (``.3.4`` when exploded), ``.x,1`` (``.x=1.y=2`` when exploded)."""
    if not text.startswith("."):
        raise Malformed("the value starts with a full stop")
    parts = text[1:].split("." if explode else ",")
    found: list[Any] = []
    if shape.scalars:
        found.extend(shape.texts(unquote(text[1:])))
    if shape.is_array:
        found.extend(_lists(parts, shape, unquote))
    if shape.is_object:
        found.extend(_objects(parts, shape, unquote, explode=explode))
    return found


def matrix(text: str, name: str, shape: Shape, unquote: Unquote, *, explode: bool) -> list[Any]:
    """``;id=5``, ``;id=3,4`` (``;id=3;id=4`` when exploded), ``;id=x,1`` (``;x=1;y=2`` when exploded)."""
    if not text.startswith(";"):
        raise Malformed("the value starts with a semicolon")
    members = [part.partition("=") for part in text[1:].split(";")]
    if explode and shape.is_object and any(unquote(key) != name for key, _, _ in members):
        return [_object(((unquote(key), value) for key, _, value in members), shape, unquote)]
    if any(unquote(key) != name for key, _, _ in members) or (len(members) > 1 and not explode):
        raise Malformed(f"the value has the form ;{name}=...")
    values = [value for _, _, value in members]
    if explode:
        return repeated(values, shape, unquote)
    return delimited(values[0], "simple", shape, unquote, explode=False)


def exploded_object(members: Iterable[tuple[str, str]], shape: Shape, unquote: Unquote) -> dict[str, Any]:
    """An object whose properties are parameters of their own."""
    return _object(members, shape, unquote)


def deep_object(members: Sequence[tuple[str, str]], shape: Shape, unquote: Unquote) -> dict[str, Any]:
    """An object sent as ``name[key]=value``; ``members`` hold what follows the name (``[key]``) and the value.

    Beyond the specification, which leaves both open: deeper objects continue the brackets, arrays repeat the name.
    """
    tree: dict[str, Any] = {}
    for path, value in members:
        *parents, last = _keys(path)
        node = tree
        for key in parents:
            node = node.setdefault(key, {})
            if not isinstance(node, dict):
                raise Malformed(f"{path} is both a value and an object")
        leaf = node.setdefault(last, [])
        if not isinstance(leaf, list):
            raise Malformed(f"{path} is both a value and an object")
        leaf.append(value)
    return _deep(tree, shape, unquote)


def _keys(path: str) -> list[str]:
    if not re.fullmatch(r"(?:\[[^\[\]]+\])+", path):
        raise Malformed(f"{path!r} is not a sequence of names in brackets")
    return path[1:-1].split("][")


def _deep(tree: dict[str, Any], shape: Shape, unquote: Unquote) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, node in tree.items():
        part = shape.property(key)
        value[key] = _deep(node, part, unquote) if isinstance(node, dict) else _leaf(key, node, part, unquote)
    return value


def _leaf(key: str, texts: list[str], shape: Shape, unquote: Unquote) -> Any:
    if len(texts) > 1 and not shape.is_array:
        raise Malformed(f"{key} is given more than once")
    return repeated(texts, shape, unquote)[0]


def _lists(texts: Sequence[str], shape: Shape, unquote: Unquote) -> list[list[Any]]:
    """The lists that the texts may stand for; several where an item has more than one reading."""
    readings = [shape.item.texts(unquote(text)) for text in texts]
    if all(len(each) == 1 for each in readings):
        return [[each[0] for each in readings]]
    return [list(choice) for choice in itertools.islice(itertools.product(*readings), _MOST_READINGS)]


def _objects(parts: Sequence[str], shape: Shape, unquote: Unquote, *, explode: bool) -> list[dict[str, Any]]:
    if explode:
        members = [tuple(part.split("=", 1)) for part in parts]
        if any(len(member) != 2 for member in members):
            return []
    elif len(parts) % 2:
        return []
    else:
        members = list(zip(parts[::2], parts[1::2], strict=True))
    return [_object(((unquote(member[0]), member[1]) for member in members), shape, unquote)]


def _object(members: Iterable[tuple[str, str]], shape: Shape, unquote: Unquote) -> dict[str, Any]:
    texts: dict[str, list[str]] = {}
    for key, value in members:
        texts.setdefault(key, []).append(value)
    return {key: _leaf(key, values, shape.property(key), unquote) for key, values in texts.items()}
