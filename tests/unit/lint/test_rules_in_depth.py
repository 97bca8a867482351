"""What the samples of the rules do not show: the cases that are easily got wrong, and those that must stay silent."""

import pytest

from tallystick.findings import Level


def messages(found):
    """The texts of findings."""
    return [finding.message for finding in found]


def component(schema, version="3.1.0"):
    """A description with one component schema, written as YAML flow."""
    return f"openapi: {version}\npaths: {{}}\ncomponents:\n  schemas:\n    A: {schema}\n"


@pytest.mark.parametrize(
    ("schema", "version"),
    [
        ("{type: object, nullable: true}", "3.0.3"),
        ("{anyOf: [{$ref: '#/components/schemas/A'}, {type: 'null'}]}", "3.1.0"),
        ("{type: [string, 'null'], enum: [a, null]}", "3.1.0"),
    ],
)
def test_null_said_once_is_fine(lint, schema, version):
    """One spelling of null, the one of the version."""
    assert lint(component(schema, version), "nullable-once") == []


def test_nullable_without_a_type_means_nothing_in_30(lint):
    """The specification adds null to the type beside it, and to nothing else."""
    found = lint(component("{nullable: true, allOf: [{type: object}]}", "3.0.3"), "nullable-once")
    assert messages(found) == ["`nullable` means nothing without a `type` beside it: add the type"]


@pytest.mark.parametrize(
    "schema",
    [
        "{type: integer, minimum: 1, maximum: 1}",
        "{type: number, exclusiveMinimum: 0, maximum: 1}",
        "{type: string, minLength: 2, maxLength: 2}",
        "{allOf: [{type: number}, {type: integer}]}",
        "{type: [string, integer], enum: [a, 1]}",
        "{type: object, required: [a], patternProperties: {'^a': {}}, additionalProperties: false}",
    ],
)
def test_tight_schemas_are_satisfiable(lint, schema):
    """A single value is enough."""
    assert lint(component(schema), "schema-satisfiable") == []


@pytest.mark.parametrize(
    "schema",
    [
        "{type: integer, exclusiveMinimum: 1, exclusiveMaximum: 2}",
        "{type: number, minimum: 1, exclusiveMaximum: 1}",
        "{type: object, required: [a], properties: {a: false}}",
        "{allOf: [{type: object}, {type: array, items: {}}]}",
        "{type: string, const: 3}",
    ],
)
def test_contradictions_are_found(lint, schema):
    """Nothing fits."""
    assert len(lint(component(schema), "schema-satisfiable")) == 1


def test_a_30_exclusive_bound_is_a_flag(lint):
    """OpenAPI 3.0 writes `exclusiveMaximum: true` beside `maximum`."""
    schema = "{type: number, minimum: 1, maximum: 1, exclusiveMaximum: true}"
    assert len(lint(component(schema, "3.0.3"), "schema-satisfiable")) == 1


def test_cycles_with_a_way_out_are_usable(lint):
    """Optional, nullable, array, map and union steps let a value end."""
    text = """
paths: {}
components:
  schemas:
    Tree:
      type: object
      required: [children]
      properties: {children: {type: array, items: {$ref: '#/components/schemas/Tree'}}}
    Node:
      type: object
      required: [next]
      properties: {next: {anyOf: [{$ref: '#/components/schemas/Node'}, {type: 'null'}]}}
    Map: {type: object, additionalProperties: {$ref: '#/components/schemas/Map'}}
"""
    assert lint(text, "ref-cycle-usable") == []


def test_a_cycle_over_two_schemas_is_found(lint):
    """Both take part, both are named."""
    text = """
paths: {}
components:
  schemas:
    A: {type: object, required: [b], properties: {b: {$ref: '#/components/schemas/B'}}}
    B: {type: object, required: [a], properties: {a: {$ref: '#/components/schemas/A'}}}
"""
    assert [f.place.pointer for f in lint(text, "ref-cycle-usable")] == [
        "/components/schemas/A",
        "/components/schemas/B",
    ]


