"""``tally scaffold`` from the first run on: what is written once, what is told afterwards, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.findings import InputError
from tallystick.generate import write
from tallystick.generate.plan import Plan
from tallystick.generate.scaffold import Scaffold, scaffold

GET = {"tags": ["items"], "parameters": [], "responses": {"204": {"description": "There."}}}
SKU = {"name": "sku", "in": "path", "required": True, "schema": {"type": "string"}}


def described(operations: dict[str, dict[str, Any]], *schemes: str) -> dict[str, Any]:
    """A description with operations by id."""
    paths = {f"/{name}": {"get": {**GET, "operationId": name, **more}} for name, more in operations.items()}
    declared = {name: {"type": "apiKey", "in": "header", "name": name} for name in schemes}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shelf", "version": "1"},
        "security": [{name: []} for name in schemes],
        "paths": paths,
        "components": {"securitySchemes": declared},
    }


@pytest.fixture
def run(tmp_path: Path):
    """Scaffolds a folder from a description, and writes the new files."""

    def scaffolded(description: dict[str, Any], folder: str = "own") -> Scaffold:
        (tmp_path / "openapi.json").write_text(json.dumps(description))
        canonical = canonicalise(read(bundle(load(tmp_path / "openapi.json"))))
        result = scaffold(canonical, "shelf.contract", tmp_path / folder)
        write(Plan(result.files), tmp_path / folder)
        return result

    return scaffolded


def told(result: Scaffold) -> list[tuple[str, str]]:
    """Codes and messages of what was found."""
    return [(each.code, each.message) for each in result.findings]


def test_the_first_run(run) -> None:
    """Handlers of each tag, the authenticator and an application; a second run has nothing to do."""
    description = described({"getItem": {}, "listOrders": {"tags": ["orders"]}}, "key")
    first = run(description)
    assert sorted(first.files) == ["__init__.py", "app.py", "authenticator.py", "items.py", "orders.py"]
    assert b"items=Items," in first.files["app.py"]
    assert run(description) == Scaffold({}, (), "")


def test_operations_that_take_nothing(run) -> None:
    """A method without arguments stands on one line."""
    written = run(described({"getItem": {}})).files["items.py"]
    assert b"    async def get_item(self) -> replies.GetItemReply:\n" in written


def test_new_operations(run, tmp_path: Path) -> None:
    """A missing method is told at its class, and printed with the imports that it needs; the file stays as it was."""
    run(described({"getItem": {}}))
    before = (tmp_path / "own/items.py").read_bytes()
    since = {"name": "since", "in": "query", "schema": {"type": "string", "format": "date"}}
    result = run(described({"getItem": {}, "putItem": {"parameters": [since]}}))
    assert told(result) == [("scaffold-missing", "put_item is missing: the contract has GET /putItem; add the method")]
    assert result.findings[0].place.line == before.decode().splitlines().index("class Items(ItemsHandlers):") + 1
    assert "from datetime import date\n" in result.missing
    assert (
        "    @override\n    async def put_item(self, *, since: date | None) -> replies.PutItemReply:\n"
        in result.missing
    )
    assert (tmp_path / "own/items.py").read_bytes() == before


def test_removed_operations(run) -> None:
    """What the contract does not have any more is told: operations, and whole tags."""
    run(described({"getItem": {}, "putItem": {}, "listOrders": {"tags": ["orders"]}}))
    assert told(run(described({"getItem": {}}))) == [
        (
            "scaffold-superfluous",
            "put_item is no operation of ItemsHandlers; remove it, or rename it with a leading underscore",
        ),
        ("scaffold-superfluous", "Orders implements OrdersHandlers, which the contract does not have; remove it"),
    ]


def test_new_tags(run, tmp_path: Path) -> None:
    """Handlers of a new tag are written, and it is told where they are wired; the application stays as it was."""
    run(described({"getItem": {}}))
    before = (tmp_path / "own/app.py").read_bytes()
    result = run(described({"getItem": {}, "listOrders": {"tags": ["orders"]}}))
    assert list(result.files) == ["orders.py"]
    assert told(result) == [("scaffold-unwired", "Orders is new: wire it where `Contract` is made, orders=Orders")]
    assert (tmp_path / "own/app.py").read_bytes() == before


def test_new_schemes(run) -> None:
    """A security scheme that the authenticator does not know is a missing method, too."""
    run(described({"getItem": {}}, "key"))
    result = run(described({"getItem": {}}, "key", "token"))
    assert [code for code, _ in told(result)] == ["scaffold-missing"]
    assert "async def token(self, key: str, *, operation: Operation) -> Caller | None:" in result.missing


ITEMS = "from shelf.contract.handlers import ItemsHandlers\n"
METHOD = "    async def get_item(self): ...\n"


@pytest.mark.parametrize(
    "source",
    [
        f"{ITEMS}class Mine(ItemsHandlers):\n{METHOD}",
        f"from shelf.contract.handlers.items import ItemsHandlers as H\nclass Mine(H):\n{METHOD}",
        f"from ..contract import handlers\nclass Mine(handlers.ItemsHandlers):\n{METHOD}",
        f"{ITEMS}class Part:\n{METHOD}class Mine(Part, ItemsHandlers): ...\n",
        f"{ITEMS}class Half(ItemsHandlers): ...\nclass Mine(Half):\n{METHOD}",
        f"{ITEMS}def get(self): ...\nclass Mine(ItemsHandlers):\n    get_item = get\n",
    ],
)
def test_handlers_that_stand_elsewhere(run, tmp_path: Path, source: str) -> None:
    """Handlers are found in any file below the folder, however they derive from their protocol."""
    (tmp_path / "own/deep").mkdir(parents=True)
    (tmp_path / "own/deep/catalogue.py").write_text(source)
    assert run(described({"getItem": {}})) == Scaffold({}, (), "")


def test_an_authenticator_without_its_protocol(run, tmp_path: Path) -> None:
    """Protocols are structural: a class with the method of a scheme is an authenticator."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/who.py").write_text("class Gate:\n    async def key(self, key, *, operation): ...\n")
    assert "authenticator.py" not in run(described({"getItem": {}}, "key")).files


