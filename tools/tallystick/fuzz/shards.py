"""One run of Schemathesis as several: threads do not make Python quicker, processes do.

Operations are split by the first segment of their path, so that what one of them creates the next can use. Stateful
testing needs all operations and is a share of its own, which runs when the others have ended: it expects that what it
creates stays, and what it deletes is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tallystick.contract import Contract, Operation
from tallystick.fuzz.settings import Effort

__all__ = ["Share", "shares"]


@dataclass(frozen=True, slots=True)
class Share:
    """What one process does: how hard it tries, and the operations it leaves alone."""

    name: str
    effort: Effort
    exclude: tuple[str, ...]
    alone: bool = False
    """Whether it runs after the others, with the server for itself."""


def shares(contract: Contract, effort: Effort, exclude: Sequence[str]) -> list[Share]:
    """The shares of a run, the longest first: as many as there are workers, and one for stateful testing."""
    unit = tuple(phase for phase in effort.phases if phase != "stateful")
    wanted = [each for each in contract.operations if each.id not in exclude]
    parts = _parts(wanted, effort.workers) if unit else []
    found = [
        Share(f"operations {number}", replace(effort, phases=unit, workers=1), _others(contract, part))
        for number, part in enumerate(parts, start=1)
    ]
    if "stateful" in effort.phases:
        found.append(Share("stateful", replace(effort, phases=("stateful",), workers=1), tuple(exclude), alone=True))
    if len(parts) == 1 and effort.workers == 1:
        return [Share("operations", effort, tuple(exclude))]
    return found


def _parts(operations: Sequence[Operation], number: int) -> list[list[Operation]]:
    """Groups of operations spread over ``number`` parts of nearly the same weight; empty parts are left out."""
    groups: dict[str, list[Operation]] = {}
    for operation in operations:
        groups.setdefault(operation.path.split("/")[1] if "/" in operation.path else "", []).append(operation)
    parts: list[list[Operation]] = [[] for _ in range(number)]
    for group in sorted(groups.values(), key=lambda each: -sum(map(_weight, each))):
        min(parts, key=lambda part: sum(map(_weight, part))).extend(group)
    return [part for part in parts if part]


def _weight(operation: Operation) -> int:
    """How many cases an operation makes, roughly: measured, bodies count for most of them."""
    return 2 + len(operation.parameters) + (6 if operation.body is not None else 0)


def _others(contract: Contract, part: Sequence[Operation]) -> tuple[str, ...]:
    own = {operation.id for operation in part}
    return tuple(operation.id for operation in contract.operations if operation.id not in own)
