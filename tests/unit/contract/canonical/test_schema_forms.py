"""Which form each construct takes. Every sample also goes through the guarantees, the proof, and a second pass."""

import pytest


def test_alias_components_are_replaced_by_what_they_name(schemas):
    """A component that only refers to another is gone; its users refer to the other."""
    found = schemas("""
        Pet: {type: object, properties: {name: {type: string}}}
        Alias: {$ref: '#/components/schemas/Pet'}
        AliasOfAlias: {$ref: '#/components/schemas/Alias'}
    """)
    assert list(found) == ["Pet"]
    assert found.uses["AliasOfAlias"] == {"$ref": "#/components/schemas/Pet"}


def test_an_alias_of_itself_is_any_value_with_a_finding(schemas):
    """``A: {$ref: A}`` has no values; that is an error, and no crash."""
    found = schemas("A: {$ref: '#/components/schemas/A'}")
    assert found.uses["A"] == {}
    assert "ref-cycle-usable" in found.codes


def test_scalar_components_are_written_at_their_use(schemas):
    """A named text is no class: its form stands where it is used, constraints kept."""
    found = schemas("Code: {type: string, pattern: '^[A-Z]+$', maxLength: 4, format: code, description: A code}")
    assert not found
    assert found.uses["Code"] == {
        "type": "string", "pattern": "^[A-Z]+$", "maxLength": 4, "format": "code", "description": "A code",
    }  # fmt: skip


def test_annotations_beside_a_reference_stay_beside_it(schemas):
    """In 3.1 a description, a default, a deprecation and extensions stand beside ``$ref``."""
    found = schemas("""
        A: {type: object, properties: {b: {$ref: '#/components/schemas/B', description: here, x-own: 1}}}
        B: {type: object, properties: {c: {type: string}}}
    """)
    assert found["A"]["properties"]["b"] == {"$ref": "#/components/schemas/B", "description": "here", "x-own": 1}


def test_assertions_beside_a_reference_are_merged(schemas):
    """In 3.1 keywords beside ``$ref`` hold as well: the use becomes a class of its own."""
    found = schemas("""
        A: {type: object, properties: {b: {$ref: '#/components/schemas/B', required: [c]}}}
        B: {type: object, properties: {c: {type: string}}}
    """)
    assert found["A"]["properties"]["b"] == {"$ref": "#/components/schemas/AB"}
    assert found["AB"]["required"] == ["c"]


def test_boolean_schemas_are_any_value_or_none(schemas):
    """``true`` is any value; ``false`` keeps its meaning for validators and is any value to generators."""
    found = schemas("A: {type: object, properties: {any: true, none: {type: array, items: false}}}")
    assert found["A"]["properties"]["any"] == {}
    assert found["A"]["properties"]["none"]["items"] == {"if": {}, "then": {"allOf": [{"not": {}}]}}
    assert "canonical-never" in found.codes


def test_a_forbidden_property_stays_forbidden(schemas):
    """A property whose schema is ``false`` is no attribute, and values that have it are still refused."""
    found = schemas("A: {type: object, properties: {a: {type: string}, b: false}}")
    assert list(found["A"]["properties"]) == ["a"]
    assert found["A"]["then"] == {"allOf": [{"properties": {"b": False}}]}


