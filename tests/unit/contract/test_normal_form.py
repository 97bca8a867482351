"""The normal form: schemas of every version in one spelling, keywords of the wrong shape taken out with a finding."""

# ruff: noqa: E501  # a case of a table reads best on one line

import pytest
import yaml


@pytest.fixture
def schema(contract):
    """The normal form of one component schema, and the findings about it: code, keyword, level."""

    def normal(text, version="3.0.3", others=""):
        result = contract(f"components:\n  schemas:\n    A: {text}\n{others}", version)
        prefix = "/components/schemas/A/"
        findings = [
            (finding.code, finding.place.pointer.removeprefix(prefix), finding.level.value)
            for finding in result.findings
        ]
        return result.schemas["A"].value, findings

    return normal


class TestFrom30:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{type: string, nullable: true}", {"type": ["string", "null"]}),
            ("{type: string, nullable: false}", {"type": "string"}),
            ("{type: object, nullable: true, properties: {a: {type: integer, nullable: true}}}",
             {"type": ["object", "null"], "properties": {"a": {"type": ["integer", "null"]}}}),
            ("{nullable: true}", {}),
            ("{nullable: true, description: d}", {"description": "d"}),
            ("{type: integer, minimum: 1, exclusiveMinimum: true}", {"type": "integer", "exclusiveMinimum": 1}),
            ("{type: integer, maximum: 9, exclusiveMaximum: true}", {"type": "integer", "exclusiveMaximum": 9}),
            ("{type: integer, minimum: 1, exclusiveMinimum: false}", {"type": "integer", "minimum": 1}),
            ("{type: integer, exclusiveMinimum: true}", {"type": "integer"}),
            ("{type: string, example: x}", {"type": "string", "examples": ["x"]}),
            ("{type: string, example: null}", {"type": "string", "examples": [None]}),
            ("{type: [string]}", {"type": "string"}),
            ("{type: string, enum: [a, null], nullable: true}", {"type": ["string", "null"], "enum": ["a", None]}),
        ],
    )  # fmt: skip
    def test_spellings(self, schema, text, expected):
        """Each spelling of 3.0 becomes that of JSON Schema, silently."""
        assert schema(text) == (expected, [])

    def test_nullable_enum_without_null(self, schema):
        """``nullable`` beside an enum without null is read as intended, with a warning."""
        value, findings = schema("{type: string, enum: [a], nullable: true}")
        assert value == {"type": ["string", "null"], "enum": ["a", None]}
        assert findings == [("nullable-enum", "enum", "warning")]

    @pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
    def test_nullable_union(self, schema, keyword):
        """A nullable union without type gets null as its last member."""
        value, findings = schema(f"{{nullable: true, description: d, {keyword}: [{{type: string}}]}}")
        assert value == {"description": "d", keyword: [{"type": "string"}, {"type": "null"}]}
        assert findings == [("nullable-without-type", "nullable", "info")]

    def test_nullable_composition(self, schema):
        """A nullable composition without type is wrapped, its annotations staying outside."""
        value, findings = schema("{nullable: true, title: t, x-a: 1, allOf: [{type: string}], minLength: 1}")
        assert value == {
            "title": "t", "x-a": 1, "anyOf": [{"allOf": [{"type": "string"}], "minLength": 1}, {"type": "null"}],
        }  # fmt: skip
        assert findings == [("nullable-without-type", "nullable", "info")]

    def test_nullable_reference(self, schema):
        """``nullable`` beside a reference is read as intended, with a warning."""
        value, findings = schema("{$ref: '#/components/schemas/B', nullable: true}", others="    B: {type: string}\n")
        assert value == {"anyOf": [{"$ref": "#/components/schemas/B"}, {"type": "null"}]}
        assert findings == [("ref-siblings", "nullable", "warning")]

    def test_siblings_of_a_reference(self, schema):
        """Assertions beside a reference count for nothing and are dropped with a warning; annotations stay."""
        value, findings = schema(
            "{$ref: '#/components/schemas/B', description: d, example: e, minLength: 3}",
            others="    B: {type: string}\n",
        )
        assert value == {"$ref": "#/components/schemas/B", "description": "d", "examples": ["e"]}
        assert findings == [("ref-siblings", "minLength", "warning")]

    def test_schemas_everywhere(self, contract):
        """Schemas of parameters, headers, bodies and replies are rewritten like components."""
        result = contract(
            """
            paths:
              /a:
                post:
                  parameters: [{name: p, in: query, schema: {type: string, nullable: true}}]
                  requestBody: {content: {application/json: {schema: {type: string, nullable: true}}}}
                  responses:
                    '200':
                      description: d
                      headers: {H: {schema: {type: string, nullable: true}}}
                      content: {application/json: {schema: {items: {type: string, nullable: true}}}}
            """,
            "3.0.0",
        )
        (operation,) = result.operations
        (reply,) = operation.replies
        normal = {"type": ["string", "null"]}
        assert operation.parameters[0].schema.value == normal
        assert operation.body.content[0].schema.value == normal
        assert reply.headers[0].schema.value == normal
        assert reply.content[0].schema.value == {"items": normal}


