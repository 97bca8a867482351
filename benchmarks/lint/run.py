"""How fast `tally lint` is, beside Redocly CLI and Spectral from npm, in the same run.

``python benchmarks/lint/run.py [FILE...] [--peers FOLDER] [--runs N]``. Without files, GitHub's REST description is
taken out of the npm package @octokit/openapi. The peers are installed into ``--peers`` (a temporary folder by default),
never into the repository. Each tool runs with its own default rules; `tally` without its memory, then warm. What is
printed is CPU time (user and system), wall time and the largest resident set, the best of N runs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PEERS = ("@redocly/cli@2.77.0", "@stoplight/spectral-cli@6.16.3")
SAMPLE = "@octokit/openapi@23.0.2"
SAMPLE_FILE = "generated/api.github.com.json"
MIB = 1024


@dataclass(frozen=True)
class Measure:
    """One tool on one description: CPU seconds, wall seconds, MiB, findings (None where it does not say)."""

    tool: str
    cpu: float
    wall: float
    memory: float
    findings: int | None


def main(arguments: Sequence[str]) -> int:
    """Measures and prints a table per description."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--peers", type=Path, help="folder in which the peers are, or are to be, installed")
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tally-bench-") as temporary:
        folder = options.peers or Path(temporary) / "peers"
        peers = installed(folder)
        files = options.files or [sample(folder)]
        for file in files:
            measures = [best(tool, call, options.runs) for tool, call in calls(file, peers, Path(temporary))]
            show(file, [measure for measure in measures if measure is not None])
    return 0


def installed(folder: Path) -> Path | None:
    """The folder of the peers' programs; None (told) where npm is missing or cannot fetch them."""
    programs = folder / "node_modules" / ".bin"
    if (programs / "redocly").exists() and (programs / "spectral").exists():
        return programs
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not installed: no peers to compare with", file=sys.stderr)
        return None
    folder.mkdir(parents=True, exist_ok=True)
    call = [
        npm,
        "install",
        "--prefix",
        str(folder),
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--silent",
        *PEERS,
        SAMPLE,
    ]
    if subprocess.run(call, check=False, stdout=subprocess.DEVNULL).returncode:
        print("npm could not install the peers: nothing to compare with", file=sys.stderr)
        return None
    return programs


def sample(folder: Path) -> Path:
    """GitHub's REST description from the npm package."""
    file = folder / "node_modules" / "@octokit" / "openapi" / SAMPLE_FILE
    if not file.is_file():
        raise SystemExit("name the descriptions to measure: the sample could not be installed")
    return file


def calls(file: Path, peers: Path | None, temporary: Path) -> list[tuple[str, Callable[[], list[str]]]]:
    """The command lines to measure, in their order."""
    tally = [sys.executable, "-m", "tallystick", "lint", str(file), "--format", "json"]
    found: list[tuple[str, Callable[[], list[str]]]] = [
        ("tally lint --fast", lambda: [*tally, "--fast", "--no-cache"]),
        ("tally lint", lambda: [*tally, "--no-cache"]),
        ("tally lint (warm)", lambda: tally),
    ]
    if peers is not None:
        ruleset = temporary / "spectral.json"
        ruleset.write_text(json.dumps({"extends": ["spectral:oas"]}))
        redocly = [str(peers / "redocly"), "lint", str(file), "--format", "json", "--max-problems", "1000000"]
        spectral = [str(peers / "spectral"), "lint", str(file), "-r", str(ruleset), "-f", "json", "--quiet"]
        found.append(("redocly lint", lambda: redocly))
        found.append(("spectral lint", lambda: spectral))
    return found


def best(tool: str, call: Callable[[], list[str]], runs: int) -> Measure | None:
    """The run with the least CPU time; a warm run is preceded by one that fills the memory."""
    if "warm" in tool:
        measured(tool, call())
    done = [measure for _ in range(runs) if (measure := measured(tool, call())) is not None]
    return min(done, key=lambda measure: measure.cpu, default=None)


def measured(tool: str, call: list[str]) -> Measure | None:
    """Runs a program to its end and asks the system what it took."""
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(call, stdout=out, stderr=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"})
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if process.returncode not in (0, 1):
        print(f"{tool} ended with {process.returncode}", file=sys.stderr)
        return None
    cpu = usage.ru_utime + usage.ru_stime
    return Measure(tool, cpu, wall, usage.ru_maxrss / MIB, count(text))


def count(text: bytes) -> int | None:
    """How many findings a JSON report has."""
    try:
        report = json.loads(text)
    except ValueError:
        return None
    if isinstance(report, list):
        return len(report)
    listed = report.get("findings", report.get("problems"))
    return len(listed) if isinstance(listed, list) else None


def show(file: Path, measures: list[Measure]) -> None:
    """One line per tool, and its CPU time as a multiple of that of `tally lint --fast`."""
    size = file.stat().st_size / 1e6
    print(f"\n{file.parent.name}/{file.name} ({size:.1f} MB)")
    print(f"{'tool':<20}{'CPU s':>8}{'wall s':>8}{'MiB':>8}{'ratio':>8}{'findings':>10}")
    base = measures[0].cpu if measures else 1.0
    for measure in measures:
        findings = "" if measure.findings is None else str(measure.findings)
        print(
            f"{measure.tool:<20}{measure.cpu:>8.2f}{measure.wall:>8.2f}{measure.memory:>8.0f}"
            f"{measure.cpu / base:>8.1f}{findings:>10}",
            flush=True,
        )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main(sys.argv[1:]))