@pytest.mark.parametrize(
    ("paths", "level"),
    [
        (("/a/{x}", "/a/mine"), None),
        (("/a/{x}", "/b/{x}"), None),
        (("/a/{x}/c", "/a/{x}"), None),
        (("/a/{x}.json", "/a/{y}.xml"), None),
        (("/a/{x}", "/a/{y}"), Level.ERROR),
        (("/{x}/b", "/a/{y}"), Level.WARNING),
    ],
)
def test_paths_that_meet(lint, paths, level):
    """Concrete segments go before placeholders; two that differ in names alone are an error."""
    lines = ["paths:"]
    for path in paths:
        names = [name.split("}")[0] for name in path.split("{")[1:]]
        declared = ", ".join(f"{{name: {name}, in: path, required: true, schema: {{type: string}}}}" for name in names)
        lines.append(f"  '{path}': {{get: {{parameters: [{declared}]}}}}")
    found = lint("\n".join(lines) + "\n", "path-ambiguous")
    assert [f.level for f in found] == ([level] if level else [])


def test_a_placeholder_that_refuses_the_literal_is_not_ambiguous(lint):
    """`/{id}/latest` with an integer id does not meet `/items/{sku}`."""
    text = """
paths:
  /{id}/latest: {get: {parameters: [{name: id, in: path, required: true, schema: {type: integer}}]}}
  /items/{sku}: {get: {parameters: [{name: sku, in: path, required: true, schema: {type: string}}]}}
"""
    assert lint(text, "path-ambiguous") == []


def test_examples_of_requests_may_lack_read_only_properties(lint):
    """A required read-only property is required in replies alone (section 4.8.24.5)."""
    text = """
paths:
  /items:
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Item'}
            example: {name: saw}
components:
  schemas:
    Item:
      type: object
      required: [id, name]
      properties: {id: {type: string, readOnly: true}, name: {type: string}}
"""
    assert lint(text, "example-valid") == []


def test_named_examples_are_reported_inside_their_value(lint):
    """The finding stands at the wrong value, not at the example."""
    text = """
paths: {}
components:
  parameters: {}
  schemas: {}
  responses:
    R:
      description: R
      content:
        application/json:
          schema: {type: object, properties: {n: {type: integer}}}
          examples:
            first: {value: {n: one}}
"""
    text = text.replace("paths: {}", "paths: {/a: {get: {responses: {'200': {$ref: '#/components/responses/R'}}}}}")
    (found,) = lint(text, "example-valid")
    assert found.place.pointer.endswith("/examples/first/value/n")
    assert found.message == 'the example does not fit its schema: `n` must be a whole number, not "one"'


def test_30_examples_are_reported_where_they_were_written(lint):
    """The normal form says `examples`; the file says `example`."""
    (found,) = lint(component("{type: integer, nullable: true, example: x}", "3.0.3"), "example-valid")
    assert found.place.pointer == "/components/schemas/A/example"


def test_a_pattern_that_cannot_be_read_does_not_hide_other_faults(lint):
    """A broken pattern, or a dangling reference, costs its own check alone."""
    text = """
paths: {}
components:
  schemas:
    A: {type: string, pattern: '(', example: x}
    B: {$ref: '#/components/schemas/Nowhere'}
    C: {type: integer, default: x}
"""
    assert messages(lint(text, "default-valid")) == [
        'the default "x" does not fit its schema: must be a whole number, not "x"'
    ]


def test_a_pattern_that_backtracks_for_ever_is_bounded(lint):
    """Patterns and examples are hostile input; the engine stops by itself."""
    text = component("{type: string, pattern: '^(a+)+$', example: " + "a" * 40 + "!}")
    assert lint(text, "example-valid") != []


@pytest.mark.parametrize(
    "schema",
    [
        "{oneOf: [{type: string}, {type: integer}]}",
        "{anyOf: [{type: string}, {type: string, enum: [a]}]}",
        "{oneOf: [{type: object, properties: {k: {const: a}}}, {type: object, properties: {k: {const: b}}}]}",
        "{type: object, properties: {a: {}, b: {}}, anyOf: [{required: [a]}, {required: [b]}]}",
        "{anyOf: [{type: object, properties: {a: {}}}, {type: 'null'}]}",
    ],
)
def test_unions_that_can_be_told_apart(lint, schema):
    """Types, constants, required properties; parts that only constrain are no members."""
    assert lint(component(schema), "union-decidable") == []


