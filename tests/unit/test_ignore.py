"""The ignore file: what it accepts, when it warns, how it is written."""

import datetime as dt

import pytest

from tallystick import ignore
from tallystick.findings import Finding, InputError, Level, Place

TODAY = dt.date(2026, 11, 20)
ENTRY = "exceptions:\n  - rule: tag-one\n    file: spec/openapi.yaml\n    pointer: {pointer}\n    reason: agreed\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder, which is the working directory, and its ignore file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "tally-ignore.yaml"


def finding(pointer, rule="tag-one", file="spec/openapi.yaml", level=Level.WARNING):
    """A finding at a pointer."""
    return Finding(rule, level, "text", Place(file, 3, 1, 3, 5, pointer))


def applied(path, findings, *, today=TODAY, files=("spec/openapi.yaml",), stale=True):
    """What remains."""
    return ignore.read(path).apply(findings, today=today, files=files, stale=stale)


def test_without_a_file_everything_remains(project):
    """No file, no exceptions."""
    found = [finding("/a")]
    assert applied(project, found) == found


def test_an_entry_accepts_a_place_and_what_lies_below(project):
    """The pointer is a node; neighbours with a longer name are not below it."""
    project.write_text(ENTRY.format(pointer="/paths/~1a"))
    found = [finding("/paths/~1a/get"), finding("/paths/~1a"), finding("/paths/~1ab"), finding("/paths/~1a", "tag-two")]
    assert applied(project, found) == found[2:]


def test_files_are_relative_to_the_ignore_file(project, monkeypatch):
    """The same entry holds from whatever folder the command is called."""
    project.write_text(ENTRY.format(pointer="/a"))
    (project.parent / "spec").mkdir()
    monkeypatch.chdir(project.parent / "spec")
    assert applied(project, [finding("/a", file="openapi.yaml")], files=["openapi.yaml"]) == []


def test_an_entry_ends(project):
    """On its last day it holds, on the next it warns and the finding is back."""
    project.write_text(ENTRY.format(pointer="/a") + "    expires: '2026-11-20'\n")
    found = [finding("/a")]
    assert applied(project, found) == []
    back, warning = applied(project, found, today=TODAY + dt.timedelta(days=1))
    assert back == found[0]
    assert warning.code == "ignore-expired"
    assert warning.message == ("the exception for tag-one ended on 2026-11-20: mend the finding, or give it a new date")
    assert str(warning.place) == "tally-ignore.yaml:2:5"


def test_an_entry_that_matches_nothing_warns(project):
    """But only where its file was looked at, and only when asked."""
    project.write_text(ENTRY.format(pointer="/a"))
    (warning,) = applied(project, [])
    assert warning.code == "ignore-stale"
    assert warning.level is Level.WARNING
    assert "nothing is found by tag-one at spec/openapi.yaml#/a any more" in warning.message
    assert applied(project, [], files=["other.yaml"]) == []
    assert applied(project, [], stale=False) == []


def test_updating_keeps_reasons_adds_sorts_and_drops(project):
    """What still matches keeps its reason and date; the rest goes."""
    project.write_text(
        ENTRY.format(pointer="/z") + "  - {rule: gone, file: spec/openapi.yaml, pointer: /a, reason: old}\n"
        "  - {rule: gone, file: other.yaml, pointer: /a, reason: not looked at}\n"
    )
    found = [finding("/z"), finding("/b"), finding("/b/c")]
    updated = ignore.read(project).updated(found, files=["spec/openapi.yaml"])
    updated.write()
    again = ignore.read(project)
    assert [(entry.file, entry.pointer, entry.reason) for entry in again.entries] == [
        ("other.yaml", "/a", "not looked at"),
        ("spec/openapi.yaml", "/b", "accepted as it was found"),
        ("spec/openapi.yaml", "/z", "agreed"),
    ]
    assert again.apply(found, today=TODAY, files=["spec/openapi.yaml"], stale=True) == []
    before = project.read_bytes()
    again.updated(found, files=["spec/openapi.yaml"]).write()
    assert project.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "an ignore file has one key, `exceptions`"),
        ("exceptions: {}", "an ignore file has one key, `exceptions`"),
        ("exceptions: [3]", "an entry is a map of rule, file, pointer, reason, expires"),
        ("exceptions: [{rule: a, file: b, pointer: ''}]", "the entry needs `reason`, as text: say why"),
        ("exceptions: [{rule: a, file: b, pointer: x, reason: r}]", "`pointer` is a JSON pointer that begins with '/'"),
        ("exceptions: [{rule: a, file: b, pointer: '', reason: r, until: 1}]", "unknown key 'until'"),
        ("exceptions: [{rule: a, file: b, pointer: '', reason: r, expires: soon}]", "`expires` is a date in quotes"),
    ],
)
def test_a_wrong_file_is_an_error_with_its_place(project, text, message):
    """Nothing is silently not ignored."""
    project.write_text(text)
    with pytest.raises(InputError) as caught:
        ignore.read(project)
    (fault,) = caught.value.findings
    assert fault.code == "ignore-invalid"
    assert message in fault.message
    assert fault.place.line == 1