class TestFrom31:
    def test_nothing_to_do(self, contract):
        """A description that is normal is not copied."""
        result = contract("components: {schemas: {A: {type: [string, 'null'], minimum: 3}}}\n")
        assert result.document["components"] is result.location.source.value["components"]

    def test_nullable(self, schema):
        """``nullable`` means nothing since 3.1; a warning says so."""
        value, findings = schema("{type: string, nullable: true}", "3.1.0")
        assert (value, findings) == ({"type": "string"}, [("nullable-in-31", "nullable", "warning")])

    def test_boolean_bounds(self, schema):
        """Boolean bounds are an error since 3.1, and read as they were meant."""
        value, findings = schema("{type: integer, minimum: 1, exclusiveMinimum: true}", "3.1.0")
        assert value == {"type": "integer", "exclusiveMinimum": 1}
        assert findings == [("schema-keyword", "exclusiveMinimum", "error")]

    def test_siblings_of_a_reference(self, schema):
        """Beside a reference everything counts."""
        text = "{$ref: '#/components/schemas/B', minLength: 3}"
        assert schema(text, "3.1.0", "    B: {type: string}\n") == (yaml.safe_load(text), [])

    def test_example(self, schema):
        """``example`` joins ``examples``, which win."""
        assert schema("{example: a}", "3.1.0") == ({"examples": ["a"]}, [])
        assert schema("{example: a, examples: [b]}", "3.1.0") == ({"examples": ["b"]}, [])

    @pytest.mark.parametrize(
        ("listed", "expected"),
        [("[string]", "string"), ("[string, string]", "string"), ("[string, 'null', string]", ["string", "null"])],
    )
    def test_type_lists(self, schema, listed, expected):
        """A list of one type is that type, and no type stands twice."""
        assert schema(f"{{type: {listed}}}", "3.1.0") == ({"type": expected}, [])

    def test_boolean_schemas(self, contract):
        """``true`` and ``false`` are schemas."""
        result = contract("components: {schemas: {A: true, B: {properties: {x: false}}}}\n")
        assert result.schemas["A"].value is True
        assert result.schemas["B"].child("properties", "x").value is False
        assert result.findings == ()


