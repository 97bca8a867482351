"""Equal values of a generated module, written once where they have a name of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tallystick.contract import Reply, constant_case
from tallystick.contract.names import distinct, is_identifier

__all__ = ["SharedValues", "reply_words"]


class SharedValues:
    """Expressions that stand in a module more than once, each with the constant that holds it.

    Args:
        kind: the class of the values, which stands behind their names.
        uses: every use: the expression, and the words that name its value, the best first. Without any it is written
            out each time: the name of one use would mislead at the others.
    """

    def __init__(self, kind: str, uses: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        listed = list(uses)
        counts = Counter(expression for expression, _ in listed)
        wanted = {expression: words for expression, words in listed if counts[expression] > 1}
        candidates = {expression: _candidates(kind, words) for expression, words in wanted.items()}
        named = {expression: found for expression, found in candidates.items() if found}
        self._names = distinct(named, reserved=("OPERATIONS", "SECURITY_SCHEMES", "VERSION"))

    def use(self, expression: str) -> str:
        """What to write where the value is used: the constant, or the value itself."""
        return self._names.get(expression, expression)

    def definitions(self) -> list[str]:
        """The constants, by name."""
        return [f"{name} = {expression}" for expression, name in sorted(self._names.items(), key=lambda each: each[1])]


def reply_words(reply: Reply) -> tuple[str, ...]:
    """What a reply may be called: the component it comes from, its problem, either with its status."""
    own = reply.location.place.pointer.rpartition("/")[2]
    named = () if own == reply.status else (own,)
    words = (*named, *(problem.name for problem in reply.problems[:1]))
    return (*words, *(f"{word} {reply.status}" for word in words))


def _candidates(kind: str, words: Iterable[str]) -> tuple[str, ...]:
    cases = [constant_case(word) for word in words]
    plain = [case for case in cases if is_identifier(case)]
    return tuple(f"{case}_{kind}" for case in plain)
