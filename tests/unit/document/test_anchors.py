"""References by anchor (JSON Schema 2020-12 core, section 8.2.2) become pointers."""

import json

from tallystick.document import bundle, load


def bundled(tmp_path, schemas):
    """The bundle of a description with these components."""
    file = tmp_path / "openapi.json"
    information = {"title": "T", "version": "1"}
    document = {"openapi": "3.1.0", "info": information, "paths": {}, "components": {"schemas": schemas}}
    file.write_text(json.dumps(document), "utf-8")
    return bundle(load(file))


def test_an_anchor(tmp_path):
    """Everything below the bundle finds the schema by its pointer."""
    made = bundled(tmp_path, {"A": {"$ref": "#id"}, "B": {"$defs": {"x": {"$anchor": "id", "type": "integer"}}}})
    assert made.value["components"]["schemas"]["A"] == {"$ref": "#/components/schemas/B/$defs/x"}
    assert made.findings == ()


def test_the_own_file_by_name(tmp_path):
    """A reference that names its own file is one within the file."""
    made = bundled(tmp_path, {"A": {"$ref": "openapi.json#/components/schemas/B"}, "B": {"type": "integer"}})
    assert made.value["components"]["schemas"]["A"] == {"$ref": "#/components/schemas/B"}


def test_an_anchor_that_is_there_twice(tmp_path):
    """Nobody can know which is meant."""
    made = bundled(tmp_path, {"A": {"$ref": "#id"}, "B": {"$anchor": "id"}, "C": {"$anchor": "id"}})
    (finding,) = made.findings
    assert finding.code == "ref-unresolved"
    assert "2 times" in finding.message
    assert "write a JSON pointer" in finding.message


def test_what_only_looks_like_an_anchor(tmp_path):
    """Listed values and examples are no schemas."""
    listed = {"enum": [{"$anchor": "id"}], "examples": [{"$anchor": "id"}]}
    made = bundled(tmp_path, {"A": {"$ref": "#id"}, "B": listed, "C": {"$anchor": "id"}})
    assert made.value["components"]["schemas"]["A"] == {"$ref": "#/components/schemas/C"}


def test_an_anchor_below_a_name_that_looks_like_a_keyword(tmp_path):
    """Properties and components may be called `default` or `example`: what is below them is a schema still."""
    named = {"type": "object", "properties": {"default": {"$anchor": "id", "type": "integer"}}}
    made = bundled(
        tmp_path, {"A": {"$ref": "#id"}, "B": {"$ref": "#other"}, "C": named, "example": {"$anchor": "other"}}
    )
    schemas = made.value["components"]["schemas"]
    assert schemas["A"] == {"$ref": "#/components/schemas/C/properties/default"}
    assert schemas["B"] == {"$ref": "#/components/schemas/example"}
    assert made.findings == ()


def test_a_property_called_anchor(tmp_path):
    """A property that is called `$anchor` is none."""
    named = {"type": "object", "properties": {"$anchor": {"type": "string"}, "properties": {"$anchor": "id"}}}
    made = bundled(tmp_path, {"A": {"$ref": "#id"}, "B": named})
    assert made.value["components"]["schemas"]["A"] == {"$ref": "#/components/schemas/B/properties/properties"}
