"""A class refuses what its schema refuses, also within lists, maps and unions, and nothing else."""

import json

import pytest
from pydantic import ValidationError

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.models import generate_models

PROPERTIES = {
    "tags": {"type": "array", "items": {"type": "string", "minLength": 1, "pattern": "^[a-z=]+$"}},
    "prices": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
    "key": {"anyOf": [{"type": "string", "minLength": 2}, {"type": "integer", "maximum": 9}]},
    "rows": {"type": "array", "items": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0.5}}},
    "share": {"type": "integer", "exclusiveMaximum": 5.5, "multipleOf": 0.5},
    "sure": {"type": ["array", "null"], "items": {"type": ["integer", "null"], "exclusiveMinimum": 1}},
    "ids": {"type": "array", "items": {"type": "string", "format": "uuid", "minLength": 36}},
    "odd": {"type": "array", "items": {"type": "string", "pattern": "^\\d$"}},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The class, and the findings on the way."""
    file = tmp_path_factory.mktemp("models") / "openapi.json"
    schema = {"type": "object", "properties": PROPERTIES}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    operation = {"operationId": "add", "requestBody": body, "responses": {"204": {"description": "Added."}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": {"Thing": schema}},
    }
    file.write_text(json.dumps(document), "utf-8")
    plan = generate_models(canonicalise(read(bundle(load(file)))))
    module = {"__name__": "generated_models"}
    exec(compile(plan.files["models.py"], "models.py", "exec"), module)
    module["Thing"].model_rebuild(_types_namespace=module)
    return module["Thing"], plan.findings


@pytest.mark.parametrize(
    "values",
    [
        {"tags": ["a", "b="]},
        {"prices": {"a": 0, "b": 1.5}},
        {"key": "ab"},
        {"key": 9},
        {"rows": [[1], [2, 3]]},
        {"share": 5},
        {"sure": [2, None]},
        {"sure": None},
        {"ids": ["8f14e45f-ceea-467f-a9b1-1c2d3e4f5a6b"]},
        {"odd": ["\u0661"]},
    ],
)
def test_what_fits(made, values):
    """Bounds hold nothing back that the schema accepts."""
    assert made[0](**values).model_fields_set == set(values)


@pytest.mark.parametrize(
    "values",
    [
        {"tags": [""]},
        {"tags": ["A"]},
        {"prices": {"a": -1}},
        {"key": "a"},
        {"key": 10},
        {"rows": [[]]},
        {"rows": [[0]]},
        {"share": 6},
        {"sure": [1]},
    ],
)
def test_what_does_not(made, values):
    """A handler cannot make a model that its schema refuses."""
    with pytest.raises(ValidationError):
        made[0](**values)


def test_what_the_class_does_not_know_is_told(made):
    """A pattern that Python would read differently stays with the compiled schemas."""
    (finding,) = made[1]
    assert finding.code == "models-weakened"
    assert "Thing: some bounds of items, map values or union members, or patterns" in finding.message
