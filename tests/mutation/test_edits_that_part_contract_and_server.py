"""Edits that part contract and server, each alone on a copy of this repository: ``tally check`` fails each time.

The report names the operation and says what to do. A gate that needs a running server is asked only where no cheaper
one can know.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PARTS = ("spec", "server", "clients", "tally.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.sqlite*", "var", ".mypy_cache", ".ruff_cache")


@dataclass(frozen=True)
class Edit:
    """One edit: what somebody did, where, and which operation and advice the report must hold."""

    what: str
    file: str
    old: str
    new: str
    operation: str
    advice: str
    gate: str


EDITS = [
    Edit(
        "rename a response property in the spec",
        "spec/schemas/items.yaml",
        "quantity:",
        "quantity_on_hand:",
        "getItem",
        "tally generate",
        "drift",
    ),
    Edit(
        "remove required from a parameter",
        "spec/parameters/headers.yaml",
        "required: true",
        "required: false",
        "pickItem",
        "tally generate",
        "drift",
    ),
    Edit(
        "remove a required property",
        "spec/schemas/stock.yaml",
        "    - location_code\n",
        "",
        "getStock",
        "tally generate",
        "drift",
    ),
    Edit(
        "delete a handler",
        "server/warehouse/stock/handlers.py",
        r"    async def pick_item\(.*?(?=    async def )",
        "",
        "pickItem",
        "async def pick_item",
        "drift",
    ),
    Edit(
        "reply with the status of another operation",
        "server/warehouse/stock/handlers.py",
        "return PickItem201(",
        "return GetStock200(",
        "pickItem",
        "use one of its own",
        "drift",
    ),
    Edit(
        "reply with a status that does not exist",
        "server/warehouse/stock/handlers.py",
        "PickItem201",
        "PickItem200",
        "pickItem",
        "bring the handler in line",
        "drift",
    ),
    Edit(
        "edit a generated reply by hand",
        "server/warehouse/contract/replies/stock.py",
        "status: ClassVar[int] = 201",
        "status: ClassVar[int] = 200",
        "restockItem",
        "run `tally generate`",
        "generate",
    ),
    Edit(
        "edit a generated model by hand",
        "server/warehouse/contract/models.py",
        "class PickRequest",
        "class PickOrder",
        "pickItem",
        "run `tally generate`",
        "generate",
    ),
    Edit(
        "add a route that the contract does not know",
        "server/warehouse/app.py",
        "    _add_middlewares(app, resources)",
        "    app.add_api_route('/items/{sku}/history', lambda sku: [])\n    _add_middlewares(app, resources)",
        "GET /items/{sku}/history",
        "describe the operation",
        "drift",
    ),
    Edit(
        "name a handler's operation otherwise",
        "server/warehouse/stock/handlers.py",
        "async def get_stock",
        "async def read_stock",
        "getStock",
        "async def get_stock",
        "drift",
    ),
]


@pytest.fixture
def copy(tmp_path):
    """A copy of the parts of this repository that the gates look at."""
    if not (ROOT / "tally.toml").exists():
        pytest.skip("only in the repository of the warehouse")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=LEFT_OUT)
        else:
            shutil.copy(source, tmp_path / part)
    return tmp_path


def check(folder, *arguments):
    """Calls ``tally check`` in the copy; gives the exit code and the report."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "server"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tallystick", "check", "--format", "json", *arguments]
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def apply(folder, edit):
    """Makes the edit; a text that is no longer there is a fault of the test."""
    path = folder / edit.file
    text = path.read_text("utf-8")
    pattern = edit.old if edit.old.startswith("    async def") else re.escape(edit.old)
    every = edit.new.startswith("PickItem")
    changed, count = re.subn(pattern, lambda _: edit.new, text, count=0 if every else 1, flags=re.DOTALL)
    assert count, f"{edit.file} has no {edit.old!r} any more"
    path.write_text(changed, "utf-8")


def test_without_an_edit_the_gates_are_silent(copy):
    """The copy is as clean as the repository."""
    code, report = check(copy, "--skip", "fuzz")
    assert code == 0, report["findings"]
    assert [gate["result"] for gate in report["gates"]] == ["passed", "passed", "passed", "skipped"]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.what for edit in EDITS])
def test_an_edit_fails_the_check_and_names_the_operation(copy, edit):
    """A gate without a server finds it."""
    apply(copy, edit)
    code, report = check(copy, "--skip", "fuzz")
    assert code in (1, 2)
    results = {gate["gate"]: gate["result"] for gate in report["gates"]}
    assert results[edit.gate] in ("failed", "broken"), results
    errors = [finding for finding in report["findings"] if finding["level"] == "error"]
    named = [e for e in errors if edit.operation in (e["operation"] or "") or edit.operation in e["message"]]
    assert named, [e["message"] for e in errors]
    assert any(edit.advice in e["message"] for e in named), [e["message"] for e in named]


WRONG_TYPES = [
    ("server/warehouse/items/representation.py", "quantity=row.quantity,", 'quantity="many",', "createItem"),
    ("server/warehouse/stock/representation.py", "quantity=figures.quantity", "quantity=None", "getStock"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "old", "new", "operation"), WRONG_TYPES, ids=[each[3] for each in WRONG_TYPES])
def test_a_field_of_the_wrong_type_is_found_on_the_running_server(copy, file, old, new, operation):
    """The server refuses to send what the contract does not allow, and the near misses see it."""
    apply(copy, Edit("wrong type", file, old, new, operation, "", "fuzz"))
    config = copy / "tally.toml"
    config.write_text(config.read_text().replace("[fuzz]\n", '[fuzz]\nparts = ["near-miss"]\n'))
    code, report = check(copy, "--only", "fuzz")
    assert code == 1, report["findings"]
    assert operation in {finding["operation"] for finding in report["findings"] if finding["level"] == "error"}
