"""The reports that Schemathesis writes, put together from the shares of a run."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tallystick.atomic import write_atomically
from tallystick.findings import InputError

__all__ = ["EVENTS", "HAR", "JUNIT", "keep_reports"]

EVENTS: Final = "events.ndjson"
JUNIT: Final = "schemathesis-junit.xml"
HAR: Final = "schemathesis.har"


def keep_reports(folders: Sequence[Path], target: Path | None) -> None:
    """Writes one JUnit and one HAR report to ``target``. Raises InputError when it cannot be written."""
    if target is None:
        return
    try:
        target.mkdir(parents=True, exist_ok=True)
        write_atomically(target / JUNIT, _junit([folder / JUNIT for folder in folders]))
        write_atomically(target / HAR, _har([folder / HAR for folder in folders]))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.of("output-unwritable", f"cannot write the reports to {target}: {reason}") from error


def _junit(files: Sequence[Path]) -> bytes:
    """One set of suites; a report that was cut short is left out."""
    whole = ET.Element("testsuites", name="schemathesis")
    for file in files:
        try:
            whole.extend(ET.parse(file).getroot())  # noqa: S314  written by Schemathesis a moment ago
        except (OSError, ET.ParseError):
            continue
    for count in ("tests", "failures", "errors", "skipped"):
        whole.set(count, str(sum(int(suite.get(count, "0")) for suite in whole)))
    ET.indent(whole)
    text: bytes = ET.tostring(whole, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _har(files: Sequence[Path]) -> bytes:
    """One log with the entries of all, in the order of their time."""
    logs = [log for log in map(_log, files) if log is not None]
    entries = sorted(
        (entry for log in logs for entry in log["entries"]), key=lambda entry: str(entry["startedDateTime"])
    )
    first = logs[0] if logs else {"version": "1.2", "creator": {"name": "Schemathesis", "version": ""}}
    return json.dumps({"log": {**first, "entries": entries}}).encode()


def _log(file: Path) -> dict[str, Any] | None:
    try:
        log: dict[str, Any] = json.loads(file.read_bytes())["log"]
    except (OSError, ValueError, KeyError):
        return None
    return log
