"""Equal values of a generated module, written once under a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tallystick.contract import Operation, Reply, constant_case
from tallystick.contract.names import distinct, is_identifier

__all__ = ["SharedValues", "reply_words"]


class SharedValues:
    """Expressions that stand in a module more than once, each with the constant that holds it.

    Args:
        kind: the class of the values, behind whose names that of the kind stands where two would be equal.
        uses: every use: the expression, and the words that name its value, the best first.
    """

    def __init__(self, kind: str, uses: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        listed = list(uses)
        counts = Counter(expression for expression, _ in listed)
        wanted = {expression: words for expression, words in listed if counts[expression] > 1}
        candidates = {expression: _candidates(kind, words) for expression, words in wanted.items()}
        self._names = distinct(candidates, reserved=("OPERATIONS", "SECURITY_SCHEMES", "VERSION"))

    def use(self, expression: str) -> str:
        """What to write where the value is used: the constant, or the value itself."""
        return self._names.get(expression, expression)

    def definitions(self) -> list[str]:
        """The constants, by name."""
        return [f"{name} = {expression}" for expression, name in sorted(self._names.items(), key=lambda each: each[1])]


def reply_words(operation: Operation, reply: Reply) -> tuple[str, ...]:
    """What a reply may be called: the component it comes from, its problem, its status."""
    own = reply.location.place.pointer.rpartition("/")[2]
    named = () if own == reply.status else (own,)
    problems = tuple(problem.name for problem in reply.problems[:1])
    return (*named, *problems, f"Status {reply.status}", f"{operation.id}{reply.status}")


def _candidates(kind: str, words: Iterable[str]) -> tuple[str, ...]:
    cases = [constant_case(word) for word in words]
    plain = [case for case in cases if is_identifier(case)]
    return tuple(f"{case}_{kind}" for case in plain)
