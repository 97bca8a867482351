"""Plain scalars: the core schema of YAML 1.2, and what readers of YAML 1.1 would see."""

import pytest

from tallystick.document.scalars import is_beyond_json, resolve, trap


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
        ("0", 0), ("12", 12), ("-12", -12), ("+12", 12), ("012", 12), ("0o17", 15), ("0x1F", 31), ("0xff", 255),
        ("1.5", 1.5), ("-.5", -0.5), ("1.", 1.0), ("1e3", 1000.0), ("1E-2", 0.01), ("+1.5e+2", 150.0),
    ],
)  # fmt: skip
def test_core_schema(text, value):
    """Words, integers and floats are what section 10.3.2 of YAML 1.2.2 says, of the right type."""
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    ["yes", "No", "on", "OFF", "y", "nULL", "tRUE", "12:30", "2026-01-01", "1_000", "0b11", "0o18", "0xg", "1e", "e3",
     "-", "+", ".", "..", "1.2.3", "--1", "1-", "<<", "=", "0x", "-0x1"],
)  # fmt: skip
def test_everything_else_is_text(text):
    """What the core schema does not name stays text, whatever YAML 1.1 made of it."""
    assert resolve(text) == text


@pytest.mark.parametrize("text", [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1e999", "-1e999", "9" * 5000])
def test_numbers_that_json_cannot_hold_stay_text(text):
    """Values are finite: an infinity, a no-number or thousands of digits are text, and are recognised as such."""
    assert resolve(text) == text
    assert is_beyond_json(text)


@pytest.mark.parametrize("text", ["", "inf", "nan", ".infinity", "abc", "-", "1e"])
def test_ordinary_text_is_not_beyond_json(text):
    """Text that only resembles such a number is not remarked on."""
    assert not is_beyond_json(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("yes", "a boolean"), ("NO", "a boolean"), ("On", "a boolean"), ("off", "a boolean"),
        ("012", "an octal number"), ("-07", "an octal number"), ("089", "text"), ("0o14", "text"),
        ("0b101", "a number"), ("1_000", "a number"), ("1_0.5", "a number"),
        ("12:30", "a base 60 number"), ("1:2:3", "a base 60 number"),
        ("2026-01-01", "a date"), ("2026-1-1 10:00:00", "a date"), ("2026-01-01T10:00:00Z", "a date"),
        ("1e3", "text"), ("1.5e3", "text"), ("1e-3", "text"),
    ],
)  # fmt: skip
def test_traps(text, seen):
    """Each form that the two versions read differently is named with what YAML 1.1 sees."""
    assert trap(text, resolve(text)) == seen


@pytest.mark.parametrize(
    "text",
    ["", "text", "y", "N", "1", "-5", "1.5", "1.5e+3", "0", "12:99", "2026-01-01 was a Thursday", "1.2.3", "v1",
     "oN", "nope", "yesterday", "2026-13", "0:30", "1" * 101],
)  # fmt: skip
def test_no_trap(text):
    """Where both versions agree, or prose merely begins like a date, there is nothing to say."""
    assert trap(text, resolve(text)) is None


def test_a_long_scalar_is_judged_at_once():
    """Patterns that could backtrack never see a long text."""
    assert trap("1" + "_" * 1_000_000 + "x", "") is None
