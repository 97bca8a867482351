"""``tally fuzz`` on a hand-written application: clean where the contract is kept, a finding where it is not."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples" / "apps"
CONFIG = """
spec = "{spec}"
[fuzz]
app = "shelf_app:app"
parts = [{parts}]
workers = 2
max-examples = 8
[fuzz.auth.key]
value = "secret"
"""

# what somebody does, the text, its replacement, the code of the finding, the operation, what is said
NEAR_MISSES = [
    (
        "numbers read from text",
        "Annotated[StrictInt, BeforeValidator(whole)]",
        "int",
        "accepted",
        "createBox",
        "text instead of a number",
    ),
    (
        "a pattern without its end",
        "[A-Z0-9-]*$",
        "[A-Z0-9-]*",
        "accepted",
        "createBox",
        "a character too much at the end",
    ),
    ("a bound moved up", "le=1000", "le=1001", "accepted", "createBox", "maximum 1000+1"),
    ("a bound moved down", "le=1000", "le=999", "refused", "createBox", "maximum 1000"),
    ("unknown members taken", 'extra="forbid"', 'extra="ignore"', "accepted", "createBox", "an unknown member"),
    (
        "integral floats refused",
        ", BeforeValidator(whole)]",
        ", BeforeValidator(lambda value: value)]",
        "refused",
        "createBox",
        "a fraction of zero",
    ),
    ("a limit too high", "ge=1, le=50", "ge=1, le=51", "accepted", "listBoxes", "maximum 50+1"),
    (
        "a crash at zero",
        "    if any(known",
        "    1 / box.quantity\n    if any(known",
        "error",
        "createBox",
        "minimum 0",
    ),
]


@pytest.fixture
def project(tmp_path):
    """A folder with the application, one text of it replaced, and a configuration."""

    def write(old="", new="", parts='"near-miss"'):
        text = (SAMPLES / "shelf_app.py").read_text()
        assert old in text, f"the sample application has no {old!r} any more"
        (tmp_path / "shelf_app.py").write_text(text.replace(old, new, 1) if old else text)
        (tmp_path / "shelf.yaml").write_text((SAMPLES / "shelf.yaml").read_text())
        (tmp_path / "tally.toml").write_text(CONFIG.format(spec="shelf.yaml", parts=parts))
        return tmp_path

    return write


def fuzz(folder, *arguments):
    """Calls ``tally fuzz``; gives the exit code, the report and standard error."""
    command = [sys.executable, "-m", "tallystick", "fuzz", "--format", "json", *arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ended.returncode, json.loads(ended.stdout), ended.stderr


@pytest.mark.parametrize(
    ("what", "old", "new", "code", "operation", "said"), NEAR_MISSES, ids=[e[0] for e in NEAR_MISSES]
)
def test_near_misses_find_what_random_data_seldom_does(project, what, old, new, code, operation, said):
    """One finding names the operation, says what was tried, and holds the request and the reply."""
    exit_code, report, errors = fuzz(project(old, new))
    assert exit_code == 1, errors
    hits = [each for each in report["findings"] if each["code"] == f"fuzz-near-miss-{code}"]
    assert [each["operation"] for each in hits] == [operation], report["findings"]
    assert said in hits[0]["message"]
    assert hits[0]["curl"].startswith("curl ")
    assert "secret" not in json.dumps(hits)
    assert {"method", "url", "headers", "body"} == set(hits[0]["request"])
    assert hits[0]["reply"]["status"]


def test_the_authorization_matrix_finds_an_open_door(project):
    """An operation that does not ask for its credential is named."""
    folder = project("async def get_box(_caller: Caller, ", "async def get_box(", '"near-miss", "authorization"')
    code, report, errors = fuzz(folder)
    assert code == 1, errors
    hits = [each for each in report["findings"] if each["code"] == "fuzz-authorization"]
    assert {each["operation"] for each in hits} == {"getBox"}
    assert any("without a credential" in each["message"] for each in hits)
    assert report["authorization"]["requests"] == 8


@pytest.mark.slow
def test_an_application_that_keeps_the_contract_is_clean(project):
    """No false alarm of any part; the reports of Schemathesis are kept."""
    folder = project(parts='"near-miss", "authorization", "schemathesis"')
    code, report, errors = fuzz(folder, "--report-dir", "reports")
    assert code == 0, (report["findings"], errors)
    assert report["schemathesis"]["operations"] == {"described": 4, "answered": 4}
    assert report["schemathesis"]["replies"]["seen"] == report["schemathesis"]["replies"]["described"]
    suites = ET.parse(folder / "reports" / "schemathesis-junit.xml").getroot()
    assert suites.get("failures") == "0"
    entries = json.loads((folder / "reports" / "schemathesis.har").read_text())["log"]["entries"]
    assert len(entries) > 100
    assert "secret" not in (folder / "reports" / "schemathesis.har").read_text()


@pytest.mark.slow
def test_schemathesis_finds_what_replies_get_wrong(project):
    """Several drifts at once, each a finding of its own with its cause."""
    folder = project(parts='"schemathesis"')
    text = (folder / "shelf_app.py").read_text()
    for old, new in (
        ('    response.headers["Location"] = f"/boxes/{number}"\n', ""),
        ("    note: str | None\n    created_at", "    note: str | None = Field(exclude=True)\n    created_at"),
        ("async def get_box(_caller: Caller, ", "async def get_box("),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "shelf_app.py").write_text(text)
    code, report, _ = fuzz(folder)
    assert code == 1
    found = {(each["code"], each["operation"]) for each in report["findings"]}
    assert ("fuzz-response-headers-conformance", "createBox") in found
    assert ("fuzz-response-schema-conformance", "createBox") in found
    assert ("fuzz-ignored-auth", "getBox") in found


@pytest.mark.slow
def test_stateful_calls_find_what_is_not_really_deleted(project):
    """Requests that build on each other have the server for themselves, so that they end the same each time."""
    code, report, _ = fuzz(project("    shown(number)\n    del boxes[number]", "    shown(number)", '"schemathesis"'))
    assert code == 1
    assert {each["code"] for each in report["findings"]} == {"fuzz-use-after-free"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--url", "http://127.0.0.1:9"), "server-silent", "does not answer"),
        (("--url", "127.0.0.1:9"), "usage", "--url is a web address"),
        (("--header", "nothing"), "usage", "--header is NAME:VALUE"),
        (("--app", "absent:app"), "server-not-started", "before it answered"),
    ],
)
def test_a_server_that_cannot_be_tried_is_a_clear_error(project, arguments, code, said):
    """Exit code 2, one finding, no traceback of ours."""
    exit_code, report, errors = fuzz(project(), *arguments)
    assert exit_code == 2
    assert [each["code"] for each in report["findings"]] == [code]
    assert said in report["findings"][0]["message"]
    assert "Traceback" not in errors


def test_without_a_server_the_call_says_what_to_name(tmp_path):
    """Nothing is guessed."""
    (tmp_path / "tally.toml").write_text("")
    code, report, _ = fuzz(tmp_path, "--spec", str(SAMPLES / "shelf.yaml"))
    assert code == 2
    assert "give --app MODULE:ATTR or --url" in report["findings"][0]["message"]
