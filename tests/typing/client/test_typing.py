"""The types of the client are a feature: what must be accepted is, and what must be refused is refused at its line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import mypy.api
import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.client import generate_client

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


def strictly(folder: Path, package: str) -> list[str]:
    """What basedpyright says in strict mode: file, line and message."""
    (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict", "include": [package]}))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report = json.loads(result.stdout)
    assert report["summary"]["filesAnalyzed"] > 30
    return [
        f"{Path(each['file']).name}:{each['range']['start']['line'] + 1}: {each['message']}"
        for each in report["generalDiagnostics"]
    ]


@pytest.mark.parametrize("name", ["bare", "free", "parcels"])
def test_pyright_finds_nothing_in_strict_mode(tmp_path, name):
    """A contract without server, models or tags, one with unions of free objects, and one that has everything."""
    spec = ROOT / "tests/golden/client/parcels.yaml" if name == "parcels" else HERE / f"{name}.yaml"
    plan = generate_client(canonicalise(read(bundle(load(str(spec))))), package=f"{name}_client", name=name.title())
    for path, content in plan.files.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    assert strictly(tmp_path, f"{name}_client") == []
