"""Reports: the text of every format, and that hostile descriptions cannot act through any of them."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from tallystick.findings import Finding, Level, Place
from tallystick.report import Context, Format, Gate, Report, RuleText, render
from tallystick.report.escaping import clipped, one_line, visible

NAMED = Finding(
    "op-id-unique",
    Level.ERROR,
    'the operationId "list" is used twice; rename one',
    Place("spec/openapi.yaml", 3, 18, 3, 22, "/paths/~1a/get/operationId"),
    "list",
    related=(Place("spec/openapi.yaml", 9, 18, 9, 22),),
)
WARNED = Finding("tag-one", Level.WARNING, "no tag", Place("spec/openapi.yaml", 5))
SERVED = Finding("ST101", Level.INFO, "the server answered 500", operation="GET /a", details={"seed": 4})
REPORT = Report("lint", (NAMED, WARNED, SERVED))
SOURCE = {3: "    operationId: list", 5: "\tget:"}

# Everything a description could try: terminal escapes, forged lines and commands, markup, links, broken Unicode.
HOSTILE = (
    "a\x1b[31mred\x07\r\n::error::forged\n::set-output name=x::y|cell|<script>alert(1)</script>"
    "[click](http://evil.example)@team`code`\x00\x9b\u202e\u2028\ud800\uffff]]>&%0A**bold**"
)
HOSTILE_FINDING = Finding(
    HOSTILE, Level.ERROR, HOSTILE, Place(HOSTILE, 1, 1, 1, 9, HOSTILE), HOSTILE, (Place(HOSTILE),)
)
HOSTILE_REPORT = Report("lint", (HOSTILE_FINDING,), gates=(Gate("lint", "failed", (HOSTILE_FINDING,), 1, HOSTILE),))


def context(**settings):
    return Context(version="1.2", source_line=lambda _file, line: SOURCE.get(line), **settings)


def test_text_shows_place_source_and_advice():
    """Each finding begins with its place; the source line is underlined; the closing line counts."""
    assert render(Format.TEXT, REPORT, context()) == (
        'spec/openapi.yaml:3:18: error: the operationId "list" is used twice; rename one [op-id-unique]\n'
        "      |\n"
        "    3 |     operationId: list\n"
        "      |                  ^^^^\n"
        "    operation: list\n"
        "    see also: spec/openapi.yaml:9:18\n"
        "\n"
        "spec/openapi.yaml:5: warning: no tag [tag-one]\n"
        "      |\n"
        "    5 |     get:\n"
        "\n"
        "GET /a: info: the server answered 500 [ST101]\n"
        "\n"
        "lint: 3 findings (1 error, 1 warning, 1 info)\n"
    )


def test_text_without_findings_says_so():
    """A clean run is one line."""
    assert render(Format.TEXT, Report("drift", ()), context()) == "drift: no findings\n"


def test_text_is_coloured_only_on_request():
    """Colours are ANSI sequences around level, place and code."""
    assert "\x1b[" not in render(Format.TEXT, REPORT, context())
    assert "\x1b[31merror\x1b[0m" in render(Format.TEXT, REPORT, context(color=True))


def test_text_without_a_verdict_has_no_closing_line():
    """An input error is its findings alone."""
    assert render(Format.TEXT, Report("lint", (WARNED,), verdict=False), Context()) == (
        "spec/openapi.yaml:5: warning: no tag [tag-one]\n"
    )


def test_text_begins_with_the_preface():
    """What the command did stands before what it found."""
    assert render(Format.TEXT, Report("generate", (), preface="3 files"), Context()).startswith(
        "3 files\n\ngenerate: no"
    )


def test_table_of_gates_is_aligned():
    """Gate, result, findings, seconds, note."""
    gates = (
        Gate("lint", "passed", (), 0.42),
        Gate("drift", "failed", (NAMED,), 12.3),
        Gate("fuzz", "skipped", note="no app"),
    )
    assert render(Format.TEXT, Report("check", (), gates), Context()) == (
        "gate   result   findings  seconds\n"
        "-----------------------------------------\n"
        "lint   passed          0      0.4\n"
        "drift  failed          1     12.3\n"
        "fuzz   skipped         0      0.0  no app\n"
        "\n"
        "check: no findings\n"
    )


def test_a_long_line_is_cut_to_the_part_in_question():
    """A description on one line still gives a readable frame."""
    line = "x" * 5000 + "HERE" + "y" * 5000
    found = Finding("c", Level.ERROR, "m", Place("f", 1, 5001, 1, 5005))
    frame = render(Format.TEXT, Report("lint", (found,)), Context(source_line=lambda *_: line)).split("\n")[1:4]
    assert max(map(len, frame)) < 130
    assert frame[1].index("HERE") == frame[2].index("^^^^")


def test_carets_stay_below_wide_and_escaped_characters():
    """A wide character takes two cells, a control character as many as its escape."""
    line = "名\x1b: bad"
    found = Finding("c", Level.ERROR, "m", Place("f", 1, 5, 1, 8))
    text = render(Format.TEXT, Report("lint", (found,)), Context(source_line=lambda *_: line)).split("\n")
    assert text[2] == r"    1 | 名\x1b: bad"
    assert text[3] == "      | " + " " * (2 + 4 + 2) + "^^^"


def test_a_stretch_over_lines_is_underlined_to_the_end_of_its_first_line():
    """The frame shows where it begins."""
    found = Finding("c", Level.ERROR, "m", Place("f", 3, 5, 7, 1))
    assert "    ^^^^^^^^^^^^^^^^^\n" in render(Format.TEXT, Report("lint", (found,)), context())


def test_json_has_findings_and_summary():
    """Facts of the command come first."""
    value = json.loads(
        render(Format.JSON, Report("generate", (NAMED,), facts={"files": 3}, counts={"kept": 1}), Context())
    )
    assert list(value) == ["files", "findings", "summary"]
    assert value["findings"][0]["column"] == 18
    assert value["summary"] == {"error": 1, "warning": 0, "info": 0, "total": 1, "kept": 1}


def test_json_of_check_lists_the_gates():
    """One object per gate."""
    value = json.loads(render(Format.JSON, Report("check", (), (Gate("lint", "passed", seconds=0.25),)), Context()))
    assert value["gates"] == [{"gate": "lint", "result": "passed", "findings": 0, "seconds": 0.25, "note": ""}]


def test_github_annotations_carry_file_line_and_column():
    """Levels become error, warning and notice; the last column is included."""
    assert render(Format.GITHUB, REPORT, Context()).split("\n") == [
        (
            "::error title=op-id-unique,file=spec/openapi.yaml,line=3,endLine=3,col=18,endColumn=21"
            '::the operationId "list" is used twice; rename one (list)'
        ),
        "::warning title=tag-one,file=spec/openapi.yaml,line=5::no tag",
        "::notice title=ST101::the server answered 500 (GET /a)",
        "",
    ]


def test_gitlab_issues_have_the_required_members():
    """Code quality wants description, name, fingerprint, severity, path and line."""
    issues = json.loads(render(Format.GITLAB, REPORT, Context()))
    assert [issue["severity"] for issue in issues] == ["major", "minor", "info"]
    assert issues[0]["location"] == {"path": "spec/openapi.yaml", "lines": {"begin": 3}}
    assert issues[2]["location"] == {"path": "GET /a", "lines": {"begin": 1}}
    assert len({issue["fingerprint"] for issue in issues}) == 3


def test_sarif_fits_its_schema_and_carries_rule_texts():
    """The run validates against the subset of the OASIS schema that we write."""
    text = RuleText(
        "operationIds are unique", "Generators name functions after them.", "https://example.org/rules/op-id-unique"
    )
    rules = {"op-id-unique": text}
    value = json.loads(render(Format.SARIF, REPORT, context(rule=rules.get)))
    schema = json.loads((Path(__file__).parent / "sarif-subset.json").read_text("utf-8"))
    assert list(jsonschema_rs.validator_for(schema).iter_errors(value)) == []
    run = value["runs"][0]
    named = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "op-id-unique")
    assert named["shortDescription"]["text"] == "operationIds are unique"
    assert named["helpUri"] == "https://example.org/rules/op-id-unique"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 18, "endLine": 3, "endColumn": 22}
    assert [run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] for result in run["results"]] == [
        "op-id-unique",
        "tag-one",
        "ST101",
    ]


def test_sarif_paths_are_uris():
    """Blanks are encoded, absolute paths become file addresses."""
    report = Report(
        "lint",
        (Finding("a", Level.ERROR, "m", Place("my spec.yaml")), Finding("b", Level.ERROR, "m", Place("/s/a.yaml"))),
    )
    results = json.loads(render(Format.SARIF, report, Context()))["runs"][0]["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert uris == ["my%20spec.yaml", "file:///s/a.yaml"]


def test_junit_fails_only_what_fails_the_run():
    """With the default threshold errors are failures; warnings are passed cases with their text."""
    suite = ET.fromstring(render(Format.JUNIT, REPORT, Context()))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert [len(case.findall("failure")) for case in suite] == [1, 0, 0]
    strict = ET.fromstring(render(Format.JUNIT, REPORT, Context(fail_on=Level.WARNING)))[0]
    assert strict.get("failures") == "2"


def test_junit_of_a_clean_gate_is_one_passed_case():
    """A broken gate is an error, a skipped one is skipped."""
    gates = (Gate("lint", "passed"), Gate("drift", "broken", note="no app"), Gate("fuzz", "skipped"))
    suites = ET.fromstring(render(Format.JUNIT, Report("check", (), gates), Context()))
    assert [[child.tag for case in suite for child in case] for suite in suites] == [[], ["error"], ["skipped"]]
    assert suites.get("errors") == "1"


def test_markdown_is_a_table():
    """One row per finding."""
    lines = render(Format.MARKDOWN, REPORT, Context()).split("\n")
    assert lines[0] == "### lint: 3 findings \\(1 error, 1 warning, 1 info\\)"
    assert lines[5] == "| warning | spec/openapi.yaml:5 |  | no tag | tag-one |"


@pytest.mark.parametrize("form", list(Format))
def test_hostile_text_stays_text(form):
    """No format passes on control characters, text direction marks or lone surrogates."""
    text = render(form, HOSTILE_REPORT, Context(source_line=lambda *_: HOSTILE))
    text.encode("utf-8")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\uffff]", text)


def test_hostile_text_cannot_forge_a_line_of_the_text_report():
    """Further lines of a message are indented, so none looks like a finding or a workflow command."""
    text = render(Format.TEXT, Report("lint", (HOSTILE_FINDING,)), Context())
    lines = text.rstrip().split("\n")
    assert len(lines) > 3
    assert all(line.startswith("    ") or not line for line in lines[1:-1])


def test_hostile_text_cannot_forge_a_workflow_command():
    """One finding is one line, and only its own command is on it."""
    lines = render(Format.GITHUB, Report("lint", (HOSTILE_FINDING,)), Context()).splitlines()
    assert len(lines) == 1
    properties, _, data = lines[0].removeprefix("::error ").partition("::")
    assert "%3A%3Aerror%3A%3Aforged" in properties
    assert "%0A::error::forged" in data


def test_hostile_text_cannot_leave_its_markdown_cell():
    """No markup, HTML, mention, link or cell border survives."""
    text = render(Format.MARKDOWN, HOSTILE_REPORT, Context())
    row = next(line for line in text.split("\n") if line.startswith("| error"))
    assert row.count("|") == 6
    assert not re.search(r"<|@|://|(?<!\\)[\[`*]", row)


def test_hostile_text_survives_in_well_formed_xml():
    """JUnit stays parsable."""
    case = ET.fromstring(render(Format.JUNIT, HOSTILE_REPORT, Context()))[0][0]
    assert "<script>" in case[0].text


def test_hostile_text_is_exact_in_json():
    """JSON keeps the characters, as escapes."""
    text = render(Format.JSON, Report("lint", (HOSTILE_FINDING,)), Context())
    assert text.isascii()
    assert json.loads(text)["findings"][0]["message"] == HOSTILE


def test_sarif_messages_hold_no_links():
    """Square brackets before a parenthesis are escaped."""
    value = json.loads(render(Format.SARIF, Report("lint", (HOSTILE_FINDING,)), Context()))
    assert "click\\](http" in value["runs"][0]["results"][0]["message"]["text"]


def test_escapes_are_readable():
    """Control characters become what a programmer would type."""
    assert one_line("a\tb\nc\x1b") == r"a\tb\nc\x1b"
    assert visible("a\r\nb\x00") == "a\nb\\x00"
    assert one_line("Grüße, 世界 🎉 café") == "Grüße, 世界 🎉 café"


def test_long_text_is_clipped_with_its_length():
    """A key of a megabyte does not fill the screen."""
    assert clipped("x" * 10, 4) == "xxxx… (6 more characters)"
    assert clipped("xxxx", 4) == "xxxx"


@pytest.mark.parametrize("form", list(Format))
def test_reports_are_the_same_every_time(form):
    """Rendering is a pure function."""
    assert render(form, REPORT, context()) == render(form, REPORT, context())
