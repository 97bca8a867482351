"""Schemathesis as a process of its own: started on the bundled description, its record read back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tallystick.contract import Contract
from tallystick.findings import InputError
from tallystick.fuzz import processes
from tallystick.fuzz.credentials import Credential
from tallystick.fuzz.record import Record, read_record
from tallystick.fuzz.settings import Effort, schemathesis_settings

__all__ = ["Assignment", "run_schemathesis"]

_REPORTS: Final = {"junit": "schemathesis-junit.xml", "har": "schemathesis.har"}
_EXIT_CLEAN, _EXIT_FAILURES = 0, 1
_GRACE: Final = 10.0  # seconds for the reports of a run that was cut


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is to be tried: a contract, the server at ``url``, and how."""

    contract: Contract
    url: str
    effort: Effort
    credentials: tuple[Credential, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, Sequence[int]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    reports: Path | None = None
    """The folder for the JUnit and HAR reports."""


def run_schemathesis(assignment: Assignment, say: Callable[[str], None] = lambda _line: None) -> Record:
    """Runs all phases and checks; ``say`` hears how far it is.

    Raises:
        InputError: Schemathesis could not do its work (the description or the server is not what it can use).
    """
    with tempfile.TemporaryDirectory(prefix="tally-fuzz-") as scratch:
        folder = Path(scratch)
        ended = _run(assignment, folder, say)
        events = folder / "events.ndjson"
        if not events.exists() or not (ended.was_cut or ended.code in (_EXIT_CLEAN, _EXIT_FAILURES)):
            raise InputError.of("fuzz-engine", f"Schemathesis ended with exit code {ended.code}: {_reason(ended.said)}")
        record = read_record(events, folder / "dropped.ndjson")
        record.was_cut = ended.was_cut
        _keep_reports(folder, assignment.reports)
        return record


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int
    said: str
    was_cut: bool


def _run(assignment: Assignment, folder: Path, say: Callable[[str], None]) -> _Ended:
    text, secrets = schemathesis_settings(
        assignment.contract,
        assignment.url,
        assignment.effort,
        assignment.credentials,
        headers=assignment.headers,
        expected=assignment.expected,
        exclude=assignment.exclude,
    )
    (folder / "schemathesis.toml").write_text(text, "utf-8")
    description = folder / "openapi.json"
    description.write_text(json.dumps(_with_plain_tokens(assignment.contract.document)), "utf-8")
    variables = {"TALLY_FUZZ_DESCRIPTION": str(description), "TALLY_FUZZ_DROPPED": str(folder / "dropped.ndjson")}
    # COLUMNS: messages are read back and must not be folded
    environment = {**os.environ, **secrets, **variables, "COLUMNS": "400", "NO_COLOR": "1"}
    process = processes.start(
        _command(folder, description), folder=folder, environment=environment, output=subprocess.PIPE
    )
    cut = threading.Event()
    timer = threading.Timer(assignment.effort.max_seconds or threading.TIMEOUT_MAX, _cut, (process, cut))
    timer.daemon = True
    timer.start()
    try:
        said = _listen(process, say)
        process.wait()
    finally:
        timer.cancel()
        processes.end(process)
    return _Ended(process.returncode, said, cut.is_set())


def _cut(process: subprocess.Popen[bytes], cut: threading.Event) -> None:
    """Ends a run whose time is up; what it has recorded so far stays."""
    cut.set()
    processes.interrupt(process)
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        processes.end(process)


def _with_plain_tokens(document: Mapping[str, Any]) -> dict[str, Any]:
    """The description with OAuth 2 and OpenID Connect as what travels: a bearer token.

    Schemathesis 4.32 does not take their header for a credential, and so calls a request anonymous that has a token.
    """
    components = document.get("components", {})
    schemes = {
        key: {"type": "http", "scheme": "bearer"} if scheme.get("type") in ("oauth2", "openIdConnect") else scheme
        for key, scheme in components.get("securitySchemes", {}).items()
    }
    return {**document, "components": {**components, "securitySchemes": schemes}} if schemes else dict(document)


def _command(folder: Path, description: Path) -> list[str]:
    paths = [f"--report-{kind}-path={folder / name}" for kind, name in _REPORTS.items()]
    config = ["--config-file", str(folder / "schemathesis.toml")]
    reports = ["--report", "junit,har,ndjson", f"--report-ndjson-path={folder / 'events.ndjson'}", *paths]
    return [sys.executable, "-m", "schemathesis.cli", *config, "run", str(description), "--no-color", *reports]


def _listen(process: subprocess.Popen[bytes], say: Callable[[str], None]) -> str:
    assert process.stdout is not None
    lines = []
    for raw in process.stdout:
        line = raw.decode("utf-8", "replace").rstrip()
        lines.append(line)
        if any(f" {phase} (in " in line for phase in ("Examples", "Coverage", "Fuzzing", "Stateful")):
            say(line.strip(" ✅❌⏭🚫💥\ufe0f"))
    return "\n".join(lines)


def _reason(said: str) -> str:
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    return " | ".join(lines[-12:]) or "it said nothing"


def _keep_reports(folder: Path, reports: Path | None) -> None:
    if reports is None:
        return
    try:
        reports.mkdir(parents=True, exist_ok=True)
        for name in _REPORTS.values():
            if (folder / name).exists():
                shutil.copyfile(folder / name, reports / name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.of("output-unwritable", f"cannot write the reports to {reports}: {reason}") from error
