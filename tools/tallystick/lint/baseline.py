"""What is new: the findings that an earlier state of the description did not have."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tallystick.findings import Finding

__all__ = ["only_new"]


def only_new(findings: Iterable[Finding], root: Path, base: Iterable[Finding], base_root: Path) -> list[Finding]:
    """The findings without a counterpart in the base.

    A counterpart has the same rule, file and pointer; or, for what moved, the same rule, operation and message. Each
    finding of the base stands for one finding at most. Files are compared relative to the folders of the root files.
    """
    listed = list(findings)
    places, messages = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for finding in base:
        places[_place(finding, base_root)] += 1
        messages[_message(finding)] += 1
    moved = []
    for finding in listed:
        key = _place(finding, root)
        if places[key]:
            places[key] -= 1
            messages[_message(finding)] -= 1
        else:
            moved.append(finding)
    new = []
    for finding in moved:
        if messages[_message(finding)] > 0:
            messages[_message(finding)] -= 1
        else:
            new.append(finding)
    return new


def _place(finding: Finding, root: Path) -> tuple[str, ...]:
    file = finding.place.file
    if file not in ("", "-") and "://" not in file:
        file = Path(os.path.relpath(os.path.abspath(file), root.absolute().parent)).as_posix()
    return finding.code, file, finding.place.pointer


def _message(finding: Finding) -> tuple[str, ...]:
    return finding.code, finding.operation or "", finding.message