def test_a_required_property_that_is_forbidden_is_reported(schemas):
    """No value fits, which is said, and kept."""
    found = schemas("A: {type: object, required: [b], properties: {b: false}}")
    assert "schema-satisfiable" in found.codes
    assert {"required": ["b"]} in found["A"]["then"]["allOf"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("[a, b]", {"$ref": "#/components/schemas/AP"}),
        ("[a]", {"type": "string", "const": "a"}),
        ("[1, 2]", {"$ref": "#/components/schemas/AP"}),
        ("[true, false]", {"type": "boolean"}),
        ("[true]", {"type": "boolean", "const": True}),
        ("[null]", {"type": "null"}),
        ("[a, b, null]", {"anyOf": [{"$ref": "#/components/schemas/AP"}, {"type": "null"}]}),
        ("[0.5, 1.5]", {"type": "number", "if": {}, "then": {"allOf": [{"enum": [0.5, 1.5]}]}}),
        ("[[1], {}]", {"if": {}, "then": {"allOf": [{"enum": [[1], {}]}]}}),
    ],
)
def test_lists_of_values(schemas, values, expected):
    """Texts and whole numbers become enums; constants, booleans, null and odd values stay in place."""
    found = schemas(f"A: {{type: object, properties: {{p: {{enum: {values}}}}}}}")
    assert found["A"]["properties"]["p"] == expected


def test_a_list_of_mixed_values_is_a_union_of_enums(schemas):
    """Each type of value has its own enum, named after it."""
    found = schemas("A: {type: object, properties: {p: {enum: [1, a, 2, b, null]}}}")
    assert found["A"]["properties"]["p"]["anyOf"] == [
        {"$ref": "#/components/schemas/APNumber"}, {"$ref": "#/components/schemas/APText"}, {"type": "null"},
    ]  # fmt: skip
    assert found["APText"]["enum"] == ["a", "b"]


def test_duplicates_in_a_list_of_values_are_dropped(schemas):
    """1 and 1.0 are one value, 1 and true are two."""
    found = schemas("A: {type: object, properties: {p: {enum: [1, 1.0, 2, 2]}}}")
    assert found["AP"]["enum"] == [1, 2]


def test_values_that_the_type_excludes_are_reported(schemas):
    """A listed text where the type is integer can never occur."""
    found = schemas("A: {type: object, properties: {p: {type: integer, enum: [1, 2, x]}}}")
    assert found["AP"]["enum"] == [1, 2]
    assert "enum-type" in found.codes


def test_an_empty_list_of_values_is_passed_over_with_a_finding(schemas):
    """``enum: []`` allows nothing; the rest of the schema is generated."""
    found = schemas("A: {type: object, properties: {p: {type: string, enum: []}}}")
    assert found["A"]["properties"]["p"]["type"] == "string"
    assert "schema-satisfiable" in found.codes


