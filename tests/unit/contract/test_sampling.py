"""Values drawn from schemas, and texts drawn from patterns."""

import random
import re

import jsonschema_rs
import pytest

from tallystick.contract.pattern_text import sample_of
from tallystick.contract.sampling import Sampler, near_misses

SCHEMAS = [
    {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer", "minimum": 5, "maximum": 7}}},
    {
        "allOf": [
            {"type": "object", "required": ["a"]},
            {"properties": {"a": {"type": "string", "pattern": r"^\d{3}-[A-F]+$"}}},
        ]
    },
    {
        "type": "object",
        "properties": {"a": {"enum": [1]}},
        "required": ["a"],
        "oneOf": [{"required": ["b"], "properties": {"b": {"const": 2}}}],
    },
    {"type": "array", "items": {"type": "boolean"}, "minItems": 3, "maxItems": 3},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "multipleOf": 0.25},
    {"type": "integer", "exclusiveMinimum": 2.5, "exclusiveMaximum": 4},
    {"type": "string", "minLength": 40, "maxLength": 50},
    {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]},
    {"type": ["string", "null"]},
]  # fmt: skip
DOCUMENT = {
    "components": {
        "schemas": {
            "Node": {
                "type": "object", "required": ["next"],
                "properties": {"next": {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]}},
            }
        }
    }
}  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_drawn_values_are_mostly_accepted(schema):
    """A validator accepts at least one of eight values; keywords of composed schemas are united first."""
    sampler = Sampler(DOCUMENT, random.Random(0))
    values = [sampler.value(schema) for _ in range(8)]
    validator = jsonschema_rs.Draft202012Validator({**schema, **DOCUMENT})
    assert any(validator.is_valid(value) for value in values)


def test_draws_repeat_with_the_source():
    """The same source of chance, the same values."""
    one, other = (Sampler(DOCUMENT, random.Random(7)) for _ in range(2))
    assert [one.value(schema) for schema in SCHEMAS] == [other.value(schema) for schema in SCHEMAS]


def test_references_that_lead_nowhere_are_any_value():
    """A broken reference is no reason to stop."""
    assert Sampler({}, random.Random(1)).value({"$ref": "#/components/schemas/Lost"}) is not NotImplemented


def test_near_misses_differ_from_the_value():
    """Most near-misses differ in one respect, and each kind of value has some."""
    for value in ({"a": {"b": [1, "x"]}}, [1, 2], "text", 3, 1.5, True):
        assert sum(other != value for other in near_misses(value, random.Random(0))) > 1


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\d+\.\d+\.\d+$", r"^([0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?)$", r"^(?=.*\d)[a-z]+\d$", "a|b", "^[^a-c]+$",
        r"^(?P<x>ab|cd){2,3}$", r"^[A-Z]{3}-[\w.-]{2,}$", "((((a|b)|c)|d)|e)", r"^\+[1-9]\d{6,14}$", "^$", r"\bx\b",
        r"^[\]a]$", "^a{2}?b+?$", r"^\u0041\x42$", "^(a|(b|c)d)*e$",
    ],
)  # fmt: skip
@pytest.mark.parametrize("repeats", [0, 1, 5])
def test_texts_match_their_patterns(pattern, repeats):
    """However often the free parts are repeated."""
    text = sample_of(pattern, repeats)
    assert text is not None
    assert re.search(pattern, text)


@pytest.mark.parametrize("pattern", ["[", "a\\", "(" * 500, "[a-", r"\p{", "[^"])
def test_broken_patterns_give_no_text(pattern):
    """What ends too early or nests without end is refused."""
    assert sample_of(pattern) in (None, "")


def test_repetitions_of_repetitions_are_bounded():
    """A pattern of ten signs cannot ask for a terabyte."""
    text = sample_of("(((a{999}){999}){999}){999}")
    assert text is not None
    assert len(text) <= 2000
