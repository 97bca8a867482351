"""Schemathesis as a process of its own: started on the bundled description, its record read back."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tallystick.contract import Contract
from tallystick.findings import InputError
from tallystick.fuzz import processes
from tallystick.fuzz.credentials import Credential
from tallystick.fuzz.preparation import prepared
from tallystick.fuzz.record import Record, merged, read_record
from tallystick.fuzz.report_files import EVENTS, HAR, JUNIT, keep_reports
from tallystick.fuzz.settings import Effort, schemathesis_settings
from tallystick.fuzz.shards import Share, shares

__all__ = ["Assignment", "run_schemathesis"]

_DROPPED: Final = "dropped.ndjson"
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
        run = _Run(assignment, Path(scratch), say)
        record = run.record()
        keep_reports(run.folders, assignment.reports)
        return record


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int
    said: str


class _Run:
    """All shares of one run."""

    def __init__(self, assignment: Assignment, folder: Path, say: Callable[[str], None]) -> None:
        self._assignment = assignment
        self._say = say
        self._shares = shares(assignment.contract, assignment.effort, assignment.exclude)
        self.folders = [folder / str(number) for number in range(len(self._shares))]
        self._description = folder / "openapi.json"
        self._description.write_text(json.dumps(prepared(assignment.contract.document)), "utf-8")
        self._running: list[subprocess.Popen[bytes]] = []
        self._cut = threading.Event()

    def record(self) -> Record:
        """Runs every share, ``workers`` at a time; gives what they recorded together."""
        timer = threading.Timer(self._assignment.effort.max_seconds or threading.TIMEOUT_MAX, self._stop)
        timer.daemon = True
        timer.start()
        pool = ThreadPoolExecutor(self._assignment.effort.workers)
        try:
            records = [each.result() for each in self._handed_to(pool)]
        finally:
            timer.cancel()
            self._cut.set()
            for process in self._running:
                processes.end(process)
            pool.shutdown(cancel_futures=True)
        return merged(records)

    def _handed_to(self, pool: ThreadPoolExecutor) -> list[Future[Record]]:
        """The shares that run side by side, and after them those that run alone."""
        pairs = list(zip(self._shares, self.folders, strict=True))
        beside = [pool.submit(self._share, share, folder) for share, folder in pairs if not share.alone]
        wait(beside, return_when=FIRST_EXCEPTION)
        failed = any(each.done() and each.exception() is not None for each in beside)
        return beside if failed else beside + [pool.submit(self._share, *pair) for pair in pairs if pair[0].alone]

    def _stop(self) -> None:
        """The time is up: what has been recorded so far stays."""
        self._cut.set()
        for process in list(self._running):
            processes.interrupt(process)
        deadline = time.monotonic() + _GRACE
        for process in list(self._running):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            processes.end(process)

    def _share(self, share: Share, folder: Path) -> Record:
        if self._cut.is_set():
            return Record(was_cut=True)
        folder.mkdir()
        started = time.perf_counter()
        ended = self._process(share, folder)
        was_cut = self._cut.is_set()
        events = folder / EVENTS
        if not was_cut and (ended.code not in (_EXIT_CLEAN, _EXIT_FAILURES) or not events.exists()):
            raise InputError.of("fuzz-engine", f"Schemathesis ended with exit code {ended.code}: {_reason(ended.said)}")
        record = read_record(events, folder / _DROPPED) if events.exists() else Record()
        record.was_cut = was_cut
        seconds = time.perf_counter() - started
        self._say(f"Schemathesis, {share.name}: {record.cases} requests in {seconds:.0f} seconds")
        return record

    def _process(self, share: Share, folder: Path) -> _Ended:
        own = self._assignment
        text, secrets = schemathesis_settings(
            own.contract,
            own.url,
            share.effort,
            own.credentials,
            headers=own.headers,
            expected=own.expected,
            exclude=share.exclude,
        )
        (folder / "schemathesis.toml").write_text(text, "utf-8")
        variables = {"TALLY_FUZZ_DESCRIPTION": str(self._description), "TALLY_FUZZ_DROPPED": str(folder / _DROPPED)}
        # COLUMNS: messages are read back and must not be folded
        environment = {**os.environ, **secrets, **variables, "COLUMNS": "400", "NO_COLOR": "1"}
        command = _command(folder, self._description)
        process = processes.start(command, folder=folder, environment=environment, output=subprocess.PIPE)
        self._running.append(process)
        said, _ = process.communicate()
        return _Ended(process.returncode, said.decode("utf-8", "replace"))


def _command(folder: Path, description: Path) -> list[str]:
    config = ["--config-file", str(folder / "schemathesis.toml")]
    paths = {"ndjson": EVENTS, "junit": JUNIT, "har": HAR}
    reports = [f"--report-{kind}-path={folder / name}" for kind, name in paths.items()]
    kinds = ["--report", ",".join(paths)]
    return [sys.executable, "-m", "schemathesis.cli", *config, "run", str(description), "--no-color", *kinds, *reports]


def _reason(said: str) -> str:
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    return " | ".join(lines[-12:]) or "it said nothing"