WRONG = {
    "maximum": ["'1'", "true", "[]"], "minimum": ["x"], "exclusiveMaximum": ["'1'"], "exclusiveMinimum": ["[]"],
    "multipleOf": ["0", "-1", "x"], "maxLength": ["-1", "1.5", "'1'", "true"], "minLength": ["x"], "maxItems": ["-1"],
    "minItems": ["{}"], "maxProperties": ["x"], "minProperties": ["x"], "minContains": ["x"], "maxContains": ["x"],
    "pattern": ["1", "[]"], "format": ["1"], "title": ["1"], "description": ["[]"], "contentMediaType": ["1"],
    "contentEncoding": ["1"], "$ref": ["1", "[]"], "uniqueItems": ["'yes'"], "readOnly": ["1"], "writeOnly": ["x"],
    "deprecated": ["x"], "nullable": ["x"], "required": ["true", "a", "{}"], "enum": ["a", "{a: 1}"],
    "examples": ["{a: {value: 1}}", "x"], "type": ["any", "5", "{}", "[]"], "allOf": ["{}", "[]", "x"],
    "anyOf": ["{}"], "oneOf": ["5"], "prefixItems": ["{}"], "properties": ["[]", "x"], "patternProperties": ["x"],
    "dependentSchemas": ["x"], "$defs": ["x"], "definitions": ["[]"], "not": ["x", "[]"], "if": ["x"], "then": ["x"],
    "else": ["x"], "items": ["[{}]", "x"], "contains": ["x"], "additionalProperties": ["x", "[]"],
    "propertyNames": ["x"], "unevaluatedItems": ["x"], "unevaluatedProperties": ["x"], "contentSchema": ["x"],
    "discriminator": ["kind", "{}", "{propertyName: 5}"], "dependentRequired": ["[]", "{a: b}"],
}  # fmt: skip


class TestWrongShapes:
    @pytest.mark.parametrize(("keyword", "text"), [(key, text) for key, listed in WRONG.items() for text in listed])
    def test_a_keyword_of_the_wrong_shape(self, schema, keyword, text):
        """It is taken out, with an error at the keyword, and costs nothing but itself."""
        value, findings = schema(f"{{type: object, {keyword}: {text}, x-kept: 1}}".replace(
            "type: object, type:", "type:"), "3.1.0")  # fmt: skip
        assert keyword not in value
        assert value["x-kept"] == 1
        assert findings == [("schema-keyword", keyword, "error")]

    def test_the_message(self, contract):
        """The finding says what belongs there, and points at the value."""
        result = contract("components:\n  schemas:\n    A:\n      required: true\n")
        (finding,) = result.findings
        assert finding.message == (
            "`required` must be a list of property names, each once, on the object that has the properties:"
            " it is passed over as it stands"
        )
        assert (finding.place.line, finding.place.column) == (6, 17)

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("{required: [a, 5]}", {"required": ["a"]}),
            ("{required: [b, a, b]}", {"required": ["b", "a"]}),
            ("{type: [string, any]}", {"type": "string"}),
            ("{allOf: [{type: string}, 5]}", {"allOf": [{"type": "string"}]}),
            ("{properties: {a: {type: string}, b: 5, c: null}}", {"properties": {"a": {"type": "string"}, "b": {}, "c": {}}}),
            ("{discriminator: {propertyName: k, mapping: {a: A, b: 5}}}",
             {"discriminator": {"propertyName": "k", "mapping": {"a": "A"}}}),
            ("{discriminator: {propertyName: k, mapping: []}}", {"discriminator": {"propertyName": "k", "mapping": {}}}),
        ],
    )  # fmt: skip
    def test_what_can_be_kept_is_kept(self, schema, text, kept):
        """One wrong entry does not cost its neighbours."""
        value, findings = schema(text, "3.1.0")
        assert value == kept
        assert [code for code, *_ in findings] == ["schema-keyword"]

    def test_components_that_are_no_schemas(self, contract, found):
        """A component that is nothing at all stays as "any", so that references to it hold."""
        result = contract("components: {schemas: {A: null, B: 5, C: [a], D: text}}\n")
        assert {name: schema.value for name, schema in result.schemas.items()} == {name: {} for name in "ABCD"}
        assert found(result) == [("wrong-shape", f"/components/schemas/{name}") for name in "ABCD"]

    def test_fields_that_are_no_schemas(self, contract, found):
        """A media type whose schema is text has none."""
        result = contract(
            "paths: {/a: {post: {requestBody: {content: {application/json: {schema: text}}}, responses: {}}}}\n"
        )
        assert result.operations[0].body.content[0].schema is None
        assert [code for code, _ in found(result)] == ["wrong-shape"]
