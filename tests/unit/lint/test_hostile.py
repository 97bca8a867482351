"""Descriptions that want to keep the rules busy for ever, or to make them fall over."""

import json

import pytest

from tallystick.document import bundle, load
from tallystick.lint import run


def linted(tmp_path, **fields):
    """What is found in a description of the given root fields."""
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}, **fields}))
    return run(bundle(load(file)))


def schemas(**named):
    """Components."""
    return {"components": {"schemas": named}}


def ref(name):
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    "named",
    [
        {"A": {**ref("A"), "default": 1}},
        {"A": {"allOf": [ref("A")], "example": 1}},
        {"A": {"not": ref("A"), "examples": [1]}},
        {"A": {"anyOf": [ref("B"), ref("A")], "default": {}}, "B": {"oneOf": [ref("A"), ref("B")], "default": {}}},
        {
            "A": {"type": "array", "items": ref("A")},
            "B": {"type": "array", "items": ref("B")},
            "C": {"oneOf": [ref("A"), ref("B")]},
        },
        {"A": {"type": "object", "properties": {"a": ref("A/properties/b"), "b": ref("A/properties/a")}}},
    ],
)
def test_circles_end(tmp_path, named):
    """A schema that leads to itself, by whatever way, is looked at once."""
    assert linted(tmp_path, **schemas(**named))


def test_a_long_chain_of_required_schemas_is_decided_once(tmp_path):
    """The last of 3000 has a value, so all have; no round per schema."""
    named = {
        f"S{n}": {"type": "object", "required": ["next"], "properties": {"next": ref(f"S{n + 1}")}} for n in range(3000)
    }
    found = linted(tmp_path, **schemas(**named, S3000={"type": "string"}))
    assert "ref-cycle-usable" not in {finding.code for finding in found}


def test_a_wide_union_is_bounded(tmp_path):
    """2000 members are not compared each with each."""
    members = [{"type": "object", "required": [f"p{n}"], "properties": {f"p{n}": {}}} for n in range(2000)]
    assert linted(tmp_path, **schemas(U={"oneOf": members}))


def test_paths_that_all_overlap_are_bounded(tmp_path):
    """4000 paths that fit the same requests."""
    paths = {f"/{{a{n}}}/b/{{c}}": {"get": {"operationId": f"o{n}"}} for n in range(4000)}
    found = linted(tmp_path, paths=paths)
    assert "path-ambiguous" in {finding.code for finding in found}


def test_problems_in_nested_unions_are_bounded(tmp_path):
    """Unions of unions of unions, each with thirty members, are one look per schema."""
    named = {f"L{n}": {"anyOf": [ref(f"L{n + 1}")] * 30} for n in range(12)}
    named["L12"] = {"type": "object", "properties": {"x": {"type": "string"}}}
    content = {"application/problem+json": {"schema": ref("L0")}, "application/json": {"schema": ref("L0")}}
    paths = {
        "/a": {
            "get": {
                "responses": {
                    "200": {"description": "D", "content": content},
                    "400": {"description": "E", "content": content},
                }
            }
        }
    }
    assert linted(tmp_path, paths=paths, **schemas(**named))


def test_long_texts_cost_no_more_than_their_length(tmp_path):
    """Patterns over prose do not backtrack."""
    text = "<a " * 50_000 + "`" * 50_000 + " onclick" * 50_000 + "\t" * 50_000
    assert linted(tmp_path, tags=[{"name": "t", "description": text}]) is not None


def test_hostile_patterns_are_bounded(tmp_path):
    """A pattern that backtracks, one that is huge, and one that cannot be read."""
    named = {
        "A": {"type": "string", "pattern": "^(a|a)*$", "default": "a" * 5000 + "b"},
        "B": {"type": "string", "pattern": "(" * 2000, "default": "x"},
        "C": {"type": "string", "pattern": "(?=(a+))a*b\\1", "default": "a" * 3000},
        "D": {"type": "string", "pattern": "a{1000}{1000}{1000}", "default": "a"},
    }
    assert linted(tmp_path, **schemas(**named)) is not None
