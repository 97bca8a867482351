"""The quality floor, one step after the other, then a table: what ran, how it ended, how long it took.

``python tests/run_floor.py`` runs all steps; names as arguments choose some: ``python tests/run_floor.py types tests``.
All steps run, also after a failure. The exit code is 0 when every step passed, 1 when one failed, 2 for a wrong name.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("tools/tallystick", "server/warehouse", "clients/python")


class Step(NamedTuple):
    """A name, what it makes sure of, and the arguments of a Python module."""

    name: str
    what: str
    arguments: tuple[str, ...]


class Result(NamedTuple):
    """How a step ended; seconds of wall time."""

    step: Step
    passed: bool
    seconds: float


def steps() -> list[Step]:
    """The steps in their order, cheapest first."""
    packages = tuple(package for package in PACKAGES if any((ROOT / package).rglob("*.py")))
    return [
        Step("lint", "ruff check: no known mistake", ("ruff", "check", ".")),
        Step("format", "ruff format --check: one layout", ("ruff", "format", "--check", ".")),
        Step("types", f"mypy --strict: {', '.join(packages)}", ("mypy", "--strict", *packages)),
        Step("tests", "pytest tests", ("pytest", "--numprocesses", "auto", "--dist", "loadfile", "tests")),
    ]


def main(names: list[str]) -> int:
    """Runs the chosen steps and prints the table."""
    every = steps()
    unknown = sorted(set(names) - {step.name for step in every})
    if unknown:
        print(f"unknown step: {', '.join(unknown)}; known: {', '.join(step.name for step in every)}", file=sys.stderr)
        return 2
    results = [run(step) for step in every if not names or step.name in names]
    print_table(results)
    return 0 if all(result.passed for result in results) else 1


def run(step: Step) -> Result:
    """Runs one step with its output going straight to the terminal."""
    print(f"\n=== {step.name}: {step.what}", flush=True)
    started = time.perf_counter()
    ended = subprocess.run([sys.executable, "-m", *step.arguments], cwd=ROOT, check=False)
    return Result(step, ended.returncode == 0, time.perf_counter() - started)


def print_table(results: list[Result]) -> None:
    """One line per step."""
    print(f"\n{'step':<8}  {'result':<6}  {'seconds':>7}\n{'-' * 25}")
    for result in results:
        print(f"{result.step.name:<8}  {'passed' if result.passed else 'FAILED':<6}  {result.seconds:>7.1f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
