"""What counts as a difference between two schemas, and what does not."""

import json

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.drift.differences import Side, schema_differences


@pytest.fixture
def differences(tmp_path):
    """The differences of two schemas as pairs of kind and trail, after canonicalisation."""

    def contract(name, schema, components):
        document = {
            "openapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}},
            "components": {"schemas": components},
        }
        document["paths"]["/a"]["post"]["responses"] = {"204": {"description": "Done."}}
        path = tmp_path / name
        path.write_text(json.dumps(document))
        return canonicalise(read(bundle(load(path)))).contract

    def compare(want, have, direction="request", components=None):
        sides = []
        for name, schema in (("want.json", want), ("have.json", have)):
            made = contract(name, schema, components or {})
            sides.append(Side(made, made.operations[0].body.content[0].schema))
        return [(each.kind, each.trail, str(each.level)) for each in schema_differences(*sides, direction)]

    return compare


def obj(required=(), **properties):
    """An object schema."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
TREE = {"Tree": obj(name=TEXT, below={"type": "array", "items": {"$ref": "#/components/schemas/Tree"}})}


@pytest.mark.parametrize(
    ("want", "have"),
    [
        ({"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 0}),
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "null"}, {"type": "string"}]}),
        ({"type": "string", "minLength": 0}, {"type": "string"}),
        ({"type": "integer", "format": "int64"}, {"type": "integer"}),
        ({"type": "string", "enum": ["a", "b"]}, {"enum": ["b", "a"], "type": "string", "title": "Letter"}),
        ({"type": "string", "const": "a"}, {"type": "string", "enum": ["a"]}),
        (obj(a=TEXT, b=WHOLE), obj(b=WHOLE, a={"type": "string", "description": "Words.", "example": "x"})),
        ({"allOf": [obj(a=TEXT) | {"additionalProperties": True}]}, {"type": "object", "properties": {"a": TEXT}}),
        ({"oneOf": [obj(a=TEXT), obj(b=WHOLE)]}, {"anyOf": [obj(b=WHOLE), obj(a=TEXT)]}),
        ({}, {}),
    ],
)
def test_the_same_in_other_words_is_no_difference(differences, want, have):
    """Spelling, order and annotations mean nothing."""
    assert differences(want, have) == []


@pytest.mark.parametrize(
    ("want", "have", "found"),
    [
        (TEXT, WHOLE, ("type", "", "error")),
        (TEXT, {"type": ["string", "null"]}, ("null", "", "error")),
        (obj(a=TEXT), obj(a=WHOLE), ("type", "a", "error")),
        (obj(size=TEXT), obj(sizes=TEXT), ("renamed", "size", "error")),
        (obj(a=TEXT), obj(), ("missing", "a", "error")),
        (obj(), obj(a=TEXT), ("extra", "", "error")),
        (obj(["a"], a=TEXT), obj(a=TEXT), ("required", "a", "error")),
        (obj(a=obj(b=TEXT)), obj(a=obj(b=WHOLE)), ("type", "a.b", "error")),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": WHOLE}, ("type", "[]", "error")),
        (
            {"type": "object", "additionalProperties": TEXT},
            {"type": "object", "additionalProperties": WHOLE},
            ("type", "*", "error"),
        ),
        ({"type": "string", "enum": ["a"]}, TEXT, ("values", "", "error")),
        ({"type": "string", "pattern": "^a$"}, {"type": "string", "pattern": "a"}, ("constraint", "", "error")),
        (obj(a=TEXT), obj(a=TEXT) | {"additionalProperties": True}, ("open", "", "error")),
        ({"oneOf": [obj(a=TEXT), obj(b=WHOLE)]}, {"oneOf": [obj(a=TEXT)]}, ("alternative", "", "error")),
    ],
)
def test_each_difference_is_found_at_its_place(differences, want, have, found):
    """Kind, trail and gravity."""
    kinds = [(kind, trail if kind != "extra" else "", level) for kind, trail, level in differences(want, have)]
    assert kinds == [found]


def test_bounds_of_replies_are_warnings(differences):
    """A reply may keep a bound that its model does not state."""
    want, have = {"type": "string", "maxLength": 3}, TEXT
    assert differences(want, have, "reply") == [("constraint", "", "warning")]
    assert differences(want, have, "request") == [("constraint", "", "error")]


def test_what_a_direction_never_carries_is_not_missed(differences):
    """``readOnly`` properties are not part of requests."""
    want, have = obj(a=TEXT, id={"type": "string", "readOnly": True}), obj(a=TEXT)
    assert differences(want, have, "request") == []
    assert differences(want, have, "reply") == [("missing", "id", "error")]


def test_recursive_schemas_end(differences):
    """A pair of components is entered once."""
    tree = {"$ref": "#/components/schemas/Tree"}
    assert differences(tree, tree, components=TREE) == []
