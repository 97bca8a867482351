"""Findings: order, identity, thresholds and the JSON form that other programs rely on."""

import random
from pathlib import Path

import pytest

from tallystick.findings import (
    NOWHERE,
    Finding,
    InputError,
    Level,
    Place,
    Threshold,
    as_json,
    deduplicated,
    exceeds,
    fingerprint,
    fingerprints,
    ordered,
    quoted,
    shown_path,
    summary,
    worst,
)


def finding(code="rule", level=Level.ERROR, message="wrong", **place):
    return Finding(code, level, message, Place(**place))


def test_levels_are_ordered_by_gravity():
    """An error is graver than a warning, a warning graver than an information."""
    assert sorted([Level.ERROR, Level.INFO, Level.WARNING]) == [Level.INFO, Level.WARNING, Level.ERROR]
    assert str(Level.WARNING) == "warning"


def test_levels_compare_with_levels_only():
    """A level is not comparable with text."""
    with pytest.raises(TypeError):
        assert Level.ERROR < "error"


def test_order_does_not_depend_on_the_order_of_discovery():
    """File, line, column, then gravity and code decide; the same findings give the same list."""
    expected = [
        finding(file="a.yaml", line=2, column=9),
        finding(file="a.yaml", line=10, column=1),
        finding(file="b.yaml", line=1, column=1, level=Level.ERROR, code="z"),
        finding(file="b.yaml", line=1, column=1, level=Level.WARNING, code="a"),
        finding(file="b.yaml", line=1, column=1, level=Level.WARNING, code="b"),
    ]
    for seed in range(5):
        shuffled = expected * 2
        random.Random(seed).shuffle(shuffled)
        assert ordered(shuffled) == expected


def test_the_same_finding_is_kept_once():
    """Related places and details do not make a second finding."""
    first = Finding("a", Level.ERROR, "m", Place("f", 1), related=(Place("g"),))
    again = Finding("a", Level.ERROR, "m", Place("f", 1), details={"seed": 1})
    other = Finding("a", Level.ERROR, "m", Place("f", 2))
    assert deduplicated([first, again, other]) == [first, other]


def test_worst_of_none_is_none():
    """Without findings there is no worst level."""
    assert worst([]) is None
    assert worst([finding(level=Level.INFO), finding(level=Level.WARNING)]) is Level.WARNING


@pytest.mark.parametrize(
    ("threshold", "failing"),
    [(Threshold.ERROR, False), (Threshold.WARNING, True), (Threshold.INFO, True), (Threshold.NEVER, False)],
)
def test_a_run_fails_from_its_threshold_on(threshold, failing):
    """A warning fails a run at warning or info, not at error or never."""
    assert exceeds([finding(level=Level.WARNING)], threshold.level) is failing


def test_json_form_has_the_ten_fixed_keys_in_order():
    """Unknown positions are 0, a missing operation is null."""
    assert list(as_json(finding()).items()) == [
        ("code", "rule"),
        ("level", "error"),
        ("message", "wrong"),
        ("file", ""),
        ("line", 0),
        ("column", 0),
        ("end_line", 0),
        ("end_column", 0),
        ("pointer", ""),
        ("operation", None),
    ]


def test_json_form_adds_related_places_and_details():
    """Details follow as keys of their own."""
    value = as_json(Finding("c", Level.INFO, "m", related=(Place("f", 3, 1),), details={"seed": 7}))
    assert value["related"][0]["file"] == "f"
    assert value["seed"] == 7


def test_details_cannot_replace_a_fixed_key():
    """A gate that tries to is a programming error."""
    with pytest.raises(ValueError, match="reserved keys: level, line"):
        Finding("c", Level.INFO, "m", details={"line": 7, "level": "x"})


def test_places_count_from_one():
    """Negative positions are refused, 0 means unknown."""
    with pytest.raises(ValueError, match="0 \\(unknown\\) or more"):
        Place("f", -1)


@pytest.mark.parametrize(
    ("place", "text"),
    [(NOWHERE, ""), (Place("f"), "f"), (Place("f", 3), "f:3"), (Place("f", 3, 4), "f:3:4"), (Place("f", 0, 4), "f")],
)
def test_a_place_shows_what_is_known(place, text):
    """A column without a line says nothing."""
    assert str(place) == text


def test_fingerprints_survive_moved_lines_but_not_another_node():
    """Inserting lines above keeps a fingerprint, another pointer changes it."""
    here = finding(file="a", line=1, pointer="/x")
    assert fingerprint(here) == fingerprint(finding(file="a", line=9, pointer="/x"))
    assert fingerprint(here) != fingerprint(finding(file="a", line=1, pointer="/y"))


def test_equal_fingerprints_are_told_apart():
    """Two findings with the same text at the same pointer stay two."""
    marks = fingerprints([finding(line=1), finding(line=2)])
    assert len(set(marks)) == 2
    assert marks[0] == fingerprint(finding())


def test_summary_counts_every_level():
    """Levels without findings are counted as 0."""
    assert summary([finding(), finding(level=Level.INFO)]) == {"error": 1, "warning": 0, "info": 1, "total": 2}


def test_an_input_error_reads_as_lines_with_places():
    """Its text is one line per finding."""
    error = InputError(finding(file="a.yaml", line=3, column=1), finding(message="also"))
    assert str(error) == "a.yaml:3:1: wrong\nalso"


def test_an_input_error_needs_a_finding():
    """There is no error without a reason."""
    with pytest.raises(ValueError, match="at least one"):
        InputError()


def test_paths_are_shown_relative_to_the_working_directory(tmp_path, monkeypatch):
    """Outside of it they stay as they are."""
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "spec" / "a.yaml") == "spec/a.yaml"
    assert shown_path("spec/../a.yaml") == "a.yaml"
    assert shown_path(Path("/elsewhere/a.yaml")) == "/elsewhere/a.yaml"


def test_values_are_quoted_as_json_and_cut():
    """What stands in the description is shown as it is written there."""
    assert quoted(None) == "null"
    assert quoted({"é": [True, 1.5]}) == '{"é": [true, 1.5]}'
    assert quoted("x" * 100) == '"' + "x" * 58 + "…"
