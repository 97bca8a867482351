"""The ignore file: findings that a project accepts, each with a reason and, if it likes, an end date.

It is YAML, written and sorted by ``tally lint --update-ignore``::

    exceptions:
      - rule: property-case
        file: spec/openapi.yaml
        pointer: /components/schemas/Item/properties/UnitPrice
        reason: published before there was a style
        expires: '2027-06-30'

An entry accepts the findings of one rule at a place and everything below it. Paths start from the folder of the file.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tallystick.atomic import write_atomically
from tallystick.document import Document, Limits
from tallystick.document.file import read_document
from tallystick.document.writing import to_yaml
from tallystick.findings import NOWHERE, Finding, InputError, Level, Place, shown_path

__all__ = ["EXPIRED", "STALE", "Entry", "IgnoreFile", "read"]

STALE: Final = "ignore-stale"
EXPIRED: Final = "ignore-expired"
_FIELDS: Final = ("rule", "file", "pointer", "reason", "expires")
_NEW: Final = "accepted as it was found"
_HEAD: Final = (
    "# Findings of tally that this project accepts, each with a reason. `tally lint --update-ignore` sorts the file.\n"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted finding. ``file`` is relative to the folder of the ignore file, with forward slashes."""

    rule: str
    file: str
    pointer: str
    reason: str
    expires: dt.date | None = None
    """The last day on which the entry holds."""
    place: Place = NOWHERE

    def accepts(self, rule: str, file: str, pointer: str) -> bool:
        """Whether the entry is about this rule, here or below."""
        same = self.rule == rule and self.file == file
        return same and (pointer == self.pointer or pointer.startswith(f"{self.pointer}/"))

    def as_data(self) -> dict[str, str]:
        """The entry as it stands in the file."""
        data = {"rule": self.rule, "file": self.file, "pointer": self.pointer, "reason": self.reason}
        return data if self.expires is None else {**data, "expires": self.expires.isoformat()}


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The entries of one file; none where there is no file yet."""

    path: Path
    entries: tuple[Entry, ...] = ()

    def apply(self, findings: Iterable[Finding], *, today: dt.date, files: Iterable[str], stale: bool) -> list[Finding]:
        """The findings that no entry accepts, and warnings about entries that have ended or (``stale``) match nothing.

        ``files`` are the files that were looked at (as findings name them); entries for others are not judged.
        """
        kept: list[Finding] = []
        used: set[Entry] = set()
        for finding in findings:
            entries = [entry for entry in self.entries if entry.accepts(*self._identity(finding))]
            used.update(entries)
            if not any(_holds(entry, today) for entry in entries):
                kept.append(finding)
        looked_at = {self._relative(file) for file in files}
        judged = [entry for entry in self.entries if entry.file in looked_at]
        return [*kept, *_warnings(judged, used, today=today, stale=stale)]

    def updated(self, findings: Iterable[Finding], *, files: Iterable[str]) -> IgnoreFile:
        """The file with an entry for each of the findings; entries for the files that match nothing are dropped."""
        listed = list(findings)
        looked_at = {self._relative(file) for file in files}
        kept = [entry for entry in self.entries if entry.file not in looked_at or self._matches(entry, listed)]
        open_ended = [entry for entry in kept if entry.expires is None]
        for finding in listed:
            identity = self._identity(finding)
            if not any(entry.accepts(*identity) for entry in open_ended):
                open_ended.append(Entry(*identity, _NEW))
        dated = [entry for entry in kept if entry.expires is not None]
        everything = {(entry.file, entry.pointer, entry.rule): entry for entry in (*open_ended, *dated)}
        return replace(self, entries=tuple(entry for _, entry in sorted(everything.items())))

    def write(self) -> None:
        """Replaces the file. Raises InputError."""
        data = {"exceptions": [entry.as_data() for entry in self.entries]}
        try:
            write_atomically(self.path, (_HEAD + to_yaml(data)).encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError.of("output-unwritable", f"cannot write {shown_path(self.path)}: {reason}") from error

    def _matches(self, entry: Entry, findings: list[Finding]) -> bool:
        return any(entry.accepts(*self._identity(finding)) for finding in findings)

    def _identity(self, finding: Finding) -> tuple[str, str, str]:
        return finding.code, self._relative(finding.place.file), finding.place.pointer

    def _relative(self, file: str) -> str:
        if file in ("", "-") or "://" in file:
            return file
        return Path(os.path.relpath(os.path.abspath(file), self.path.absolute().parent)).as_posix()


def _holds(entry: Entry, today: dt.date) -> bool:
    return entry.expires is None or today <= entry.expires


def _warnings(entries: Iterable[Entry], used: set[Entry], *, today: dt.date, stale: bool) -> Iterator[Finding]:
    for entry in entries:
        if not _holds(entry, today):
            message = (
                f"the exception for {entry.rule} ended on {entry.expires}: mend the finding, or give it a new date"
            )
            yield Finding(EXPIRED, Level.WARNING, message, entry.place)
        elif stale and entry not in used:
            where = f"{entry.file}#{entry.pointer}"
            message = f"nothing is found by {entry.rule} at {where} any more: remove the entry (--update-ignore does)"
            yield Finding(STALE, Level.WARNING, message, entry.place)


def read(path: Path) -> IgnoreFile:
    """The ignore file at ``path``; an empty one where there is none. Raises InputError for each wrong entry."""
    name = shown_path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return IgnoreFile(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.of("ignore-invalid", f"cannot read {name}: {reason}", Place(name)) from error
    if not data.strip():
        return IgnoreFile(path)
    document = read_document(str(path), name, data, Limits())
    return IgnoreFile(path, tuple(_entries(document)))


def _entries(document: Document) -> list[Entry]:
    value = document.value
    if value is None:
        return []
    listed = value.get("exceptions") if isinstance(value, dict) else None
    if not isinstance(listed, list) or set(value) != {"exceptions"}:
        message = "an ignore file has one key, `exceptions`, with a list of entries"
        raise InputError.of("ignore-invalid", message, document.place(""))
    read_entries = [_entry(entry, document, f"/exceptions/{index}") for index, entry in enumerate(listed)]
    faults = [entry for entry in read_entries if isinstance(entry, Finding)]
    if faults:
        raise InputError(*faults)
    return [entry for entry in read_entries if isinstance(entry, Entry)]


def _entry(value: Any, document: Document, pointer: str) -> Entry | Finding:
    fault = _fault(value)
    if fault is not None:
        return Finding("ignore-invalid", Level.ERROR, fault, document.place(pointer))
    expires = dt.date.fromisoformat(value["expires"]) if "expires" in value else None
    fields = (value["rule"], value["file"], value["pointer"], value["reason"])
    return Entry(*fields, expires=expires, place=document.place(pointer))


def _fault(value: Any) -> str | None:
    """What is wrong with an entry, None for a good one."""
    if not isinstance(value, dict):
        return f"an entry is a map of {', '.join(_FIELDS)}"
    unknown = [key for key in value if key not in _FIELDS]
    if unknown:
        return f"unknown key {unknown[0]!r}: an entry has {', '.join(_FIELDS)}"
    missing = [
        key for key in _FIELDS[:4] if not isinstance(value.get(key), str) or (key != "pointer" and not value[key])
    ]
    if missing:
        return f"the entry needs `{missing[0]}`, as text" + _why(missing[0])
    if value["pointer"] and not value["pointer"].startswith("/"):
        return f"`pointer` is a JSON pointer that begins with '/', not {value['pointer']!r}"
    return None if _is_date(value) else "`expires` is a date in quotes, such as '2027-06-30'"


def _why(field: str) -> str:
    return ": say why the finding is accepted" if field == "reason" else ""


def _is_date(value: Mapping[str, Any]) -> bool:
    if "expires" not in value:
        return True
    try:
        dt.date.fromisoformat(value["expires"])
    except (TypeError, ValueError):
        return False
    return True
