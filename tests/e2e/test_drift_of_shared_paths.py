"""A generated server is free of drift even where its description has several operations on one path."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate import Plan, write
from tallystick.generate.scaffold import scaffold
from tallystick.generate.server import generate_server


def _get(operation: str, *names: str) -> dict[str, Any]:
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {"get": {"operationId": operation, "parameters": parameters, "responses": {"204": {"description": "Done."}}}}


PATHS = {
    "/a/{x}": _get("one", "x"),
    "/a/{y}": _get("two", "y"),
    "/a/{x}#part": _get("three", "x"),
    "/b?c=1": _get("four"),
}


@pytest.fixture
def project(tmp_path) -> Path:
    """A folder with a description, its server, and scaffolded handlers."""
    description = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": PATHS}
    (tmp_path / "spec.json").write_text(json.dumps(description))
    canonical = canonicalise(read(bundle(load(tmp_path / "spec.json"))))
    write(generate_server(canonical, "app.contract"), tmp_path / "app" / "contract")
    own = tmp_path / "app" / "own"
    write(Plan(scaffold(canonical, "app.contract", own).files), own)
    (tmp_path / "app" / "__init__.py").touch()
    return tmp_path


def _codes(project: Path, application: str) -> list[tuple[str, str]]:
    command = [sys.executable, "-m", "tallystick", "drift", "--spec", "spec.json", "--app", application]
    result = subprocess.run([*command, "--format", "json"], cwd=project, capture_output=True, text=True, check=False)
    return [(each["code"], each["operation"]) for each in json.loads(result.stdout)["findings"]]


def test_each_operation_has_its_route(project) -> None:
    """Routes that the generated layer tells apart hide nothing from each other."""
    assert _codes(project, "app.own.app:app") == []


def test_a_route_that_is_never_called_is_still_found(project) -> None:
    """The same operations included once more are behind the first ones."""
    source = "from app.own.app import app\n\napp.router.routes.extend(list(app.router.routes))\n"
    (project / "twice.py").write_text(source)
    assert {code for code, _ in _codes(project, "twice:app")} == {"drift-route-twice"}
