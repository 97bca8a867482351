"""From texts to the JSON value that a schema accepts, among all the values that the texts may stand for.

``5`` is a number or a string, ``a`` a string or an array of one. Where the schema leaves a choice, each text is first
judged by its own schema; only what several parts decide together is found by trying combinations, up to a bound.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .shapes import Shape, json_type

__all__ = ["Choice", "Known", "Node", "NotAccepted", "accepted", "one_of"]

_NOTHING: Final[Any] = object()
_MOST_WORK: Final = 1 << 15
"""Parts of values that are looked at for one ambiguous parameter or body; some milliseconds."""
_FEW: Final = 256
"""Combinations that are tried in their order, however many there are of one type."""
_MOST_OF_ONE: Final = 64
"""Values that one part of an ambiguous value may have."""


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is no longer text."""

    value: Any


@dataclass(frozen=True, slots=True)
class Choice:
    """Structures that the same text may have, the likeliest first."""

    nodes: tuple[Any, ...]


Node = str | list[Any] | dict[str, Any] | Known | Choice
"""Decoded text, the items of an array, the properties of an object, or one of the above."""


class NotAccepted(Exception):
    """No value is accepted. ``closest`` is the one whose faults are told."""

    def __init__(self, closest: Any, *, gave_up: bool) -> None:
        super().__init__(closest)
        self.closest = closest
        self.gave_up = gave_up


class _GaveUp(Exception):
    """The text may stand for more values than are tried."""


def one_of(nodes: Sequence[Node]) -> Node:
    """A choice, if there is one."""
    return nodes[0] if len(nodes) == 1 else Choice(tuple(nodes))


def accepted(node: Node, shape: Shape, accepts: Callable[[Any], bool]) -> Any:
    """The likeliest value of the node that is accepted.

    Raises:
        NotAccepted: there is none, or it was not found within bounds.
    """
    search = _Search()
    value = search.likeliest(node, shape)
    if accepts(value):
        return value
    gave_up = False
    if search.is_ambiguous:
        try:
            for value in search.values(node, shape):
                if accepts(value):
                    return value
        except _GaveUp:
            gave_up = True
        value = search.closest(node, shape)
        if accepts(value):
            return value
    raise NotAccepted(value, gave_up=gave_up)


class _Search:
    """Looks for the values of one node."""

    def __init__(self) -> None:
        self.is_ambiguous = False
        self._left = _MOST_WORK

    def likeliest(self, node: Node, shape: Shape) -> Any:
        """The value of everybody's first choice."""
        if isinstance(node, str):
            found = shape.texts(node)
            if len(found) > 1:
                self.is_ambiguous = True
            return found[0]
        if isinstance(node, list):
            if shape.prefix:
                return [self.likeliest(each, shape.item_at(index)) for index, each in enumerate(node)]
            item = shape.item
            return node if item.is_text else [self.likeliest(each, item) for each in node]
        if isinstance(node, dict):
            return {name: self.likeliest(each, shape.property(name)) for name, each in node.items()}
        if isinstance(node, Known):
            return node.value
        self.is_ambiguous = True
        return self.likeliest(node.nodes[0], shape)

    def closest(self, node: Node, shape: Shape) -> Any:
        """A value of which only those parts are wrong that cannot be right."""
        if isinstance(node, list):
            return [self.closest(each, shape.item_at(index)) for index, each in enumerate(node)]
        if isinstance(node, dict):
            return {name: self.closest(each, shape.property(name)) for name, each in node.items()}
        if isinstance(node, Known):
            return node.value
        options = [node] if isinstance(node, str) else node.nodes
        values = shape.texts(node) if isinstance(node, str) else [self.closest(each, shape) for each in options]
        return next((value for value in values if shape.accepts(value)), values[0])

    def values(self, node: Node, shape: Shape, *, every: bool = False) -> Iterator[Any]:
        """The values that everything certain accepts. Without ``every``, those that differ in nothing that counts."""
        if isinstance(node, str):
            yield from (value for value in shape.texts(node) if self._fits(value, shape))
        elif isinstance(node, Known):
            if self._fits(node.value, shape):
                yield node.value
        elif isinstance(node, Choice):
            for each in node.nodes:
                yield from self.values(each, shape, every=every)
        else:
            yield from self._structures(node, shape, every=every)

    def _structures(self, node: list[Any] | dict[str, Any], shape: Shape, *, every: bool) -> Iterator[Any]:
        parts = _parts(node, shape)
        if shape.is_separable:
            firsts = [next(self.values(each, part), _NOTHING) for each, part in parts]
            first = _put_together(node, firsts)
            if _NOTHING in firsts or not self._fits(first, shape, len(parts)):
                return
            yield first
            if not every:
                return
        for branch in shape.branches:
            yield from self._structures(node, branch, every=every)
        pools = []
        for each, part in parts:
            pools.append(list(itertools.islice(self.values(each, part, every=True), _MOST_OF_ONE)))
            if not pools[-1]:
                return
        is_list = isinstance(node, list)
        for values in _combinations(pools, alike=is_list or math.prod(map(len, pools)) > _FEW):
            value = _put_together(node, values)
            if self._fits(value, shape, len(pools)):
                yield value

    def _fits(self, value: Any, shape: Shape, parts: int = 0) -> bool:
        self._left -= 1 + parts
        if self._left < 0:
            raise _GaveUp
        return shape.accepts(value)


def _parts(node: list[Any] | dict[str, Any], shape: Shape) -> list[tuple[Node, Shape]]:
    if isinstance(node, list):
        return [(each, shape.item_at(index)) for index, each in enumerate(node)]
    return [(each, shape.property(name)) for name, each in node.items()]


def _put_together(node: list[Any] | dict[str, Any], values: Sequence[Any]) -> Any:
    return list(values) if isinstance(node, list) else dict(zip(node, values, strict=True))


def _combinations(pools: Sequence[Sequence[Any]], *, alike: bool) -> Iterator[Sequence[Any]]:
    """All combinations; ``alike``: first those in which as many parts as possible have the same type."""
    types = dict.fromkeys(json_type(value) for pool in pools for value in pool) if alike else ()
    for wanted in types:
        yield [next((value for value in pool if json_type(value) == wanted), pool[0]) for pool in pools]
    yield from itertools.product(*pools)
