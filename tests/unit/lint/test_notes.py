"""Every code that the toolchain can report has a text for `tally explain`."""

import ast
from pathlib import Path

import pytest

import tallystick
from tallystick.lint import all_rules
from tallystick.lint.notes import NOTES
from tallystick.lint.pages import explanation

SOURCES = Path(tallystick.__file__).parent
REPORTERS = {"Finding", "of", "report", "_report", "_finding", "_error", "_warning"}
GENERATION = ("canonical", "client", "generate", "models", "scaffold", "server", "wire")


def reported(folder):
    """The codes written in calls that report."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py"))
    codes = {_code(node) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return codes - {None}


def _code(call):
    """The code that a call reports; a single word counts only where a finding is made on the spot."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    if name not in REPORTERS or not isinstance(first, str) or " " in first:
        return None
    return first if "-" in first or name in ("Finding", "of") else None


@pytest.mark.parametrize("part", ["generate", "contract", "cli", "document"])
def test_every_reported_code_is_explained(part):
    """What a user meets in the output can be looked up."""
    codes = reported(SOURCES / part)
    assert len(codes) > 3
    assert {code for code in codes if explanation(code) is None} == set()


def test_codes_of_generation_have_texts_of_their_own():
    """A text for a whole family does not say what to do about one member of it."""
    codes = reported(SOURCES / "generate") | reported(SOURCES / "contract")
    ours = {code for code in codes if code.partition("-")[0] in GENERATION}
    assert {"wire", "client-operation-lost", "generate-stale", "canonical-union", "server-path"} <= ours
    assert ours - set(NOTES) - set(all_rules()) == set()


def test_no_text_is_left_without_a_code():
    """A code of generation that nothing reports any more has no text either."""
    codes = reported(SOURCES)
    assert {code for code in NOTES if code.partition("-")[0] in GENERATION} - codes == set()


def test_every_text_says_what_to_do():
    """Behind what a code means stands the remedy, or why there is none."""
    assert [code for code, text in NOTES.items() if " | " not in text] == []
