"""The problem classes tell each thing once, and where there are none the module says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.server.problems_module import problems_module


def _module(tmp_path: Path, response: dict[str, Any]) -> str:
    operation = {"operationId": "get", "responses": {"404": response}}
    description = {"openapi": "3.1.0", "info": {"title": "Shelf", "version": "1"}, "paths": {"/": {"get": operation}}}
    (tmp_path / "openapi.json").write_text(json.dumps(description))
    contract = canonicalise(read(bundle(load(tmp_path / "openapi.json")))).contract
    return problems_module(contract, contract.operations, "shelf")


@pytest.mark.parametrize(
    ("description", "docstring"),
    [
        ("Not found.", '"""Not found (404)."""'),
        ("The item is gone.", '"""Not found (404).\n\n    The item is gone.\n    """'),
    ],
)
def test_what_a_problem_says(tmp_path: Path, description: str, docstring: str) -> None:
    """A description that is the title again is left out."""
    problem = {"type": "https://shelf.example.com/problems/not-found", "title": "Not found"}
    assert docstring in _module(tmp_path, {"description": description, "x-tally-problem": problem})


def test_no_problems(tmp_path: Path) -> None:
    """Who looks for a class is told what makes one."""
    text = " ".join(_module(tmp_path, {"description": "Not found."}).split())
    assert "There are none. `x-tally-problem` at a response makes a class of it" in text
