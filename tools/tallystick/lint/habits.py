"""Rules about habits: one finding where a description never says a thing, one per lapse where it usually does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tallystick.lint.rule import Check

__all__ = ["report_lapses"]

_FEW: Final = 5


def report_lapses(
    check: Check, lapses: Sequence[str], kept: int, message: Callable[[str], str], *, key: bool = False
) -> None:
    """Reports the pointers at which something is missing.

    Each of them where it was done ``kept`` times, more often than not, or where they are few; else one finding at the
    first of them, which counts the rest. ``message`` gets the words about the others (or none).
    """
    if len(lapses) > _FEW and len(lapses) > kept:
        others = f" ({len(lapses) - 1} more like it; reported one by one once most of them say it)"
        check.report(lapses[0], message(others), key=key)
        return
    for pointer in lapses:
        check.report(pointer, message(""), key=key)
