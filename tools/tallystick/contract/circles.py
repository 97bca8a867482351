"""Strongly connected components of a graph (Tarjan, 1972), without recursion: graphs come from hostile descriptions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["strongly_connected"]


@dataclass(slots=True)
class _Visit:
    """A node on the path: the neighbours still to see, and the earliest node that it leads back to."""

    node: str
    rest: Iterator[str]
    number: int
    low: int = field(init=False)

    def __post_init__(self) -> None:
        self.low = self.number


def strongly_connected(
    start: str, neighbours: Callable[[str], Sequence[str]], *, known: Collection[str] = ()
) -> Iterator[tuple[str, ...]]:
    """The components reachable from ``start``, each after those that it leads to; known nodes are left out."""
    numbers = {start: 0}
    waiting = [start]
    on_stack = {start}
    path = [_Visit(start, iter(neighbours(start)), 0)]
    while path:
        visit = path[-1]
        following = next((node for node in visit.rest if node not in known), None)
        if following is None:
            path.pop()
            if path:
                path[-1].low = min(path[-1].low, visit.low)
            if visit.low == visit.number:
                yield _taken(waiting, on_stack, visit.node)
        elif following not in numbers:
            numbers[following] = len(numbers)
            waiting.append(following)
            on_stack.add(following)
            path.append(_Visit(following, iter(neighbours(following)), numbers[following]))
        elif following in on_stack:
            visit.low = min(visit.low, numbers[following])


def _taken(waiting: list[str], on_stack: set[str], root: str) -> tuple[str, ...]:
    """The nodes from ``root`` to the top of the stack, which are one component."""
    component = [waiting.pop()]
    while component[-1] != root:
        component.append(waiting.pop())
    on_stack.difference_update(component)
    return tuple(component)
