"""Writing YAML and JSON: what is written reads back as the same values, by readers of YAML 1.1 and 1.2."""

import json
import string

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.document.limits import Limits
from tallystick.document.reader import parse
from tallystick.document.writing import to_json, to_yaml

TRAPS = [
    "on",
    "No",
    "~",
    "null",
    "",
    " a",
    "012",
    "0o14",
    "0x1F",
    "1e3",
    "+1",
    ".5",
    "12:30",
    "2026-01-01",
    "1_000",
    "=",
    "<<",
]
TEXTS = st.text(max_size=20) | st.text(string.ascii_letters + string.digits + " \n\t:#-'\"|>&*!%@`.", max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(TRAPS)
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)


def read(text):
    """The values that our own reader (YAML 1.2) sees."""
    return parse(text, Limits()).value


@given(VALUES)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_yaml_reads_back_as_the_same_values(value):
    """Also texts that look like numbers, dates, booleans or markup."""
    assert read(to_yaml({"value": value})) == {"value": value}


@pytest.mark.parametrize("text", TRAPS)
def test_traps_are_text_to_readers_of_yaml_1_1(text):
    """Keys and values stay text in the most used older reader."""
    assert yaml.safe_load(to_yaml({text: text})) == {text: text}


def test_texts_of_several_lines_are_literal_blocks():
    """Descriptions stay readable."""
    assert to_yaml({"description": "one\n\ntwo\n", "type": "object"}) == (
        "description: |\n  one\n\n  two\ntype: object\n"
    )


def test_shared_values_are_written_out():
    """No anchors: many OpenAPI readers do not know them."""
    shared = {"type": "string"}
    assert to_yaml({"a": shared, "b": shared}) == "a:\n  type: string\nb:\n  type: string\n"


def test_keys_keep_their_order():
    """The author's order is part of the text."""
    assert list(read(to_yaml({"b": 1, "a": 2}))) == ["b", "a"]
    assert to_json({"b": 1, "a": "ü"}) == '{\n  "b": 1,\n  "a": "ü"\n}\n'
    assert json.loads(to_json({"a": ["\u2028"]})) == {"a": ["\u2028"]}
