"""Results of earlier runs, so that a description that did not change is not checked again.

An entry belongs to one root file, one configuration and one state of the program; it lists the files of the description
with their digests. Nothing is kept for descriptions from standard input, with remote parts, or with dangling references
(a file may appear). The folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tallystick
from tallystick import version
from tallystick.atomic import write_atomically
from tallystick.findings import Finding, Level, Place

__all__ = ["Cache", "default_folder"]

_KEPT: Final = 200  # entries
_WATCHED: Final = ("__init__.py", "findings.py", "document", "contract", "lint")
"""Parts of the package whose change makes every entry void."""


def default_folder() -> Path | None:
    """``$XDG_CACHE_HOME/tallystick``, else ``~/.cache/tallystick``; None for a user without a home."""
    stated = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(stated) if Path(stated).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return None
    return base / "tallystick" / "lint"


@dataclass(frozen=True, slots=True)
class Cache:
    """The entry of one root file under one configuration."""

    folder: Path
    root: Path
    settings: str
    """Everything beside the files that decides about the findings, as text."""

    def load(self) -> tuple[list[Finding], list[str]] | None:
        """The findings of the last run and the names of the files looked at; None where anything changed since."""
        try:
            entry = json.loads(self._path().read_bytes())
            files = entry["files"]
            if all(_digest(Path(path)) == digest for path, digest in files.items()):
                return [_finding(value) for value in entry["findings"]], entry["names"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # no entry, or one that somebody damaged: the description is checked again
        return None

    def store(self, findings: Iterable[Finding], files: Iterable[Path], names: Iterable[str]) -> None:
        """Remembers a run. A folder that cannot be written to is passed over: the cache only saves time."""
        entry = {
            "files": {str(path): _digest(path) for path in files},
            "names": list(names),
            "findings": [_data(finding) for finding in findings],
        }
        with suppress(OSError):
            write_atomically(self._path(), json.dumps(entry).encode())
            self._tidy()

    def _path(self) -> Path:
        text = "\0".join((str(Path.cwd()), str(self.root.resolve()), self.settings, _program()))
        return self.folder / f"{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.json"

    def _tidy(self) -> None:
        entries = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in entries[_KEPT:]:
            path.unlink(missing_ok=True)


def _program() -> str:
    """The version, and size and time of every module that has a say."""
    base = Path(tallystick.__file__).parent
    marks = [version()]
    for part in _WATCHED:
        for path in sorted((base / part).rglob("*.py")) if (base / part).is_dir() else [base / part]:
            status = path.stat()
            marks.append(f"{path.name}:{status.st_size}:{status.st_mtime_ns}")
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _data(finding: Finding) -> list[Any]:
    places = [_place_data(place) for place in (finding.place, *finding.related)]
    return [finding.code, finding.level.value, finding.message, finding.operation, places]


def _place_data(place: Place) -> list[Any]:
    return [place.file, place.line, place.column, place.end_line, place.end_column, place.pointer]


def _finding(value: list[Any]) -> Finding:
    code, level, message, operation, places = value
    first, *related = [Place(*place) for place in places]
    return Finding(code, Level(level), message, first, operation, tuple(related))
