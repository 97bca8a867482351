"""The quality floor: every step runs, the table tells how each ended."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def floor():
    """The program as a module."""
    spec = importlib.util.spec_from_file_location("run_floor", ROOT / "tests" / "run_floor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_failed_step_does_not_hide_the_next(floor, monkeypatch, capfd):
    """Both ran, the table shows both, the exit code is 1."""
    steps = [floor.Step("one", "fails", ("no_such_module",)), floor.Step("two", "passes", ("this",))]
    monkeypatch.setattr(floor, "steps", lambda: steps)
    assert floor.main([]) == 1
    out = capfd.readouterr().out
    assert "=== one: fails" in out
    assert "\none       FAILED" in out
    assert "\ntwo       passed" in out


def test_steps_can_be_chosen(floor, monkeypatch, capfd):
    """Only the named one runs."""
    steps = [floor.Step("one", "fails", ("no_such_module",)), floor.Step("two", "passes", ("this",))]
    monkeypatch.setattr(floor, "steps", lambda: steps)
    assert floor.main(["two"]) == 0
    assert "one" not in capfd.readouterr().out.split("step")[-1]


def test_an_unknown_step_is_told(floor, capsys):
    """The known ones are named, exit code 2."""
    assert floor.main(["typos"]) == 2
    assert capsys.readouterr().err == "unknown step: typos; known: lint, format, types, tests\n"


def test_the_floor_covers_every_package(floor):
    """Tools and tests at least, whatever else exists."""
    types = next(step for step in floor.steps() if step.name == "types")
    assert "tools/tallystick" in types.arguments
    assert "--strict" in types.arguments
