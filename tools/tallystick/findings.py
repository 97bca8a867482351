"""What every gate returns: findings, each with a code, a level, a place and a message that says what to do.

This module depends on nothing else in the package. Everything here is immutable and free of input and output.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

__all__ = [
    "NOWHERE",
    "Finding",
    "InputError",
    "Level",
    "Place",
    "Threshold",
    "as_json",
    "deduplicated",
    "exceeds",
    "fingerprint",
    "fingerprints",
    "ordered",
    "place_as_json",
    "quoted",
    "shown_path",
    "summary",
    "worst",
]
_LONGEST_VALUE: Final = 60


@functools.total_ordering
class Level(enum.Enum):
    """How grave a finding is: ``INFO < WARNING < ERROR``."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Level):
            return NotImplemented
        return _RANK[self] < _RANK[other]

    def __str__(self) -> str:
        return self.value


_RANK: Final = {Level.INFO: 0, Level.WARNING: 1, Level.ERROR: 2}


class Threshold(enum.StrEnum):
    """From which level findings fail a run (``--fail-on``)."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"

    @property
    def level(self) -> Level | None:
        """The lowest level that fails, None for never."""
        return None if self is Threshold.NEVER else Level(self.value)


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of source text, or the best that is known about it.

    ``file`` is the path as the user should see it (``shown_path``), ``-`` for standard input, and ``""`` when the
    finding belongs to no file (a running server, for example). Lines and columns count from 1, columns count Unicode
    characters; 0 means unknown. The end is exclusive: ``end_column`` is the column after the last character, so an
    empty stretch has equal start and end. ``pointer`` is a JSON pointer (RFC 6901); ``""`` is the whole document.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    pointer: str = ""

    def __post_init__(self) -> None:
        if min(self.line, self.column, self.end_line, self.end_column) < 0:
            raise ValueError(f"lines and columns are 0 (unknown) or more: {self!r}")

    def __str__(self) -> str:
        """``file:line:column``, without the parts that are unknown."""
        parts = [self.file] if self.file else []
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


NOWHERE: Final = Place()

_FIXED_KEYS: Final = frozenset(
    ("code", "level", "message", "file", "line", "column", "end_line", "end_column", "pointer", "operation", "related")
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a gate found.

    ``code`` is stable and explained by ``tally explain CODE``. ``message`` says what is wrong and what to do.
    ``operation`` is the operation concerned: its operationId, or ``METHOD /path`` where it has none. ``related`` are
    further places that take part (the other of two equal names). ``details`` are extra JSON values of one gate, such as
    the request and the reply that a fuzzing run saw; they become further keys of the JSON form.
    """

    code: str
    level: Level
    message: str
    place: Place = NOWHERE
    operation: str | None = None
    related: tuple[Place, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        taken = _FIXED_KEYS.intersection(self.details)
        if taken:
            raise ValueError(f"details of {self.code} use reserved keys: {', '.join(sorted(taken))}")

    def __str__(self) -> str:
        where = str(self.place)
        return f"{where}: {self.message}" if where else self.message


class InputError(Exception):
    """The description, the configuration or the call is wrong, so that there is nothing to check: exit code 2.

    Carries at least one finding. The command line reports them in the chosen format.
    """

    def __init__(self, *findings: Finding) -> None:
        if not findings:
            raise ValueError("an InputError carries at least one finding")
        super().__init__(*findings)
        self.findings: tuple[Finding, ...] = findings

    @classmethod
    def of(cls, code: str, message: str, place: Place = NOWHERE, **details: Any) -> InputError:
        """An error with a single finding of level ``error``."""
        return cls(Finding(code, Level.ERROR, message, place, details=details))

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without duplicates, by file, place, gravity and code: the same list on every machine."""
    return sorted(deduplicated(findings), key=_sort_key)


def deduplicated(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in their order, each once: same code, level, message, place and operation is the same finding."""
    seen: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.level, finding.message, finding.place, finding.operation)
        seen.setdefault(key, finding)
    return list(seen.values())


def _sort_key(finding: Finding) -> tuple[object, ...]:
    place = finding.place
    return (
        place.file,
        place.line,
        place.column,
        -_RANK[finding.level],
        finding.code,
        place.pointer,
        finding.operation or "",
        finding.message,
        place.end_line,
        place.end_column,
    )


def worst(findings: Iterable[Finding]) -> Level | None:
    """The gravest level among the findings, None when there are none."""
    return max((finding.level for finding in findings), default=None)


def exceeds(findings: Iterable[Finding], threshold: Level | None) -> bool:
    """Whether any finding is at or above ``threshold``; a threshold of None is never reached."""
    return threshold is not None and any(finding.level >= threshold for finding in findings)


def fingerprint(finding: Finding) -> str:
    """64 hexadecimal digits that stay the same when lines above the finding come or go."""
    place = finding.place
    text = "\0".join((finding.code, place.file, place.pointer, finding.operation or "", finding.message))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """A distinct fingerprint per finding, in their order: equal ones are told apart by their running number."""
    seen: Counter[str] = Counter()
    result = []
    for mark in map(fingerprint, findings):
        seen[mark] += 1
        again = f"{mark}:{seen[mark]}".encode()
        result.append(mark if seen[mark] == 1 else hashlib.sha256(again).hexdigest())
    return result


def summary(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are of each level, and in all."""
    counts = Counter(finding.level for finding in findings)
    by_level = {level.value: counts[level] for level in sorted(Level, reverse=True)}
    return {**by_level, "total": counts.total()}


def place_as_json(place: Place) -> dict[str, Any]:
    """The six keys of a place; 0 stands for an unknown line or column."""
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "pointer": place.pointer,
    }


def as_json(finding: Finding) -> dict[str, Any]:
    """The JSON form that other programs rely on: ten fixed keys, ``related`` when there are any, then the details."""
    value: dict[str, Any] = {"code": finding.code, "level": finding.level.value, "message": finding.message}
    value |= place_as_json(finding.place)
    value["operation"] = finding.operation
    if finding.related:
        value["related"] = [place_as_json(place) for place in finding.related]
    return value | dict(finding.details)


def shown_path(path: str | os.PathLike[str]) -> str:
    """A path as users should see it: relative to the working directory when beneath it, with forward slashes."""
    here = Path.cwd()
    try:
        return Path(os.path.abspath(path)).relative_to(here).as_posix()
    except ValueError:
        return Path(path).as_posix()


def quoted(value: Any) -> str:
    """A JSON value as messages quote it: JSON, cut where it gets long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
