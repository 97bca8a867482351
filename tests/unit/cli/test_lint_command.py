"""``tally lint`` from the outside: one clear line with its place for everything that can be wrong with a file."""

import io
import json
import sys
from pathlib import Path

import pytest

from tallystick.cli import main

GOOD = """\
openapi: 3.1.0
info: {title: Shelves, version: "1"}
tags: [{name: shelves, description: Where things stand}]
paths:
  /shelves:
    get:
      operationId: listShelves
      summary: All shelves
      tags: [shelves]
      security: []
      responses:
        "204": {description: None}
        "400": {description: Wrong}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def lint(capfdbinary):
    """Calls ``tally lint``; gives exit code, stdout and stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["lint", *arguments])
        out, err = capfdbinary.readouterr()
        return ended.value.code, out.decode(), err.decode()

    return call


def errors(lint, *arguments):
    """Exit code, and code and place of every error."""
    code, out, err = lint(*arguments, "--format", "json")
    assert err == ""
    found = [item for item in json.loads(out)["findings"] if item["level"] == "error"]
    return code, [(item["code"], item["file"], item["line"]) for item in found]


def test_a_good_description_has_no_errors(lint):
    """Exit code 0, without any configuration."""
    Path("openapi.yaml").write_text(GOOD)
    assert errors(lint, "openapi.yaml") == (0, [])


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (GOOD.replace("summary: All shelves", "summary: [All"), 2, 9),
        (GOOD.replace("      summary: All", "      operationId: again\n      summary: All"), 1, 8),
        (GOOD.replace('"204": {description: None}', '"204": {$ref: "#/components/responses/None"}'), 1, 12),
        (GOOD.replace('"204": {description: None}', '"204": {$ref: "../elsewhere.yaml"}'), 1, 12),
    ],
    ids=["syntax", "duplicate key", "dangling reference", "reference that leaves the folder"],
)
def test_what_is_wrong_has_a_place(lint, text, code, line):
    """The line of the fault, and no traceback."""
    Path("openapi.yaml").write_text(text)
    found = errors(lint, "openapi.yaml")
    assert found[0] == code
    assert [item[1:] for item in found[1]] == [("openapi.yaml", line)] or (code == 2 and len(found[1]) == 1)
    _, _, shown = lint("openapi.yaml")
    assert "Traceback" not in shown


def test_a_missing_file_is_one_line(lint):
    """Exit code 2."""
    assert errors(lint, "missing.yaml") == (2, [("file-unreadable", "missing.yaml", 0)])


def test_one_unreadable_file_does_not_hide_the_others(lint):
    """Every description is looked at; the exit code is that of the worst."""
    Path("bad.yaml").write_text(
        GOOD.replace('"204": {description: None}', '"204": {$ref: "#/components/responses/None"}')
    )
    code, found = errors(lint, "missing.yaml", "bad.yaml")
    assert code == 2
    assert {file for _, file, _ in found} == {"missing.yaml", "bad.yaml"}


def test_standard_input_is_read(lint, monkeypatch):
    """Places name it ``-``."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.replace("title: Shelves, ", "").encode())))
    code, found = errors(lint, "-")
    assert code == 1
    assert {file for _, file, _ in found} == {"-"}


def test_the_configuration_names_the_description_and_the_threshold(lint):
    """``tally lint`` alone, inside a project."""
    Path("openapi.yaml").write_text(GOOD.replace("      summary: All shelves\n", ""))
    Path("tally.toml").write_text('spec = "openapi.yaml"\n[lint]\nset = "minimal"\nfail-on = "never"\n')
    assert lint()[0] == 0
    assert lint("--fail-on", "info")[0] in (0, 1)


def test_an_unknown_rule_in_the_configuration_is_told(lint):
    """With the place in tally.toml's name and exit code 2."""
    Path("openapi.yaml").write_text(GOOD)
    Path("tally.toml").write_text('[lint.rules]\nref-resolvs = "warning"\n')
    code, _, err = lint("openapi.yaml")
    assert code == 2
    assert "ref-resolves" in err
