"""``tally check``: gates in their order, one table, one exit code, in any project with a tally.toml."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples" / "apps"
CONFIG = """
spec = "shelf.yaml"
[lint]
set = "minimal"
[drift]
app = "shelf_app:app"
[fuzz]
app = "shelf_app:app"
parts = ["authorization"]
[fuzz.auth.key]
value = "secret"
"""


@pytest.fixture
def project(tmp_path):
    """A folder with the sample application and a configuration."""

    def write(config=CONFIG, old="", new=""):
        text = (SAMPLES / "shelf_app.py").read_text()
        assert old in text
        (tmp_path / "shelf_app.py").write_text(text.replace(old, new, 1) if old else text)
        (tmp_path / "shelf.yaml").write_text((SAMPLES / "shelf.yaml").read_text())
        (tmp_path / "tally.toml").write_text(config)
        return tmp_path

    return write


def check(folder, *arguments):
    """Calls ``tally check``; gives the exit code, standard output and standard error."""
    command = [sys.executable, "-m", "tallystick", "check", *arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def results(folder, *arguments):
    """The exit code and the result of each gate."""
    code, out, _ = check(folder, "--format", "json", *arguments)
    return code, {gate["gate"]: gate["result"] for gate in json.loads(out)["gates"]}


def test_gates_run_cheapest_first_and_say_so(project):
    """Progress while they run, a table at the end, exit code 0; a gate without configuration is not passed over."""
    code, out, errors = check(project())
    assert code == 0, errors
    assert out == ""
    started = [line.split(":")[0] for line in errors.splitlines() if line.endswith("?")]
    assert started == ["lint", "generate", "drift", "fuzz"]
    assert "gate      result          findings  seconds" in errors
    assert "generate  not configured" in errors


def test_a_finding_fails_its_gate_alone(project):
    """Exit code 1; the other gates have their own results."""
    folder = project(old="le=1000", new="le=999")
    assert results(folder) == (
        1,
        {"lint": "passed", "generate": "not configured", "drift": "failed", "fuzz": "passed"},
    )


def test_a_gate_that_cannot_judge_is_broken(project):
    """Exit code 2, and the other gates are asked all the same."""
    folder = project(old="app = FastAPI(", new="raise RuntimeError('no key')\napp = FastAPI(")
    code, found = results(folder)
    assert (code, found["lint"], found["drift"], found["fuzz"]) == (2, "passed", "broken", "broken")


def test_gates_can_be_chosen(project):
    """By --only, by --skip and by the configuration."""
    folder = project(CONFIG + '[check]\nskip = ["lint"]\n')
    assert results(folder, "--only", "drift") == (0, {"drift": "passed"})
    assert results(folder, "--skip", "fuzz")[1] == {
        "lint": "skipped",
        "generate": "not configured",
        "drift": "passed",
        "fuzz": "skipped",
    }
    code, _, errors = check(folder, "--only", "drifts")
    assert code == 2
    assert "there is no gate drifts; the gates are lint, generate, drift, fuzz" in errors


def test_what_one_gate_has_said_is_not_said_again(project):
    """A description that cannot be read is one finding, though every gate needs it."""
    folder = project()
    (folder / "shelf.yaml").write_text("openapi: 3.1.0\n\tbad: 1\n")
    code, out, _ = check(folder, "--format", "json")
    report = json.loads(out)
    assert code == 2
    assert len(report["findings"]) == 1
    assert [gate["result"] for gate in report["gates"]] == ["broken", "not configured", "broken", "broken"]


@pytest.mark.parametrize("form", ["github", "sarif", "junit", "markdown"])
def test_the_report_comes_in_every_format(project, form):
    """What programs read goes to standard output, the table to standard error."""
    code, out, errors = check(project(old="le=1000", new="le=999"), "--skip", "fuzz", "--format", form)
    assert code == 1
    assert "createBox" in out
    assert "drift     failed" in errors


def test_without_any_configuration_nothing_is_claimed(tmp_path):
    """Every gate says what to write into tally.toml."""
    (tmp_path / "tally.toml").write_text("")
    code, found = results(tmp_path)
    assert (code, set(found.values())) == (0, {"not configured"})
