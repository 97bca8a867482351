"""The table of near misses: what is tried for a schema, and what the contract says of it."""

import json

import pytest

from tallystick.contract import read
from tallystick.document import bundle, load
from tallystick.fuzz.mutations import body_mutations, text_mutations
from tallystick.fuzz.near_miss import Table
from tallystick.fuzz.requests import Draft, Unbuildable
from tallystick.fuzz.resources import Resources
from tallystick.fuzz.samples import Samples, Unsampled
from tallystick.fuzz.schemas import Schemas


@pytest.fixture
def contract(tmp_path):
    """A contract with one operation that takes the given body and parameters."""

    def make(body=None, parameters=(), components=None):
        operation = {
            "operationId": "act",
            "responses": {"200": {"description": "Yes."}},
            "parameters": list(parameters),
        }
        if body is not None:
            operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
        document = {
            "openapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"post": operation}},
            "components": {"schemas": components or {}},
        }
        path = tmp_path / "openapi.json"
        path.write_text(json.dumps(document))
        return read(bundle(load(path)))

    return make


def verdicts(contract, value):
    """Every near miss of a body with whether it is valid."""
    schemas = Schemas(contract)
    schema = contract.operations[0].body.content[0].schema
    return {miss.what: schemas.is_valid(schema, miss.value) for miss in body_mutations(schemas, schema, value)}


def test_numbers_are_tried_around_their_bounds(contract):
    """Just inside is valid, just outside is not; text is no number, 3.0 is an integer."""
    body = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 5}}}
    found = verdicts(contract(body), {"n": 3})
    expected = {
        "n: minimum 1": True,
        "n: minimum 1-1": False,
        "n: maximum 5": True,
        "n: maximum 5+1": False,
        "n: text instead of a number": False,
        "n: a boolean instead of a number": False,
        "n: half a step more": False,
        "n: the same number with a fraction of zero": True,
        "n: null": False,
    }
    assert expected.items() <= found.items()


def test_patterns_are_tried_at_both_ends(contract):
    """An unanchored check passes what an anchored pattern refuses."""
    body = {"type": "object", "properties": {"s": {"type": "string", "pattern": "^[A-Z]{2}[0-9]$", "maxLength": 3}}}
    found = verdicts(contract(body), {"s": "AB1"})
    for what in ("at the end", "in front"):
        assert found[f"s: a character too much {what}"] is False
    assert found["s: a line feed at the end"] is False
    assert found["s: a foreign digit"] is False


def test_objects_are_tried_with_more_and_with_less(contract):
    """Unknown members, missing members, in nested objects too."""
    inner = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "boolean"}},
        "additionalProperties": False,
    }
    found = verdicts(contract({"type": "object", "properties": {"o": inner}}), {"o": {"a": True}})
    assert found["body: an unknown member"] is True
    assert found["o: an unknown member"] is False
    assert found["o: without a"] is False
    assert found["o.a: text instead of a boolean"] is False
    assert found["body: without o"] is True


def test_enumerations_are_tried_with_other_case_and_spaces(contract):
    """Servers that normalise accept them."""
    found = verdicts(contract({"type": "object", "properties": {"e": {"enum": ["red"]}}}), {"e": "red"})
    assert {found[f"e: {what}"] for what in ("other case", "a space at the end", "no member of the list")} == {False}


def test_unusual_spellings_of_numbers_are_marked(contract):
    """OpenAPI does not say how an integer is written in a URL."""
    made = contract(parameters=[{"name": "n", "in": "query", "schema": {"type": "integer", "maximum": 9}}])
    schemas, schema = Schemas(made), made.operations[0].parameters[0].schema
    marked = {miss.value: miss.lexical for miss in text_mutations(schemas, schema, "3")}
    assert marked["+3"]
    assert not marked["3.5"]
    assert not marked["10"]


def test_the_same_table_each_time(contract):
    """Nothing is left to chance."""
    body = {
        "type": "object",
        "properties": {"id": {"type": "string", "pattern": "^[a-f]{3}-[0-9]{2}$"}},
        "required": ["id"],
    }
    made = contract(body, [{"name": "n", "in": "query", "schema": {"type": "integer"}}])
    runs = []
    for _ in range(2):
        table = Table(made)
        base = table.base(made.operations[0], Resources(made))
        runs.append([(each.place, each.what, each.is_valid, each.draft.path()) for each in table.tries(base)])
    assert runs[0] == runs[1]
    assert len(runs[0]) > 20


SAMPLES = [
    {"type": "string", "format": "uuid"},
    {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
    {"type": "string", "minLength": 30, "maxLength": 31},
    {"type": "integer", "exclusiveMinimum": 10, "multipleOf": 7},
    {"type": "number", "minimum": 0.5, "maximum": 0.75},
    {"type": "array", "items": {"type": "integer"}, "minItems": 3},
    {"type": "object", "required": ["a"], "properties": {"a": {"const": 5}, "b": {"not": {}}}},
    {"oneOf": [{"not": {}}, {"type": "boolean"}]},
    {"type": ["null", "string"], "maxLength": 0},
    {"enum": ["x", 1]},
]


@pytest.mark.parametrize("schema", SAMPLES, ids=json.dumps)
def test_samples_are_valid(contract, schema):
    """The plainest value that the schema allows."""
    made = contract(schema)
    schemas = Schemas(made)
    body = made.operations[0].body.content[0].schema
    assert schemas.is_valid(body, Samples(schemas).value(body))


def test_a_schema_without_values_has_no_sample(contract):
    """That is said, not guessed."""
    made = contract({"type": "string", "minLength": 3, "maxLength": 2})
    with pytest.raises(Unsampled):
        Samples(Schemas(made)).value(made.operations[0].body.content[0].schema)


def test_recursive_schemas_have_samples(contract):
    """The recursion is left out."""
    tree = {"type": "object", "properties": {"below": {"$ref": "#/components/schemas/Tree"}}}
    made = contract({"$ref": "#/components/schemas/Tree"}, components={"Tree": tree})
    assert isinstance(Samples(Schemas(made)).value(made.operations[0].body.content[0].schema), dict)


@pytest.mark.parametrize(
    ("parameter", "value", "written"),
    [
        ({"in": "query"}, "a b&c", "?p=a%20b%26c"),
        ({"in": "query"}, [1, 2], "?p=1&p=2"),
        ({"in": "query", "explode": False}, ["a", "b"], "?p=a%2Cb"),
        ({"in": "query", "style": "pipeDelimited", "explode": False}, ["a", "b"], "?p=a%7Cb"),
        ({"in": "query", "style": "deepObject", "explode": True}, {"a": 1, "b": True}, "?p%5Ba%5D=1&p%5Bb%5D=true"),
    ],
)
def test_parameters_are_written_in_their_style(contract, parameter, value, written):
    """OpenAPI 3.1.1, section 4.8.12.2."""
    made = contract(parameters=[{"name": "p", "schema": {}, **parameter}])
    assert Draft(made.operations[0], {("query", "p"): value}).path() == f"/a{written}"


def test_what_cannot_be_written_is_said(contract):
    """A style that this gate does not know is left to Schemathesis."""
    made = contract(parameters=[{"name": "p", "in": "query", "schema": {}}])
    with pytest.raises(Unbuildable, match="an object in the style form"):
        Draft(made.operations[0], {("query", "p"): {"a": 1}}).path()
