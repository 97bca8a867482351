"""``tally bundle --canonical --prove``."""

import json
from pathlib import Path

import pytest

from tallystick.cli import main

DESCRIPTION = """\
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    post:
      operationId: a
      requestBody: {content: {application/json: {schema: {properties: {b: {type: string}}}}}}
      responses: {"204": {description: Noted}}
"""


@pytest.fixture
def tally(tmp_path, monkeypatch, capfdbinary):
    """Calls ``tally bundle`` in a folder with the description; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    Path("openapi.yaml").write_text(DESCRIPTION)

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(("bundle", "openapi.yaml", *arguments))
        out, err = capfdbinary.readouterr()
        return ended.value.code, out.decode(), err.decode()

    return call


def test_the_proof_says_what_was_tried_and_why_the_forms_differ(tally):
    """Numbers first, then a finding for each schema with differences; a reason makes it an information."""
    code, out, err = tally("--canonical", "--prove")
    assert code == 0
    assert "operationId: a" in out
    assert "values tried on 1 schemas: both forms accept" in err
    assert "schemas where nothing says why: 0" in err
    assert "[canonical-difference]" in err
    assert "info: " in err


def test_the_numbers_are_in_the_summary(tally):
    """For programs."""
    code, out, _ = tally("--canonical", "--prove", "--format", "json", "--output", "canonical.yaml")
    summary = json.loads(out)["summary"]
    assert code == 0
    assert summary["schemas"] == 1
    assert summary["values"] == summary["accepted"] + summary["refused"] + summary["differences"]
    assert summary["differences"] > 0
    assert summary["unexplained"] == 0
    assert Path("canonical.yaml").exists()


def test_without_canonical_there_is_nothing_to_prove(tally):
    """The call is wrong."""
    code, _, err = tally("--prove")
    assert code == 2
    assert "add --canonical" in err
