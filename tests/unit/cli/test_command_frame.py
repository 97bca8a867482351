"""The frame of the command line: formats, streams, exit codes, clear errors."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer

from tallystick.cli import app as app_module
from tallystick.cli.app import application, main
from tallystick.cli.command import command
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import Finding, InputError, Level, Place, Threshold
from tallystick.report import Gate, RuleText

WARNING = Finding("tag-one", Level.WARNING, "no tag", Place("openapi.yaml", 2, 3, 2, 6))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tally(monkeypatch, capfdbinary):
    """Calls ``tally`` with one command ``try`` that runs the given function; gives exit code, stdout and stderr."""

    def call(function, *arguments):
        def build():
            app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
            app.callback()(lambda: None)
            command(app, "try")(function)
            return app

        monkeypatch.setattr(app_module, "application", build)
        with pytest.raises(SystemExit) as ended:
            main(["try", *arguments])
        out, err = capfdbinary.readouterr()
        return ended.value.code, out.decode(), err.decode()

    return call


def clean(run: Run) -> Outcome:
    """Finds nothing."""
    return Outcome()


def warns(run: Run) -> Outcome:
    """Finds the same warning twice."""
    return Outcome([WARNING, WARNING], facts={"files": 3})


def cannot(run: Run) -> Outcome:
    """Cannot read its input."""
    raise InputError.of("yaml-syntax", "a mapping value is missing", Place("openapi.yaml", 1, 1))


def fails(run: Run) -> Outcome:
    """Has a fault."""
    raise RuntimeError("boom\x1b[31m")


def test_nothing_found_is_exit_code_0(tally):
    """Text for people goes to standard error."""
    assert tally(clean) == (0, "", "try: no findings\n")


def test_json_goes_to_standard_output_alone(tally):
    """Findings are sorted and without duplicates."""
    code, out, err = tally(warns, "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["summary"]["total"] == 1
    assert json.loads(out)["files"] == 3


@pytest.mark.parametrize(("threshold", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_the_threshold_of_the_call_decides(tally, threshold, code):
    """--fail-on is the lowest level that fails."""
    assert tally(warns, "--fail-on", threshold)[0] == code


def test_the_call_wins_over_the_configuration(tally):
    """A command hands on the configured threshold; the option replaces it."""

    def configured(run: Run) -> Outcome:
        return Outcome([WARNING], fail_on=Threshold.WARNING)

    assert tally(configured)[0] == 1
    assert tally(configured, "--fail-on", "error")[0] == 0


def test_text_shows_the_source_line(tally, folder):
    """The code frame is read from the file that the finding names."""
    (folder / "openapi.yaml").write_text("paths:\n  get: {}\n")
    assert "    2 |   get: {}\n      |   ^^^\n" in tally(warns)[2]


def test_text_shows_source_from_standard_input(tally):
    """What cannot be read again is kept by the run."""

    def reads(run: Run) -> Outcome:
        run.texts["-"] = "paths:\r\n  get: {}\r\n"
        return Outcome([Finding("tag-one", Level.WARNING, "no tag", Place("-", 2, 3, 2, 6))])

    assert "    2 |   get: {}\n" in tally(reads)[2]


def test_a_source_that_is_gone_costs_only_the_frame(tally):
    """The finding is reported without it."""
    assert tally(warns)[2].startswith("openapi.yaml:2:3: warning: no tag [tag-one]\n\n")


@pytest.mark.parametrize("form", ["github", "gitlab", "sarif", "junit", "markdown"])
def test_formats_for_programs_go_to_standard_output(tally, form):
    """Everything a program reads is there."""
    code, out, err = tally(warns, "--format", form)
    assert (code, err) == (0, "")
    assert "tag-one" in out


def test_the_report_can_be_written_to_a_file(tally, folder):
    """Standard output stays empty, a line on standard error tells where it is."""
    code, out, err = tally(warns, "--format", "json", "--output", "reports/a.json", "--fail-on", "warning")
    assert (code, out, err) == (1, "", "report written to reports/a.json\n")
    assert json.loads((folder / "reports/a.json").read_text())["summary"]["warning"] == 1


def test_a_dash_is_standard_output(tally):
    """As everywhere on a command line."""
    assert json.loads(tally(warns, "--format", "json", "-o", "-")[1])["files"] == 3


def test_a_report_that_cannot_be_written_is_an_error(tally, folder):
    """The reason of the system, and exit code 2."""
    (folder / "file").write_text("")
    code, _, err = tally(warns, "--output", "file/a.txt")
    assert code == 2
    assert err.startswith("error: cannot write file/a.txt: ")
    assert "[output-unwritable]" in err


def test_wrong_input_is_one_clear_line_and_exit_code_2(tally):
    """No closing line, no traceback."""
    assert tally(cannot) == (2, "", "openapi.yaml:1:1: error: a mapping value is missing [yaml-syntax]\n")


def test_wrong_input_is_json_too(tally):
    """A program that asked for JSON gets JSON."""
    code, out, err = tally(cannot, "--format=json", "--fail-on", "never")
    assert (code, err) == (2, "")
    assert json.loads(out)["findings"][0]["code"] == "yaml-syntax"


def test_wrong_input_does_not_replace_an_older_report(tally, folder):
    """--output is written only when there is a verdict."""
    (folder / "a.json").write_text("old")
    assert tally(cannot, "--format", "json", "-o", "a.json")[0] == 2
    assert (folder / "a.json").read_text() == "old"


def test_a_fault_of_tally_is_a_clear_line_and_exit_code_3(tally):
    """It asks for a report and shows no traceback; control characters are shown as escapes."""
    code, out, err = tally(fails)
    assert (code, out) == (3, "")
    assert err == (
        "error: internal error, please report it: RuntimeError: boom\\x1b[31m "
        "(TALLY_TRACEBACK=1 shows where it happened) [internal-error]\n"
    )


def test_a_fault_of_tally_can_be_traced(tally, monkeypatch):
    """With TALLY_TRACEBACK the traceback stands before the line."""
    monkeypatch.setenv("TALLY_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in tally(fails)[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--colour"], "No such option: --colour"),
        (["extra"], "Got unexpected extra argument(s) (extra)"),
        (["--format", "yaml"], "Invalid value for '--format'"),
        (["--fail-on"], "Option '--fail-on' requires an argument"),
    ],
)
def test_a_wrong_call_is_one_clear_line_and_exit_code_2(tally, arguments, message):
    """It says what is wrong and where help is."""
    code, out, err = tally(clean, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert err.endswith(" --help [usage]\n")
    assert err.count("\n") == 1


def test_a_wrong_call_is_json_too(tally):
    """Also when the option itself cannot be read by the command."""
    code, out, err = tally(clean, "--format=json", "--colour")
    assert (code, err) == (2, "")
    assert json.loads(out)["findings"][0]["code"] == "usage"


def test_a_product_goes_to_standard_output_and_findings_beside_it(tally):
    """The document is written byte for byte."""

    def makes(run: Run) -> Outcome:
        return Outcome([WARNING], product=b"openapi: 3.1.0\n\xff")

    def text(run: Run) -> Outcome:
        return Outcome([WARNING], product=b"openapi: 3.1.0\n")

    code, out, err = tally(text, "--format", "json")
    assert (code, out) == (0, "openapi: 3.1.0\n")
    assert json.loads(err)["summary"]["total"] == 1
    code, out, err = tally(makes, "-o", "out.yaml")
    assert (code, out) == (0, "")
    assert Path("out.yaml").read_bytes() == b"openapi: 3.1.0\n\xff"


def test_a_command_has_its_own_options_beside_the_common_ones(tally):
    """Typer reads the signature of the function."""

    def greets(run: Run, name: str, loud: Annotated[bool, typer.Option("--loud", help="Shout.")] = False) -> Outcome:
        return Outcome(preface=name.upper() if loud else name)

    assert tally(greets, "hello", "--loud")[2].startswith("HELLO\n")
    assert tally(greets)[0] == 2


def test_rules_of_a_command_explain_its_codes(tally):
    """SARIF carries the text."""

    def explains(run: Run) -> Outcome:
        return Outcome([WARNING], rule=lambda _code: RuleText("one tag per operation"))

    assert "one tag per operation" in tally(explains, "--format", "sarif")[1]


def test_a_table_of_gates_is_shown_with_annotations(tally):
    """GitHub reads the commands on standard output, people read the table in the log."""

    def checks(run: Run) -> Outcome:
        return Outcome(gates=(Gate("lint", "passed", (), 0.2),))

    _, out, err = tally(checks, "--format", "github")
    assert out == ""
    assert "lint  passed" in err
    assert tally(checks, "--format", "json")[2] == ""


def test_the_configuration_is_read_on_first_use(tally, folder):
    """A broken file does not disturb a command that needs none; one that does gets its place."""
    (folder / "tally.toml").write_text("[lint]\nsets = 1\n")

    def asks(run: Run) -> Outcome:
        return Outcome(facts={"set": run.config.lint.set})

    assert tally(clean)[0] == 0
    code, _, err = tally(asks)
    assert code == 2
    assert err.startswith('tally.toml:2:1: error: unknown key lint.sets; did you mean "set"?')
    assert "    2 | sets = 1\n      | ^^^^\n" in err


def test_another_configuration_can_be_named(tally, folder):
    """--config wins over the nearest tally.toml."""
    (folder / "tally.toml").write_text("[lint]\nset = 'strict'\n")
    (folder / "other.toml").write_text("[lint]\nset = 'minimal'\n")

    def asks(run: Run) -> Outcome:
        return Outcome(preface=run.config.lint.set)

    assert tally(asks)[2].startswith("strict")
    assert tally(asks, "--config", "other.toml")[2].startswith("minimal")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_colours_are_for_terminals(environment):
    """On a pseudo-terminal the report is coloured, unless NO_COLOR or a dumb terminal forbids it."""
    pty = pytest.importorskip("pty")
    own, other = pty.openpty()
    code = (
        "import typer\nfrom tallystick.cli.command import command\nfrom tallystick.cli.outcome import Outcome\n"
        "from tallystick.cli.run import Run\napp = typer.Typer()\n"
        "@command(app)\ndef clean(run: Run) -> Outcome: return Outcome()\napp()"
    )
    variables = {**os.environ, "TERM": "xterm", **environment}
    if not environment:
        variables.pop("NO_COLOR", None)
    subprocess.run([sys.executable, "-c", code], stderr=other, env=variables, check=True)
    os.close(other)
    shown = os.read(own, 1000).decode()
    os.close(own)
    assert ("\x1b[" in shown) is (not environment)


def test_a_reader_that_goes_away_gives_no_traceback():
    """``tally … | head`` ends quietly."""
    line = f"{sys.executable} -m tallystick --help | true"
    ended = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert ended.stderr == ""


def test_help_names_every_command_and_the_exit_codes(capsys):
    """The overview fits on a screen."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert "Exit codes: 0 clean, 1 findings, 2 the call or the input is wrong" in text
    for registered in application().registered_commands:
        assert f"\n  {registered.name}" in text


def test_a_call_without_a_command_shows_the_help_and_is_wrong(capsys):
    """Exit code 2, nothing on standard output."""
    with pytest.raises(SystemExit) as ended:
        main([])
    captured = capsys.readouterr()
    assert ended.value.code == 2
    assert captured.out == ""
    assert "Usage: tally" in captured.err


def test_version_is_shown(capsys):
    """The version of the distribution."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("tally ")


def test_help_imports_nothing_heavy():
    """Neither engines nor Pydantic nor rich are imported to show the help."""
    code = (
        "import sys\nfrom tallystick.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'pydantic', 'rich', 'yaml', 'jinja2', 'fastapi', 'schemathesis', 'jsonschema_rs', 'httpx2',"
        " 'datamodel_code_generator', 'openapi_python_client', 'openapi_spec_validator'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr == "[]\n"