def test_a_union_of_constants_is_an_enum_with_descriptions(schemas):
    """The way of JSON Schema to describe each value of an enum."""
    found = schemas("""
        A:
          type: string
          oneOf: [{const: s, title: Small}, {const: l, description: Large indeed}]
    """)
    assert found["A"] == {"type": "string", "enum": ["s", "l"], "x-enum-descriptions": ["Small", "Large indeed"]}


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("3.0.3", "{type: string, nullable: true}"),
        ("3.1.0", "{type: [string, 'null']}"),
        ("3.1.0", "{type: ['null', string]}"),
        ("3.1.0", "{anyOf: [{type: string}, {type: 'null'}]}"),
        ("3.1.0", "{oneOf: [{type: 'null'}, {type: string}]}"),
        ("3.1.0", "{anyOf: [{type: string}, {enum: [null]}]}"),
        ("3.1.0", "{anyOf: [{type: string}, {const: null}]}"),
    ],
)
def test_null_has_one_spelling(schemas, version, text):
    """However null is allowed, it is the last member of an ``anyOf``."""
    found = schemas(f"A: {{type: object, properties: {{p: {text}}}}}", version)
    assert found["A"]["properties"]["p"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def test_type_lists_are_unions(schemas):
    """Each keyword goes to the type it speaks of."""
    found = schemas("A: {type: object, properties: {p: {type: [integer, string, 'null'], minimum: 3, maxLength: 5}}}")
    assert found["A"]["properties"]["p"] == {
        "anyOf": [{"type": "string", "maxLength": 5}, {"type": "integer", "minimum": 3}, {"type": "null"}]
    }


def test_lists_always_say_what_is_in_them(schemas):
    """An array without ``items`` holds anything."""
    found = schemas("A: {type: object, properties: {p: {type: array, maxItems: 2}}}")
    assert found["A"]["properties"]["p"] == {"type": "array", "maxItems": 2, "items": {}}


def test_tuples_are_lists_of_any_of_their_members(schemas):
    """``prefixItems`` is exact for validators, and a list of either type for generators."""
    found = schemas("""
        A:
          type: object
          properties:
            p: {type: array, prefixItems: [{type: string}, {type: integer}], items: false}
    """)
    form = found["A"]["properties"]["p"]
    assert form["items"] == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert form["then"]["allOf"][0]["prefixItems"] == [{"type": "string"}, {"type": "integer"}]


def test_references_into_properties_items_and_replies(canonical):
    """Deep references lead to classes named from the place they point to."""
    made = canonical("""
        paths:
          /a:
            get:
              operationId: getA
              responses:
                "200":
                  description: Y
                  content:
                    application/json:
                      schema: {type: object, properties: {n: {type: integer}}}
        components:
          schemas:
            A:
              type: object
              properties:
                inner: {type: object, properties: {s: {type: string}}}
                list: {type: array, items: {type: object, properties: {t: {type: string}}}}
            B:
              type: object
              properties:
                inner: {$ref: '#/components/schemas/A/properties/inner'}
                entry: {$ref: '#/components/schemas/A/properties/list/items'}
                reply: {$ref: '#/paths/~1a/get/responses/200/content/application~1json/schema'}
    """)
    properties = made.document["components"]["schemas"]["B"]["properties"]
    assert [use["$ref"].rpartition("/")[2] for use in properties.values()] == ["AInner", "AListItem", "GetAResponse"]


def test_all_of_objects_are_merged(schemas):
    """Properties, required names and descriptions of all members make one class."""
    found = schemas("""
        Base: {type: object, required: [id], properties: {id: {type: string}}}
        Item:
          description: An item
          allOf:
            - $ref: '#/components/schemas/Base'
            - {type: object, required: [name], properties: {name: {type: string}}}
    """)
    assert found["Item"] == {
        "type": "object",
        "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
        "required": ["id", "name"],
        "description": "An item",
    }


def test_a_property_of_several_members_is_merged(schemas):
    """The tighter bounds hold, and a class made of both is named after the whole and the property."""
    found = schemas("""
        Base: {type: object, properties: {n: {type: integer, minimum: 1}, o: {type: object, properties: {a: {}}}}}
        Item:
          allOf:
            - $ref: '#/components/schemas/Base'
            - type: object
              properties: {n: {maximum: 5}, o: {type: object, properties: {b: {type: string}}}}
    """)
    assert found["Item"]["properties"]["n"] == {"type": "integer", "minimum": 1, "maximum": 5}
    assert found["Item"]["properties"]["o"] == {"$ref": "#/components/schemas/ItemO"}
    assert list(found["ItemO"]["properties"]) == ["a", "b"]


def test_all_of_one_reference_is_that_reference(schemas):
    """The way of 3.0 to put a description beside a reference needs no class."""
    found = schemas(
        """
        A: {type: object, properties: {b: {description: The B, allOf: [{$ref: '#/components/schemas/B'}]}}}
        B: {type: object, properties: {c: {type: string}}}
    """,
        "3.0.3",
    )
    assert found["A"]["properties"]["b"] == {"$ref": "#/components/schemas/B", "description": "The B"}


def test_contradicting_members_are_reported(schemas):
    """Two types that exclude each other: the first is generated, and a finding says that no value fits."""
    found = schemas("A: {type: object, properties: {p: {allOf: [{type: string}, {type: integer}]}}}")
    assert found["A"]["properties"]["p"]["type"] == "string"
    assert "schema-satisfiable" in found.codes


def test_closed_members_of_all_of_are_read_as_meant(schemas):
    """Two closed members refuse each other's properties by the letter; the merged object is generated."""
    found = schemas("""
        A:
          allOf:
            - {type: object, additionalProperties: false, properties: {a: {type: string}}}
            - {type: object, additionalProperties: false, properties: {b: {type: string}}}
    """)
    assert list(found["A"]["properties"]) == ["a", "b"]
    assert found["A"]["additionalProperties"] is False
    assert "canonical-closed-allof" in found.codes


def test_unevaluated_properties_close_the_whole(schemas):
    """``unevaluatedProperties: false`` sees the properties of all members, so nothing is lost."""
    found = schemas("""
        A:
          unevaluatedProperties: false
          allOf:
            - {type: object, properties: {a: {type: string}}}
            - {type: object, properties: {b: {type: string}}}
    """)
    assert found["A"]["additionalProperties"] is False
    assert "canonical-closed-allof" not in found.codes


def test_two_rules_for_further_properties_both_hold(schemas):
    """The second of two schemas of ``additionalProperties`` is kept for validators."""
    found = schemas("""
        A:
          allOf:
            - {type: object, additionalProperties: {type: integer}}
            - {type: object, additionalProperties: {minimum: 3, type: integer}}
    """)
    assert found["A"]["additionalProperties"] == {"type": "integer"}
    assert found["A"]["then"]["allOf"][0]["additionalProperties"] == {"minimum": 3, "type": "integer"}


def test_assertions_without_a_type_of_their_own_are_kept_for_validators(schemas):
    """Patterned properties, names, dependencies, negations and conditions stand where engines pass them by."""
    found = schemas("""
        A:
          type: object
          properties: {a: {type: string}}
          patternProperties: {'^x': {type: integer}}
          propertyNames: {maxLength: 9}
          dependentRequired: {a: [b]}
          not: {required: [z]}
          if: {required: [a]}
          then: {required: [c]}
    """)
    kept = set().union(*found["A"]["then"]["allOf"])
    assert kept == {"patternProperties", "propertyNames", "dependentRequired", "not", "if", "then"}
    assert list(found["A"]["properties"]) == ["a"]


def test_alternatives_of_required_names_are_no_variants(schemas):
    """A union whose members only require makes no classes."""
    found = schemas("""
        A:
          type: object
          properties: {a: {type: string}, b: {type: string}}
          anyOf: [{required: [a]}, {required: [b]}]
    """)
    assert list(found) == ["A"]
    assert found["A"]["then"] == {"allOf": [{"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}]}


def test_a_union_beside_properties_spreads_them(schemas):
    """Each member gets the properties beside the union, and a name from what tells it apart."""
    found = schemas("""
        A:
          type: object
          required: [id]
          properties: {id: {type: string}}
          oneOf:
            - {title: by mail, required: [mail], properties: {mail: {type: string}}}
            - {title: by phone, required: [phone], properties: {phone: {type: string}}}
    """)
    assert found.uses["A"] == {"$ref": "#/components/schemas/A"}
    assert found["A"] == {
        "oneOf": [{"$ref": "#/components/schemas/AByMail"}, {"$ref": "#/components/schemas/AByPhone"}]
    }
    assert list(found["AByMail"]["properties"]) == ["id", "mail"]


def test_a_member_to_which_the_rest_adds_nothing_is_itself(schemas):
    """``type: object`` beside a union of objects makes no further classes."""
    found = schemas("""
        A: {type: object, oneOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/C'}]}
        B: {type: object, required: [b], properties: {b: {type: string}}}
        C: {type: object, required: [c], properties: {c: {type: string}}}
    """)
    assert sorted(found) == ["A", "B", "C"]


def test_an_immense_union_beside_properties_is_reported(schemas):
    """Beyond 64 members the properties alone are generated, and the union is left to validators."""
    members = ", ".join(f"{{required: [p{n}], properties: {{p{n}: {{type: string}}}}}}" for n in range(65))
    found = schemas(f"A: {{type: object, properties: {{id: {{type: string}}}}, anyOf: [{members}]}}")
    assert list(found) == ["A"]
    assert "canonical-union" in found.codes


def test_unions_do_not_multiply_without_bound(schemas):
    """Beyond 128 combinations of members further unions are left to validators, each with a finding of its own."""
    unions = ", ".join(
        "{oneOf: ["
        + ", ".join(f"{{required: [k{n}{m}], properties: {{k{n}{m}: {{type: string}}}}}}" for m in "abc")
        + "]}"
        for n in range(12)
    )
    found = schemas(f"A: {{allOf: [{unions}]}}")
    assert len(found) <= 1 + 3 + 9 + 27 + 81
    assert found.codes.count("canonical-union") == 12 - 4


def test_recursive_objects_lists_unions_and_maps(schemas):
    """Whatever contains itself is a component and refers to itself."""
    found = schemas("""
        Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}}}
        Tree: {type: array, items: {$ref: '#/components/schemas/Tree'}}
        Json: {anyOf: [{type: string}, {type: array, items: {$ref: '#/components/schemas/Json'}}]}
        Map: {type: object, additionalProperties: {$ref: '#/components/schemas/Map'}}
        Left: {type: array, items: {$ref: '#/components/schemas/Right'}}
        Right: {anyOf: [{type: integer}, {$ref: '#/components/schemas/Left'}]}
    """)
    assert found["Node"]["properties"]["next"] == {"$ref": "#/components/schemas/Node"}
    assert found["Tree"] == {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    assert found["Json"]["anyOf"][1]["items"] == {"$ref": "#/components/schemas/Json"}
    assert found["Map"]["additionalProperties"] == {"$ref": "#/components/schemas/Map"}


def test_recursive_schemas_that_may_be_null(schemas):
    """Null stays allowed at every depth."""
    found = schemas("""
        Node: {type: [object, 'null'], properties: {next: {$ref: '#/components/schemas/Node'}}}
        Tree: {type: [array, 'null'], items: {$ref: '#/components/schemas/Tree'}}
        Json: {anyOf: [{type: string}, {type: array, items: {$ref: '#/components/schemas/Json'}}, {type: 'null'}]}
    """)
    assert found["Node"]["properties"]["next"] == {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]}
    assert found.uses["Json"] == {"$ref": "#/components/schemas/Json"}
    assert found["Json"]["anyOf"][-1] == {"type": "null"}


def test_properties_named_like_keywords_are_properties(schemas):
    """``default``, ``examples``, ``type``, ``$ref``, ``discriminator``, ``x-…`` and more can be names of properties."""
    names = ("default", "examples", "type", "$ref", "discriminator", "properties", "x-own", "enum", "allOf", "then")
    inner = "{type: object, properties: {a: {type: string}}}"
    found = schemas("A: {type: object, properties: {" + ", ".join(f"{name}: {inner}" for name in names) + "}}")
    assert list(found["A"]["properties"]) == list(names)
    assert all(use["$ref"].removeprefix("#/components/schemas/") in found for use in found["A"]["properties"].values())


def test_extensions_that_look_like_schemas_are_left_alone(schemas):
    """What stands in an extension is data, whatever its keys."""
    data = {"default": {"a": 1}, "type": "object", "discriminator": {"x-implicit": 1, "mapping": 3}}
    found = schemas("A: {type: object, properties: {a: {}}, x-data: " + str(data).replace("'", '"') + "}")
    assert found["A"]["x-data"] == data


def test_required_names_are_listed_once(schemas):
    """A name that `required` lists twice is listed once, with a finding."""
    found = schemas("A: {type: object, required: [a, a], properties: {a: {type: string}}}")
    assert found["A"]["required"] == ["a"]
    assert "schema-keyword" in found.codes


def test_required_names_that_are_not_declared_become_properties(schemas):
    """A required name without a schema is any value, or what ``additionalProperties`` says."""
    found = schemas("""
        A: {type: object, required: [a]}
        B: {type: object, required: [b], additionalProperties: {type: integer}}
    """)
    assert found["A"]["properties"] == {"a": {}}
    assert found["B"]["properties"] == {"b": {"type": "integer"}}


def test_a_required_name_that_a_closed_object_forbids_is_an_error(schemas):
    """By the letter no value fits; the property is generated, and the finding says what to do."""
    found = schemas("A: {type: object, additionalProperties: false, required: [a]}")
    assert "schema-satisfiable" in found.codes


def test_defaults_that_do_not_fit_are_dropped_with_a_finding(schemas):
    """A default of another type, outside the list, or no date-time is not generated."""
    found = schemas("""
        A:
          type: object
          properties:
            a: {type: integer, default: many}
            b: {type: string, enum: [x, y], default: z}
            c: {type: string, format: date-time, default: now}
            d: {type: integer, default: 3}
            e: {type: array, items: {type: string}, default: [x]}
            f: {type: [string, 'null'], default: null}
    """)
    properties = found["A"]["properties"]
    assert [name for name, form in properties.items() if "default" in form] == ["d", "f"]
    assert properties["e"]["x-tally-default"] == ["x"]
    assert found.codes.count("default-valid") == 3


def test_defaults_of_integers_are_integers(schemas):
    """``3.0`` is an integer to JSON Schema, but not to Python; it stays where a fraction fits as well."""
    found = schemas(
        """
        A:
          type: object
          properties:
            a: {type: integer, default: 3.0}
            b: {type: [integer, 'null'], default: 3.0}
            c: {$ref: '#/components/schemas/B', default: 1.0e+23}
            d: {type: number, default: 3.0}
            e: {type: [integer, number, string], default: 3.0}
        B: {type: integer, minimum: 1}
        """
    )
    defaults = [form["default"] for form in found["A"]["properties"].values()]
    assert list(map(repr, defaults)) == ["3", "3", str(10**23), "3.0", "3.0"]


def test_defaults_must_fit_their_format(schemas):
    """What Python reads as a date, a time or a UUID is none yet: requests with it are refused, so no default is it."""
    found = schemas("""
        A:
          type: object
          properties:
            a: {type: string, format: date-time, default: '2026-11-20T10:00:00'}
            b: {type: string, format: date, default: 2026-W47-5}
            c: {type: string, format: time, default: '10:00'}
            d: {type: string, format: uuid, default: 8f14e45fceea467fa9b11c2d3e4f5a6b}
            e: {type: string, format: date-time, default: '2026-11-20T10:00:00Z'}
            f: {type: string, format: uuid, default: 8f14e45f-ceea-467f-a9b1-1c2d3e4f5a6b}
    """)
    assert [name for name, form in found["A"]["properties"].items() if "default" in form] == ["e", "f"]
    assert found.codes.count("default-valid") == 4


def test_a_schema_without_type_gets_the_type_its_keywords_speak_of(schemas):
    """``properties`` alone allow any text by the letter; an object is generated, with a finding."""
    found = schemas("A: {properties: {a: {type: string}}}")
    assert found["A"]["type"] == "object"
    assert "canonical-type-inferred" in found.codes


def test_free_objects_share_one_class(schemas):
    """Objects of which nothing is said are one class."""
    found = schemas("A: {type: object, properties: {a: {type: object}, b: {type: array, items: {type: object}}}}")
    assert found["A"]["properties"]["a"] == {"$ref": "#/components/schemas/AnyObject"}
    assert found["A"]["properties"]["b"]["items"] == {"$ref": "#/components/schemas/AnyObject"}


def test_deep_nesting_is_followed(schemas):
    """24 objects inside each other are 24 classes; 64 levels of text is what a reader takes."""
    text = "{type: string}"
    for _ in range(24):
        text = f"{{type: object, properties: {{p: {text}}}}}"
    assert len(schemas(f"A: {text}")) == 24
