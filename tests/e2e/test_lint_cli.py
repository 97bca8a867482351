"""`tally lint` and `tally explain` as a user calls them."""

import json
import subprocess
import sys

import pytest

from tallystick.cli import main

SPEC = """openapi: 3.1.0
info: {title: Sample, version: '1'}
security: []
paths:
  /items:
    get:
      operationId: list_items
      summary: List the items
      tags: [items]
      responses:
        '200': {description: The items.}
    post:
      operationId: listItems
      summary: Create an item
      tags: [items]
      responses:
        '200': {description: The item.}
tags:
  - {name: items, description: What is in stock.}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a description and its own cache, as the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "openapi.yaml").write_text(SPEC)
    (tmp_path / "tally.toml").write_text('spec = "openapi.yaml"\n')
    return tmp_path


@pytest.fixture
def tally(capsysbinary):
    """Calls the command; gives the exit code, standard output and standard error."""

    def tally(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsysbinary.readouterr()
        return ended.value.code, out.decode(), err.decode()

    return tally


def found(out):
    """Codes and places of a JSON report."""
    return [(f["code"], f["line"], f["column"]) for f in json.loads(out)["findings"]]


def test_findings_point_at_the_value_and_fail_the_call(project, tally):
    """The wrong operationId, from its first to its last character."""
    code, out, _ = tally("lint", "--format", "json")
    report = json.loads(out)
    collision = next(f for f in report["findings"] if f["code"] == "op-id-collision")
    assert code == 1
    assert (collision["line"], collision["column"], collision["end_column"]) == (13, 20, 29)
    assert collision["pointer"] == "/paths/~1items/post/operationId"
    assert collision["operation"] == "listItems"
    assert report["summary"]["total"] == len(report["findings"])


def test_the_text_shows_the_line(project, tally):
    """A person sees the place, the rule and the source."""
    _, _, err = tally("lint", "openapi.yaml")
    assert "openapi.yaml:13:20: error: 'listItems' and 'list_items' both become 'list_items' in code" in err
    assert "13 |       operationId: listItems" in err


def test_fail_on_decides_about_the_exit_code(project, tally):
    """Warnings fail only when asked to."""
    (project / "tally.toml").write_text('[lint]\nset = "minimal"\n')
    assert tally("lint", "openapi.yaml")[0] == 0
    assert tally("lint", "openapi.yaml", "--fail-on", "warning")[0] == 1
    assert tally("lint", "openapi.yaml", "--fail-on", "never")[0] == 0


def test_standard_input_is_a_file(project, monkeypatch, tally):
    """`-` is read once, and its lines are shown."""
    done = subprocess.run(
        [sys.executable, "-m", "tallystick", "lint", "-"], input=SPEC, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "-:13:20: error:" in done.stderr
    assert "13 |       operationId: listItems" in done.stderr


def test_several_files_are_one_report(project, tally):
    """Findings of all; a file that is missing makes the call wrong but hides nothing."""
    (project / "b.yaml").write_text(SPEC)
    code, out, _ = tally("lint", "openapi.yaml", "b.yaml", "--format", "json")
    assert (code, {f["file"] for f in json.loads(out)["findings"]}) == (1, {"openapi.yaml", "b.yaml"})
    code, out, _ = tally("lint", "openapi.yaml", "nowhere.yaml", "--format", "json")
    assert code == 2
    assert {"file-unreadable", "op-id-collision"} <= {f["code"] for f in json.loads(out)["findings"]}


@pytest.mark.parametrize("form", ["github", "gitlab", "sarif", "junit", "markdown"])
def test_every_format_names_the_rule(project, tally, form):
    """The same findings in the form that a platform reads."""
    _, out, _ = tally("lint", "openapi.yaml", "--format", form)
    assert "op-id-collision" in out


def test_sarif_carries_the_explanation(project, tally):
    """The help of a rule is the text of its page."""
    _, out, _ = tally("lint", "openapi.yaml", "--format", "sarif")
    rules = {rule["id"]: rule for rule in json.loads(out)["runs"][0]["tool"]["driver"]["rules"]}
    assert "two operations but one Python name" in rules["op-id-collision"]["fullDescription"]["text"]


def test_what_fails_can_be_accepted(project, tally):
    """`--update-ignore` makes the call pass, and says so; a mended finding leaves a stale entry behind."""
    code, _, err = tally("lint", "--update-ignore")
    assert code == 0
    assert "tally-ignore.yaml has" in err
    assert tally("lint")[0] == 0
    (project / "openapi.yaml").write_text(SPEC.replace("operationId: listItems", "operationId: create_item"))
    _, out, _ = tally("lint", "--format", "json")
    assert "ignore-stale" in {code for code, _, _ in found(out)}
    assert tally("lint", "--update-ignore")[0] == 0
    _, out, _ = tally("lint", "--format", "json")
    assert "ignore-stale" not in {code for code, _, _ in found(out)}


def test_only_what_is_new_against_a_file(project, tally):
    """Findings of the base are left out, also when lines have moved."""
    (project / "old.yaml").write_text(SPEC)
    moved = SPEC.replace("paths:\n", "paths:\n  /new: {get: {operationId: from, tags: [items], summary: N}}\n")
    (project / "openapi.yaml").write_text(moved)
    code, out, _ = tally("lint", "openapi.yaml", "--base", "old.yaml", "--format", "json")
    assert code == 1
    assert {line for _, line, _ in found(out)} == {5}


def test_only_what_is_new_against_a_revision(project, tally):
    """The base is the state that git has, referenced files included."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "openapi.yaml"], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    assert tally("lint", "openapi.yaml", "--base", "HEAD")[0] == 0
    (project / "openapi.yaml").write_text(SPEC.replace("operationId: list_items", "operationId: class"))
    _, out, _ = tally("lint", "openapi.yaml", "--base", "HEAD", "--format", "json")
    assert ("name-reserved", 7, 20) in found(out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lint", "openapi.yaml", "--base", "no-such-branch"), "git cannot give the base"),
        (("lint", "openapi.yaml", "--base", "--output=x"), "is no revision"),
        (("lint", "openapi.yaml", "openapi.yaml", "--base", "HEAD"), "name one file"),
        (("lint", "openapi.yaml", "--base", "HEAD", "--update-ignore"), "exclude each other"),
        (("explain", "tag-on"), "did you mean 'tag-one'?"),
        (("lint", "--explain-config", "tally.toml"), "neither a Spectral ruleset"),
    ],
)
def test_wrong_calls_say_what_to_do(project, tally, arguments, message):
    """Exit code 2 and one clear line."""
    code, _, err = tally(*arguments)
    assert code == 2
    assert message in err


