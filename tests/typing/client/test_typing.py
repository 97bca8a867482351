"""The types of the client are a feature: what must be accepted is, and what must be refused is refused at its line."""

from __future__ import annotations

import re
from pathlib import Path

import mypy.api
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    cache = tmp_path_factory.mktemp("mypy")
    files = [str(HERE / "usage_ok.py"), str(HERE / "usage_wrong.py")]
    options = ["--strict", "--config-file=", "--python-version=3.11", f"--cache-dir={cache}", "--no-error-summary"]
    out, err, _ = mypy.api.run([*options, *files])
    assert not err
    return out.splitlines()


def found(report, name):
    pattern = re.compile(rf"{name}:(\d+): error: .*\[([a-z-]+)\]")
    return {(int(match[1]), match[2]) for line in report if (match := pattern.search(line))}


def test_what_consumers_write_is_accepted(report):
    """Every call and every assert_type of the good file holds."""
    assert [line for line in report if "usage_ok.py" in line] == []


def test_mistakes_are_refused_where_they_stand(report):
    """Each marked line is an error of the marked kind, and no other line is one."""
    lines = (HERE / "usage_wrong.py").read_text(encoding="utf-8").splitlines()
    wanted = {(number, line.partition("# error: ")[2]) for number, line in enumerate(lines, 1) if "# error: " in line}
    assert found(report, "usage_wrong.py") == wanted


def test_the_client_itself_is_strict():
    """The generated package passes mypy --strict."""
    out, err, code = mypy.api.run(
        ["--strict", "--config-file=", "--python-version=3.11", str(ROOT / "clients/python/warehouse_client")]
    )
    assert (err, code) == ("", 0), out
