"""What type checkers say about handlers: each mistake is named at its line, a right implementation passes.

Every file in ``cases`` marks where a checker must complain with ``# mypy: <text>`` and ``# pyright: <text>``;
all other lines must be clean.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate import write
from tallystick.generate.server import generate_server

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.py"))
Complaints = dict[str, dict[int, list[str]]]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder with the generated packages and the cases."""
    folder = tmp_path_factory.mktemp("typing")
    for package in ("desk", "shelf"):
        canonical = canonicalise(read(bundle(load(HERE / f"{package}.yaml"))))
        write(generate_server(canonical, package), folder / package)
    for case in CASES:
        shutil.copy(case, folder)
    return folder


@pytest.fixture(scope="module")
def mypy(project: Path) -> Complaints:
    """What mypy --strict says, by file and line."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(project / ".cache")]
    names = [case.name for case in CASES]
    result = subprocess.run([*command, *names], cwd=project, capture_output=True, text=True, check=False)
    found: Complaints = defaultdict(lambda: defaultdict(list))
    for line in result.stdout.splitlines():
        match = re.match(r"(.+?):(\d+): (?:error|note): (.*)", line)
        assert match, line + result.stderr
        found[match[1]][int(match[2])].append(match[3])
    return found


@pytest.fixture(scope="module")
def pyright(project: Path) -> Complaints:
    """What basedpyright says in its standard mode, by file and line."""
    (project / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    names = [case.name for case in CASES]
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable, *names]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    found: Complaints = defaultdict(lambda: defaultdict(list))
    for each in json.loads(result.stdout)["generalDiagnostics"]:
        if each["severity"] == "error":
            found[Path(each["file"]).name][each["range"]["start"]["line"] + 1].append(each["message"])
    return found


def _expected(case: Path, checker: str) -> dict[int, str]:
    lines = case.read_text().splitlines()
    found = {}
    for number, line in enumerate(lines, 1):
        match = re.search(rf"# {checker}: (.*?)(?: # |$)", line)
        if match:
            found[number] = match[1].strip()
    return found


def _judge(case: Path, checker: str, complaints: Complaints) -> None:
    expected = _expected(case, checker)
    given = complaints.get(case.name, {})
    for number, text in expected.items():
        assert any(text in message for message in given.get(number, ())), f"line {number}: {dict(given)}"
    assert set(given) <= set(expected), {line: given[line] for line in set(given) - set(expected)}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_mypy(case: Path, mypy: Complaints) -> None:
    """mypy --strict complains at the marked lines and nowhere else."""
    _judge(case, "mypy", mypy)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_pyright(case: Path, pyright: Complaints) -> None:
    """basedpyright complains at the marked lines and nowhere else."""
    _judge(case, "pyright", pyright)


def test_the_cases_say_what_they_are_about() -> None:
    """Every case but the right ones marks a line for both checkers."""
    for case in CASES:
        marked = bool(_expected(case, "mypy")), bool(_expected(case, "pyright"))
        assert marked == (False, False) if case.stem.startswith("right") else marked == (True, True), case