def test_a_second_run_remembers_the_first(project, tally, monkeypatch):
    """Nothing is read again while nothing changes; a change in the file or the configuration is seen."""
    first = tally("lint", "--format", "json")
    with monkeypatch.context() as patched:
        patched.setattr("tallystick.lint.run", None)
        assert tally("lint", "--format", "json") == first
        assert tally("lint", "--no-cache")[0] == 3
    (project / "tally.toml").write_text('spec = "openapi.yaml"\n[lint]\nset = "minimal"\n')
    assert tally("lint", "--format", "json")[0] == 0
    (project / "openapi.yaml").write_text(SPEC.replace("'200': {description: The items.}", "'200': {}"))
    assert tally("lint", "--format", "json")[0] == 1


def test_a_damaged_memory_is_not_trusted(project, tally):
    """Any entry may be deleted or broken at any time."""
    first = tally("lint", "--format", "json")
    for entry in (project / "cache").rglob("*.json"):
        entry.write_text('{"files": [], "findings": 3}')
    assert tally("lint", "--format", "json") == first


def test_dangling_references_are_not_remembered(project, tally):
    """The file that is missing may appear, and no digest would tell."""
    (project / "openapi.yaml").write_text(SPEC + "components: {schemas: {A: {$ref: a.yaml}}}\n")
    assert "ref-resolves" in {code for code, _, _ in found(tally("lint", "--format", "json")[1])}
    (project / "a.yaml").write_text("type: string\n")
    assert "ref-resolves" not in {code for code, _, _ in found(tally("lint", "--format", "json")[1])}


def test_an_unknown_rule_in_the_configuration_is_refused(project, tally):
    """A misspelled rule would otherwise never be switched."""
    (project / "tally.toml").write_text('[lint.rules]\ntag-on = "error"\n')
    code, _, err = tally("lint", "openapi.yaml")
    assert code == 2
    assert "there is no rule 'tag-on'; did you mean 'tag-one'?" in err


def test_a_rule_is_explained(project, tally):
    """Why it is there, what it finds, what it wants, how to silence it."""
    code, out, _ = tally("explain", "op-id-collision")
    assert code == 0
    assert out.startswith("# op-id-collision\n")
    assert all(title in out for title in ("## Why", "## What it finds", "## What it wants", "## How to silence it"))
    assert "| [op-id-collision](op-id-collision.md) |" in tally("explain")[1]
    assert json.loads(tally("explain", "tag-one", "--format", "json")[1])["rules"][0]["code"] == "tag-one"


def test_pages_are_written_and_checked(project, tally):
    """A page that differs, is missing or is too many is a finding of the check."""
    assert tally("explain", "--write", "pages")[0] == 0
    assert tally("explain", "--write", "pages", "--check")[0] == 0
    (project / "pages" / "tag-one.md").write_text("by hand")
    (project / "pages" / "old-rule.md").write_text("")
    code, out, _ = tally("explain", "--write", "pages", "--check", "--format", "json")
    assert code == 1
    assert [f["file"] for f in json.loads(out)["findings"]] == ["pages/old-rule.md", "pages/tag-one.md"]


def test_a_foreign_configuration_is_printed_as_ours(project, tally):
    """The product goes to standard output, what has no equivalent to standard error."""
    (project / ".spectral.yaml").write_text("rules: {operation-tags: error, mine: {given: $, then: {function: x}}}\n")
    code, out, err = tally("lint", "--explain-config", ".spectral.yaml")
    assert code == 0
    assert 'tag-one = "error"' in out
    assert "'mine' has no equivalent" in err
