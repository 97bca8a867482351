"""``tally bundle`` and ``tally inspect`` on a small description in two files."""

import json
from pathlib import Path

import pytest

from tallystick.cli import main

ROOT = """\
openapi: 3.1.0
info: {title: "Shelves\\e[31m", version: "2"}
tags: [{name: shelves}]
paths:
  /shelves/{id}:
    get:
      operationId: getShelf
      tags: [shelves]
      summary: One shelf
      deprecated: true
      security: []
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
      responses:
        "200":
          description: The shelf
          content:
            application/json:
              schema: {$ref: "schemas.yaml#/Shelf"}
webhooks:
  shelfFull:
    post:
      operationId: onShelfFull
      responses: {"204": {description: Noted}}
"""
SCHEMAS = """\
Shelf:
  type: object
  properties:
    name: {type: string, example: "on"}
"""


@pytest.fixture(autouse=True)
def shelves(tmp_path, monkeypatch):
    """A folder with the description and a configuration that names it."""
    monkeypatch.chdir(tmp_path)
    Path("openapi.yaml").write_text(ROOT)
    Path("schemas.yaml").write_text(SCHEMAS)
    Path("tally.toml").write_text('spec = "openapi.yaml"\n')


@pytest.fixture
def tally(capfdbinary):
    """Calls ``tally``; gives exit code, stdout and stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capfdbinary.readouterr()
        return ended.value.code, out.decode(), err.decode()

    return call


def test_bundle_writes_one_file(tally):
    """References into other files become components; text stays text."""
    code, out, _ = tally("bundle", "openapi.yaml")
    assert code == 0
    assert "schemas.yaml" not in out
    assert "$ref: '#/components/schemas/Shelf'" in out
    assert "example: 'on'" in out


def test_bundle_writes_json_when_the_name_says_so(tally):
    """The output file decides; the description is that of tally.toml."""
    code, out, _ = tally("bundle", "-o", "build/openapi.json")
    assert (code, out) == (0, "")
    assert json.loads(Path("build/openapi.json").read_text())["components"]["schemas"]["Shelf"]["type"] == "object"


ONE_FILE = "# the contract\nopenapi: 3.1.0\ninfo: {title: T, version: '1'}  # a comment\nx-a: &a 1\nx-b: *a\n"


def test_one_file_is_written_as_it_stands(tally):
    """A description that needs no bundling keeps its comments, anchors and layout, byte for byte."""
    Path("one.yaml").write_text(ONE_FILE)
    assert tally("bundle", "one.yaml")[:2] == (0, ONE_FILE)
    assert tally("bundle", "one.yaml", "-o", "out.yml")[0] == 0
    assert Path("out.yml").read_text() == ONE_FILE


def test_the_notation_can_be_changed(tally):
    """One file is written anew where another notation is asked for."""
    Path("one.yaml").write_text(ONE_FILE)
    tally("bundle", "one.yaml", "-o", "out.json")
    value = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "x-a": 1, "x-b": 1}
    assert json.loads(Path("out.json").read_text()) == value
    tally("bundle", "out.json", "-o", "back.yaml")
    assert Path("back.yaml").read_text() == ("openapi: 3.1.0\ninfo:\n  title: T\n  version: '1'\nx-a: 1\nx-b: 1\n")


def test_duplicate_keys_are_not_passed_on(tally):
    """A bundle is valid YAML even where the description is not."""
    Path("one.yaml").write_text(ONE_FILE + "x-a: 2\n")
    code, out, _ = tally("bundle", "one.yaml")
    assert code == 1
    assert out.count("x-a") == 1


def test_keys_keep_their_order(tally):
    """What is added comes last; everything else stays where it was."""
    _, out, _ = tally("bundle", "openapi.yaml")
    keys = [line.partition(":")[0] for line in out.splitlines() if line[:1].isalpha()]
    assert keys == ["openapi", "info", "tags", "paths", "webhooks", "components"]


def test_a_bundle_is_a_description_again(tally):
    """Bundling a bundle changes nothing."""
    tally("bundle", "-o", "once.yaml")
    tally("bundle", "once.yaml", "-o", "twice.yaml")
    assert Path("once.yaml").read_bytes() == Path("twice.yaml").read_bytes()


def test_bundle_writes_the_canonical_document(tally):
    """An equivalent OpenAPI 3.1 description, which can be bundled again."""
    code, _, _ = tally("bundle", "--canonical", "-o", "canonical.json")
    assert code == 0
    value = json.loads(Path("canonical.json").read_text())
    assert value["openapi"].startswith("3.1.")
    assert value["paths"]["/shelves/{id}"]["get"]["operationId"] == "getShelf"
    assert tally("bundle", "canonical.json")[0] == 0


def test_inspect_gives_the_inventory(tally):
    """Other programs read version, operations, schemas, webhooks and findings."""
    code, out, _ = tally("inspect", "openapi.yaml", "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert list(value)[:6] == ["openapi", "title", "version", "operations", "schemas", "webhooks"]
    assert (value["openapi"], value["version"]) == ("3.1.0", "2")
    [operation] = value["operations"]
    assert (operation["id"], operation["method"], operation["path"]) == ("getShelf", "GET", "/shelves/{id}")
    assert operation["tag"] == "shelves"
    assert operation["parameters"][0]["name"] == "id"
    assert operation["replies"][0]["status"] == "200"
    assert (operation["security"], operation["deprecated"]) == ([], True)
    assert [schema["name"] for schema in value["schemas"]] == ["Shelf"]
    assert [webhook["id"] for webhook in value["webhooks"]] == ["onShelfFull"]


def test_inspect_tells_people_too(tally):
    """One row per operation; what a title holds cannot act on the terminal."""
    _, out, err = tally("inspect")
    assert out == ""
    assert err.startswith(
        "Shelves\\x1b[31m 2 (OpenAPI 3.1.0)\n\noperations: 1\n"
        "  GET  /shelves/{id}  shelves.get_shelf  1 parameter  200  public  deprecated\n"
    )
    assert "webhooks: 1\n  POST  shelfFull  default.on_shelf_full  -  204  public\n" in err
    assert "schemas: 1\n  Shelf\n" in err


@pytest.mark.parametrize("command", ["bundle", "inspect"])
def test_a_call_without_a_description_is_told_what_to_do(tally, command):
    """Neither argument nor configuration: exit code 2."""
    Path("tally.toml").unlink()
    code, _, err = tally(command)
    assert code == 2
    assert (
        err == 'error: no description is named: give its file, or write spec = "openapi.yaml" into tally.toml [usage]\n'
    )


@pytest.mark.parametrize("command", ["bundle", "inspect"])
def test_a_missing_file_is_told(tally, command):
    """One line, exit code 2, and nothing is written."""
    code, out, err = tally(command, "missing.yaml", "--output", "out.yaml")
    assert (code, out) == (2, "")
    assert err == "missing.yaml: error: there is no file missing.yaml: check the path [file-unreadable]\n"
    assert not Path("out.yaml").exists()