def test_something_else_in_the_way(run, tmp_path: Path) -> None:
    """A file that is no handler is left alone; the handlers go beside it."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/items.py").write_text("ITEMS = []\n")
    (tmp_path / "own/app.py").write_text("app = None\n")
    result = run(described({"getItem": {}}))
    assert sorted(result.files) == ["__init__.py", "items_.py"]
    assert [code for code, _ in told(result)] == ["scaffold-unwired"]
    assert (tmp_path / "own/items.py").read_text() == "ITEMS = []\n"


def test_generated_and_foreign_code_is_no_handler(run, tmp_path: Path) -> None:
    """Generated packages, hidden folders and files that are not Python but hold no handlers do not matter."""
    for name, text in (
        ("contract/handlers/items.py", "# generated by tally; do not edit\nclass ItemsHandlers: ...\n"),
        (".venv/x.py", "class ItemsHandlers("),
        ("template.py", "{{ name }} = 1"),
    ):
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / name).write_text(text)
    assert "items.py" in run(described({"getItem": {}})).files


def test_handlers_that_cannot_be_read(run, tmp_path: Path) -> None:
    """Handlers that are not Python stop everything, with their place: nobody knows what they lack."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/items.py").write_text("class Items(ItemsHandlers):\n    async def get_item(self ...\n")
    with pytest.raises(InputError) as caught:
        run(described({"getItem": {}}))
    finding = caught.value.findings[0]
    assert (finding.code, finding.place.line) == ("scaffold-syntax", 2)
    assert "correct the file, then scaffold again" in finding.message
    assert [each.name for each in (tmp_path / "own").iterdir()] == ["items.py"]


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in a folder."""
    (folder / "openapi.json").write_text(json.dumps(described({"getItem": {}, "putItem": {}})))
    line = [sys.executable, "-c", "from tallystick.cli import main; main()", "scaffold", *arguments]
    line += ["--spec", "openapi.json", "--package", "shelf"]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)


def test_the_command(run, tmp_path: Path) -> None:
    """Text to paste goes to standard output, what is told to standard error; warnings fail only when asked to."""
    run(described({"getItem": {}}))
    for file in (tmp_path / "own").glob("*.py"):
        file.write_text(file.read_text().replace("shelf.contract", "shelf"))
    result = command(tmp_path, "own")
    assert (result.returncode, result.stdout.startswith("# add to Items in own/items.py\n")) == (0, True)
    assert "put_item is missing" in result.stderr
    assert command(tmp_path, "own", "--fail-on", "warning").returncode == 1
    document = json.loads(command(tmp_path, "own", "--format", "json").stdout)
    assert (document["files"], document["findings"][0]["operation"]) == ([], "putItem")
    assert "async def put_item" in document["missing"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("openapi.json",), "Directory 'openapi.json' is a file"),
        (("openapi.json/own",), "cannot write openapi.json/own: Not a directory"),
        (("own", "--package", "a-b"), "--package must be the dotted name of a package, such as warehouse.contract"),
        (("made",), "made is generated; name a folder of your own, beside it"),
        (("made/handlers",), "made is generated; name a folder of your own, beside it"),
    ],
)
def test_wrong_calls(tmp_path: Path, arguments: tuple[str, ...], text: str) -> None:
    """What cannot be done is said in one line, with exit code 2."""
    (tmp_path / "openapi.json").write_text(json.dumps(described({"getItem": {}})))
    line = [sys.executable, "-c", "from tallystick.cli import main; main()", "scaffold", "--spec", "openapi.json"]
    line += ["--package", "shelf", *arguments]
    (tmp_path / "made/handlers").mkdir(parents=True)
    (tmp_path / "made/tally.lock").write_text("{}")
    result = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert text in result.stderr
    assert [each.name for each in (tmp_path / "made").iterdir()] in (
        ["handlers", "tally.lock"],
        ["tally.lock", "handlers"],
    )
