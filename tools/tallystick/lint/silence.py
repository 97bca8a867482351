"""``x-tally-ignore``: rules that the description itself silences for a node and everything below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from tallystick.document import Document
from tallystick.findings import Finding
from tallystick.lint.context import Context
from tallystick.lint.registry import all_rules

__all__ = ["KEY", "silenced"]

KEY: Final = "x-tally-ignore"


def silenced(findings: Iterable[Finding], context: Context) -> Iterator[Finding]:
    """The findings without those that an ``x-tally-ignore`` above them names. Rules of validity cannot be silenced so."""
    marks = {
        (document.name, pointer): names
        for document in context.bundle.source.documents
        for pointer, names in _marks(document)
    }
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


def _marks(document: Document) -> Iterator[tuple[str, frozenset[str]]]:
    waiting: list[tuple[str, Any]] = [("", document.value)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            listed = value.get(KEY)
            if isinstance(listed, list):
                yield pointer, frozenset(name for name in listed if isinstance(name, str))
            for key, child in value.items():
                if isinstance(child, dict | list):
                    waiting.append((f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", child))
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{i}", child) for i, child in enumerate(value) if isinstance(child, dict | list)]
