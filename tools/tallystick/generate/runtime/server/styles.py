"""Parameter styles (OpenAPI 3.1.1, section 4.8.12.3): raw text to the JSON values that it may stand for.

Delimiters are looked for before percent-decoding, so an encoded delimiter belongs to the value. The specification
leaves values within values open: in an array or an object they are read as JSON. An empty text may stand for an empty
array or object: the table of style examples writes undefined values so, and RFC 6570 (section 2.3) counts empty ones
among them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from .json_text import JSONError, decode
from .percent import Malformed
from .readings import Known, Node, one_of
from .shapes import Shape

__all__ = ["Unquote", "deep_object", "delimited", "exploded_object", "label", "matrix", "member", "repeated"]

Unquote = Callable[[str], str]

_DELIMITERS: Final = {
    "form": re.compile(","),
    "simple": re.compile(","),
    "cookie": re.compile(","),
    "spaceDelimited": re.compile(r"%20|\+| "),
    "pipeDelimited": re.compile(r"\||%7[Cc]"),
}
_LABELS_OF_MEMBERS: Final = re.compile(r"\.(?=[^.=]*=)")
_OPENINGS: Final = ("[", "{")
_MOST_LABELS: Final = 8
"""Labels that are joined to values with full stops in every possible way."""
_BRACKETS: Final = re.compile(r"(?:\[[^\[\]]+\])*\[[^\[\]]*\]")
_DEEPEST: Final = 32
"""Names in brackets of a deep object."""
_MOST_TWOFOLD: Final = 2
"""Levels of brackets that are tried as an array and as an object."""
_MOST_PARTS: Final = 10_000
"""Parts of one array or object: some tens of milliseconds, where every part may mean several things."""


def delimited(text: str, style: str, shape: Shape, unquote: Unquote, *, explode: bool) -> Node:
    """One text: a scalar, a list with delimiters, or an object as ``k,v,k,v`` (``k=v,k=v`` when exploded)."""
    found: list[Node] = []
    if shape.scalars:
        found.append(unquote(text))
    if shape.is_array:
        found += _lists(_DELIMITERS[style].split(text), shape, unquote)
    if shape.is_object:
        _add_object(found, _DELIMITERS[style].split(text) if text else [], shape, unquote, explode=explode)
    return one_of(found) if found else unquote(text)


def repeated(texts: Sequence[str], shape: Shape, unquote: Unquote) -> Node:
    """The value of a name that may be given several times: one scalar, or the items of an array.

    Raises:
        Malformed: it is given several times and is no array.
    """
    found: list[Node] = []
    if len(texts) == 1 and (shape.scalars or not shape.is_array):
        found.append(unquote(texts[0]))
    elif not shape.is_array:
        raise Malformed("is given more than once")
    if shape.is_array:
        found += _lists(texts, shape, unquote)
    return one_of(found)


def label(text: str, shape: Shape, unquote: Unquote, *, explode: bool) -> Node:
    """``.5``, ``.3,4`` (``.3.4`` when exploded), ``.x,1`` (``.x=1.y=2`` when exploded)."""
    if not text.startswith("."):
        raise Malformed("the value starts with a full stop")
    text = text[1:]
    if not explode:
        return delimited(text, "simple", shape, unquote, explode=False)
    found: list[Node] = []
    if shape.scalars:
        found.append(unquote(text))
    if shape.is_array:
        for parts in _joined(text.split(".")):
            found += _lists(parts, shape, unquote)
    if shape.is_object:
        _add_object(found, _LABELS_OF_MEMBERS.split(text) if text else [], shape, unquote, explode=True)
    return one_of(found) if found else unquote(text)


def _joined(labels: list[str]) -> Iterator[list[str]]:
    """The texts that labels may be of: a full stop needs no encoding, so it may belong to a value (``.1.5``)."""
    yield labels
    if len(labels) <= _MOST_LABELS:
        for joints in itertools.islice(itertools.product((False, True), repeat=len(labels) - 1), 1, None):
            texts = labels[:1]
            for is_joint, each in zip(joints, labels[1:], strict=True):
                texts[-1:] = [f"{texts[-1]}.{each}"] if is_joint else [texts[-1], each]
            yield texts


def matrix(text: str, name: str, shape: Shape, unquote: Unquote, *, explode: bool) -> Node:
    """``;id=5``, ``;id=3,4`` (``;id=3;id=4`` when exploded), ``;id=x,1`` (``;x=1;y=2`` when exploded)."""
    if not text.startswith(";"):
        raise Malformed("the value starts with a semicolon")
    members = [(unquote(key), value) for key, _, value in (part.partition("=") for part in text[1:].split(";"))]
    is_named = all(key == name for key, _ in members)
    found: list[Node] = []
    if explode and shape.is_object and (not is_named or shape.invites(name)):
        found.append(exploded_object(members, shape, unquote))
    elif not is_named or (len(members) > 1 and not explode):
        raise Malformed(f"the value has the form ;{name}=...")
    if is_named and explode and (shape.scalars or shape.is_array or not found):
        found.insert(0, repeated([value for _, value in members], shape, unquote))
    elif not found:
        found.append(delimited(members[0][1], "simple", shape, unquote, explode=False))
    return one_of(found)


def exploded_object(members: Iterable[tuple[str, str]], shape: Shape, unquote: Unquote) -> dict[str, Node]:
    """An object from names and texts; an array among its properties repeats its name."""
    texts: dict[str, list[str]] = {}
    for key, value in members:
        texts.setdefault(key, []).append(value)
    return {key: _member(key, values, shape, unquote) for key, values in texts.items()}


def member(texts: Sequence[str], shape: Shape, unquote: Unquote) -> Node:
    """A property of an object, given its texts: like a parameter of its own, or JSON where that has parts.

    Raises:
        Malformed: it is given several times and is no array.
    """
    node = repeated(texts, shape, unquote)
    if len(texts) == 1 and shape.has_parts:
        return _nested(unquote(texts[0]), node, shape)
    return node


def _member(key: str, texts: Sequence[str], shape: Shape, unquote: Unquote) -> Node:
    try:
        return member(texts, shape.property(key), unquote)
    except Malformed as error:
        raise Malformed(f"{key}: {error}") from None


def deep_object(members: Sequence[tuple[str, str]], shape: Shape, unquote: Unquote) -> Node:
    """An object sent as ``name[key]=value``; ``members`` hold what follows the name (``[key]``) and the value.

    Beyond the specification, which leaves all of these open: deeper objects continue the brackets; arrays repeat the
    name, end it in ``[]`` or count their items (``name[0][key]``); what is neither is sent under the bare name.
    """
    bare = [value for path, value in members if not path]
    if bare:
        if not (shape.is_array or shape.scalars):
            raise Malformed("is an object, whose members are sent as name[member]")
        if len(bare) < len(members):
            raise Malformed("is given as a whole and by its members")
        return member(bare, shape, unquote)
    tree: dict[str, Any] = {}
    for path, value in members:
        _plant(tree, path, value)
    return _deep(tree, shape, unquote, _MOST_TWOFOLD)


def _plant(tree: dict[str, Any], path: str, value: str) -> None:
    """Adds a value where the names in brackets lead."""
    *parents, last = _keys(path)
    for key in parents:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise Malformed(f"{path} is both a value and an object")
    leaf = tree.setdefault(last, [])
    if not isinstance(leaf, list):
        raise Malformed(f"{path} is both a value and an object")
    leaf.append(value)


def _keys(path: str) -> list[str]:
    """The names in brackets; the last may be empty."""
    if not _BRACKETS.fullmatch(path):
        raise Malformed(f"{path!r} is not a sequence of names in brackets")
    keys = path[1:-1].split("][")
    if len(keys) > _DEEPEST:
        raise Malformed(f"there are more than {_DEEPEST} names in brackets")
    return keys


def _deep(tree: dict[str, Any], shape: Shape, unquote: Unquote, twofold: int) -> Node:
    """What names in brackets hold: the items of an array, an object, or either where the schema asks for both.

    ``twofold`` bounds how deep both are tried, each with all that it holds.
    """
    items = _items(tree) if shape.is_array else None
    is_both = items is not None and shape.is_object and twofold > 0
    inner = twofold - is_both
    found: list[Node] = []
    if items is not None:
        found.append([_branch(node, shape.item_at(index), unquote, inner) for index, node in enumerate(items)])
    if items is None or is_both:
        if "" in tree:
            raise Malformed("'[]' is not a sequence of names in brackets")
        found.append({key: _named(key, node, shape, unquote, inner) for key, node in tree.items()})
    return one_of(found)


def _named(key: str, node: Any, shape: Shape, unquote: Unquote, twofold: int) -> Node:
    try:
        return _branch(node, shape.property(key), unquote, twofold)
    except Malformed as error:
        raise Malformed(f"{key}: {error}") from None


def _branch(node: Any, shape: Shape, unquote: Unquote, twofold: int) -> Node:
    return _deep(node, shape, unquote, twofold) if isinstance(node, dict) else member(node, shape, unquote)


def _items(tree: dict[str, Any]) -> list[Any] | None:
    """The items that are named by nothing (``[]``), or by their places from 0 on; None for names of another kind."""
    if "" in tree:
        texts = tree[""]
        return [[text] for text in texts] if len(tree) == 1 and isinstance(texts, list) else None
    if len(tree) > _MOST_PARTS or any(str(index) not in tree for index in range(len(tree))):
        return None
    return [tree[str(index)] for index in range(len(tree))]


def _lists(texts: Sequence[str], shape: Shape, unquote: Unquote) -> list[Node]:
    """The list of the texts; an empty one too, where the only text is empty."""
    _bound_parts(texts)
    decoded = [unquote(text) for text in texts]
    found: list[Node] = [decoded]
    if shape.prefix or shape.item.has_parts:
        found = [[_item(text, shape.item_at(index)) for index, text in enumerate(decoded)]]
    return [*found, []] if decoded == [""] else found


def _bound_parts(parts: Sequence[str]) -> None:
    if len(parts) > _MOST_PARTS:
        raise Malformed(f"there are more than {_MOST_PARTS} parts")


def _item(text: str, shape: Shape) -> Node:
    return _nested(text, text, shape) if shape.has_parts else text


def _nested(text: str, node: Node, shape: Shape) -> Node:
    """What a text within an array or an object is by the style, or the value that it is as JSON."""
    if text[:1] not in _OPENINGS:
        return node
    try:
        value = Known(decode(text))
    except JSONError:
        return node
    return one_of((node, value) if shape.scalars else (value, node))


def _add_object(found: list[Node], parts: Sequence[str], shape: Shape, unquote: Unquote, *, explode: bool) -> None:
    """Adds the object of the parts, if they can be one."""
    _bound_parts(parts)
    if explode:
        members = [part.partition("=") for part in parts]
        if not all(equals for _, equals, _ in members):
            return
        pairs = [(key, value) for key, _, value in members]
    elif len(parts) % 2:
        return
    else:
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
    try:
        found.append(exploded_object(((unquote(key), value) for key, value in pairs), shape, unquote))
    except Malformed:
        if not found:
            raise
