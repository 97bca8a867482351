"""The guide to a first server does what it says: its files are type checked and run as they are printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs/guide/first-server.md"
BLOCK = re.compile(r"^```(?:yaml|toml|python)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.slow


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """The project of the page: generated, scaffolded, then every file as it is printed."""
    folder = tmp_path_factory.mktemp("first_server")
    files = dict(BLOCK.findall(PAGE.read_text("utf-8")))
    for name in ("openapi.yaml", "tally.toml"):
        (folder / name).write_text(files.pop(name))
    for command in (("generate",), ("scaffold", "acme/handlers")):
        result = _run(folder, "tallystick", *command)
        assert result.returncode == 0, result.stderr
    (folder / "acme/__init__.py").touch()
    (folder / "tests").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_mypy(project: Path) -> None:
    """mypy --strict has nothing to say."""
    result = _run(project, "mypy", "--strict", "acme", "tests")
    assert result.returncode == 0, result.stdout


def test_pyright(project: Path) -> None:
    """Nor has basedpyright in its strict mode."""
    (project / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "include": ["acme", "tests"]})
    )
    result = _run(project, "basedpyright", "--pythonpath", sys.executable)
    assert result.returncode == 0, result.stdout


def test_the_tests_of_the_page(project: Path) -> None:
    """The service does what the page says."""
    result = _run(project, "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "tests")
    assert "3 passed" in result.stdout, result.stdout


def test_nothing_is_left_to_scaffold(project: Path) -> None:
    """Every operation has its handler."""
    result = _run(project, "tallystick", "scaffold", "acme/handlers")
    assert "nothing to write" in result.stderr + result.stdout
