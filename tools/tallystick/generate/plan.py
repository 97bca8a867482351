"""A generation as data: paths and bytes, decided before anything is written.

Writing, checking and showing differences are functions of the same plan.
"""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from tallystick.findings import Finding, InputError, Level, Place, shown_path
from tallystick.generate import lock

__all__ = ["Plan", "compare", "sealed", "write"]

_LONGEST_DIFF: Final = 200
"""Lines of a difference that are told."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of one generated folder, by their relative path in sorted order, and what generating them found.

    ``described`` and ``generated`` count operations. Raises ValueError for a path that leaves the folder.
    """

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()
    described: int = 0
    generated: int = 0
    engines: Mapping[str, str] = field(default_factory=dict)
    """Versions of the generators that took part."""

    def __post_init__(self) -> None:
        for path in self.files:
            parts = PurePosixPath(path)
            if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\\" in path:
                raise ValueError(f"a plan stays in its folder: {path!r}")
        object.__setattr__(self, "files", dict(sorted(self.files.items())))


def sealed(plan: Plan, inputs: Mapping[str, str]) -> Plan:
    """The plan with its ``tally.lock``. ``inputs`` are hashes of what it was made from, by name."""
    content = lock.Lock.of(inputs, plan.engines, plan.files).as_bytes()
    return replace(plan, files={**plan.files, lock.NAME: content})


def write(plan: Plan, directory: Path) -> int:
    """Brings the folder to the plan; returns how many files changed.

    Everything is staged first, so that nothing changes where a file cannot be written. Files of an earlier generation
    that the plan no longer has are removed; files that were not generated are left alone.

    Raises:
        InputError: a file is in the way that was not generated, or the folder cannot be written.
    """
    known = lock.read(directory)
    changed = {path: content for path, content in plan.files.items() if _content(directory / path) != content}
    _refuse_foreign(directory, changed, known)
    gone = [path for path in known.outputs if path not in plan.files] if known is not None else []
    try:
        _replace(directory, changed)
        for path in gone:
            _remove(directory, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.of("output-unwritable", f"cannot write {shown_path(directory)}: {reason}") from error
    return len(changed) + len(gone)


def _refuse_foreign(directory: Path, changed: Mapping[str, bytes], known: lock.Lock | None) -> None:
    outputs = known.outputs if known is not None else {}
    foreign = [path for path in changed if path not in outputs and path != lock.NAME and (directory / path).exists()]
    if foreign:
        first = shown_path(directory / foreign[0])
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        message = f"{first}{more} would be overwritten, but tally has not written it; move it, or choose another folder"
        raise InputError.of("output-in-the-way", message, Place(first))


def _replace(directory: Path, changed: Mapping[str, bytes]) -> None:
    if not changed:
        return
    directory.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        for number, content in enumerate(changed.values()):
            (staging / str(number)).write_bytes(content)
        for number, path in enumerate(changed):
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (staging / str(number)).replace(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _remove(directory: Path, path: str) -> None:
    target = directory / path
    target.unlink(missing_ok=True)
    for parent in PurePosixPath(path).parents:
        folder = directory / parent
        if folder == directory or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def compare(plan: Plan, directory: Path) -> list[Finding]:
    """How the folder differs from the plan: files that are stale, edited by hand, missing or superfluous."""
    known = lock.read(directory)
    findings = []
    for path, content in plan.files.items():
        if path != lock.NAME:
            findings.extend(_compared(directory, path, content, known))
    for path in sorted(known.outputs) if known is not None else ():
        if path not in plan.files and (directory / path).exists():
            findings.append(_finding("generate-superfluous", directory / path, "is no longer generated"))
    if not findings and _content(directory / lock.NAME) != plan.files.get(lock.NAME) and lock.NAME in plan.files:
        findings.append(_finding("generate-stale", directory / lock.NAME, "was made from other inputs"))
    return findings


def _compared(directory: Path, path: str, content: bytes, known: lock.Lock | None) -> list[Finding]:
    target = directory / path
    present = _content(target)
    if present == content:
        return []
    if present is None:
        return [_finding("generate-missing", target, "is missing")]
    recorded = known.outputs.get(path) if known is not None else None
    diff = _diff(present, content, shown_path(target))
    if recorded is not None and recorded != lock.digest(present):
        return [_finding("generate-edited", target, "was edited by hand", diff)]
    return [_finding("generate-stale", target, "is not what the contract generates today", diff)]


def _finding(code: str, path: Path, what: str, diff: str | None = None) -> Finding:
    shown = shown_path(path)
    details = {} if diff is None else {"diff": diff}
    message = f"{shown} {what}; run `tally generate`"
    return Finding(code, Level.ERROR, message, Place(shown, _first_line(diff)), details=details)


def _diff(present: bytes, wanted: bytes, name: str) -> str:
    old, new = (content.decode("utf-8", "replace").splitlines() for content in (present, wanted))
    lines = list(difflib.unified_diff(old, new, f"{name} (on disk)", f"{name} (generated)", lineterm="", n=1))
    rest = [f"... {len(lines) - _LONGEST_DIFF} more lines"] if len(lines) > _LONGEST_DIFF else []
    return "\n".join([*lines[:_LONGEST_DIFF], *rest])


def _first_line(diff: str | None) -> int:
    """The line on disk where the first difference stands."""
    for line in (diff or "").splitlines():
        if line.startswith("@@ -"):
            return int(line[4:].partition(" ")[0].partition(",")[0])
    return 0