def test_children_of_a_discriminated_parent_are_used(lint):
    """They extend it, and nothing names them."""
    text = """
paths:
  /a:
    get:
      responses:
        '200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
components:
  schemas:
    Pet: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}]}
    Forgotten: {type: object}
"""
    assert [f.place.pointer for f in lint(text, "unused-component")] == ["/components/schemas/Forgotten"]


def test_sides_turn_round_in_webhooks_and_callbacks(lint):
    """What a webhook sends is a reply of this API, so its text needs no bound."""
    text = """
paths: {}
webhooks:
  sold: {post: {operationId: sold, requestBody: {content: {application/json: {schema: {type: string}}}}}}
"""
    assert lint(text, "string-bounds", rule_set="strict") == []
    paths = text.replace("paths: {}\nwebhooks:\n  sold", "paths:\n  /sold")
    assert len(lint(paths, "string-bounds", rule_set="strict")) == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Use `<script>` in code.", 0),
        ("Line<br>break, <b>bold</b>, a < b and c > d", 0),
        ("<SCRIPT>x</SCRIPT>", 1),
        ('<a href="x" onclick="y()">z</a>', 1),
        ("[click](javascript:alert(1))", 1),
        ("right to left \u202e override", 1),
    ],
)
def test_texts_that_run(lint, text, count):
    """Harmless markup passes, what runs does not."""
    import json

    found = lint(
        f"openapi: 3.1.0\ninfo: {{title: T, version: '1', description: {json.dumps(text)}}}\npaths: {{}}\n", "text-safe"
    )
    assert len(found) == count


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        (
            "x-tally-pagination: {style: cursor, cursor: after, items: /items, next: /next}",
            "there is no query parameter 'after'",
        ),
        ("x-tally-idempotency: {header: Idempotency-Key}", "the operation has no header parameter 'Idempotency-Key'"),
        ("x-tally-sunset: '2030-01-01'", "x-tally-sunset stands beside `deprecated: true`"),
        ("x-tally-open-enum: true", "x-tally-open-enum means nothing here: it stands on schema"),
        ("x-tally-rate-limit: {name: a, limit: 0, window: PT1M}", "x-tally-rate-limit: `limit`"),
        ("x-tally-retryable: 'yes'", "x-tally-retryable must be true or false"),
    ],
)
def test_extensions_mean_what_they_say(lint, extension, message):
    """Names, places, values, and what the values refer to."""
    found = lint(f"paths:\n  /a:\n    get:\n      operationId: a\n      {extension}\n", "extension-valid")
    assert any(message in text for text in messages(found)), messages(found)


def test_a_habit_is_told_once(lint):
    """Where a description never says a thing, one finding counts the others."""
    paths = "\n".join(f"  /a{n}: {{get: {{operationId: a{n}}}}}" for n in range(8))
    (found,) = lint(f"paths:\n{paths}\n", "security-stated")
    assert "(7 more like it" in found.message


def test_lapses_from_a_habit_are_told_one_by_one(lint):
    """Where most operations say it, each of the others is named."""
    paths = "\n".join(f"  /a{n}: {{get: {{operationId: a{n}{', security: []' if n > 2 else ''}}}}}" for n in range(8))
    assert len(lint(f"paths:\n{paths}\n", "security-stated")) == 3


def test_broken_shapes_do_no_harm(lint):
    """Whatever stands in the place of something else, the other rules go on."""
    text = """
paths:
  /a: {get: {parameters: 5, responses: [], tags: 7, security: yes, operationId: [x], callbacks: {c: 3}}}
  /b: 4
components:
  schemas:
    A: {type: 5, properties: [], required: yes, enum: {}, allOf: 3, items: 4, discriminator: x, minimum: a, default: 1}
    B: {oneOf: [1, null], anyOf: [], properties: {x: 3}, maxLength: -1, const: [], format: 7, pattern: 9}
    C: 7
  securitySchemes: {s: 3}
  parameters: []
tags: {}
servers: [1, {url: 7}]
"""
    assert any(finding.code == "schema-valid" for finding in lint(text, rule_set="strict"))
