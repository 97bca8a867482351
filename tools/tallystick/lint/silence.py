"""``x-tally-ignore``: rules that the description itself silences for a node and everything below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tallystick.findings import Finding
from tallystick.lint.context import Context
from tallystick.lint.registry import all_rules

__all__ = ["KEY", "silenced"]

KEY: Final = "x-tally-ignore"


def silenced(findings: Iterable[Finding], context: Context) -> Iterator[Finding]:
    """The findings without those that an ``x-tally-ignore`` above them names; rules of validity stay."""
    marks = dict(_marks(context))
    for finding in findings:
        if not marks or not _is_silenced(finding, marks):
            yield finding


def _is_silenced(finding: Finding, marks: dict[tuple[str, str], frozenset[str]]) -> bool:
    rule = all_rules().get(finding.code)
    if rule is None or rule.always_on:
        return False
    head = finding.place.pointer
    while True:
        if finding.code in marks.get((finding.place.file, head), ()):
            return True
        if not head:
            return False
        head = head.rpartition("/")[0]


def _marks(context: Context) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """The silenced rules by file and pointer of the object that carries the key."""
    paths = context.value_at("/paths")
    listed = [(e.pointer, e.value) for e in context.tree.extensions if e.name == KEY]
    if isinstance(paths, dict) and KEY in paths:
        listed.append(("/paths", paths[KEY]))
    for pointer, names in listed:
        if isinstance(names, list):
            place = context.bundle.place(pointer)
            yield (place.file, place.pointer), frozenset(name for name in names if isinstance(name, str))
