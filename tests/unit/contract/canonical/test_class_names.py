"""Names of classes: those of the description, else made from where a schema stands and what tells it apart."""

import random

import pytest
import yaml

from tallystick.contract.canonical.naming import class_names
from tallystick.contract.canonical.variant_words import class_word, variant_words


def test_names_of_the_description_become_class_names(schemas):
    """Dots, dashes, digits and case: every component keeps what can be kept of its name."""
    given = ["io.k8s.Pod", "simple-user", "HTTPError", "422", "ünicode"]
    found = schemas("\n".join(f"{name!r}: {{type: object, properties: {{n: {{type: integer}}}}}}" for name in given))
    assert {"IoK8SPod", "SimpleUser", "HTTPError", "Schema422"} <= set(found)
    assert len(found) == len(given)


def test_names_that_differ_in_case_alone_are_told_apart(schemas):
    """Class names are unique without regard to case, as file names must be."""
    found = schemas("Item: {type: object, properties: {a: {}}}\nitem: {type: object, properties: {b: {}}}")
    assert len({name.lower() for name in found}) == 2


def test_titles_do_not_name_classes(schemas):
    """Two components of one title keep their own names."""
    found = schemas(
        "A: {title: Thing, type: object, properties: {a: {}}}\nB: {title: Thing, type: object, required: [b]}"
    )
    assert sorted(found) == ["A", "B"]


def test_a_class_in_place_does_not_take_the_name_of_a_component(schemas):
    """``Finding.item`` beside a component ``FindingItem``."""
    found = schemas("""
        Finding: {type: object, properties: {item: {type: object, properties: {a: {}}}}}
        FindingItem: {type: object, properties: {b: {}}}
    """)
    assert list(found["FindingItem"]["properties"]) == ["b"]
    assert found["Finding"]["properties"]["item"] == {"$ref": "#/components/schemas/FindingItemModel"}


def test_names_that_generated_modules_import_are_not_taken(schemas):
    """A component called ``Any`` or ``Field`` gets another class name."""
    found = schemas("Any: {type: object, properties: {a: {}}}\nField: {type: object, properties: {b: {}}}")
    assert sorted(found) == ["AnyModel", "FieldModel"]


def operations(*paths):
    """Operations whose reply is an object in place."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    reply = {"description": "Y", "content": {"application/json": {"schema": schema}}}
    found = {path: {"get": {"operationId": name, "responses": {"200": reply, "404": reply}}} for path, name in paths}
    return yaml.safe_dump({"paths": found})


def names(made):
    """The class names of a canonical form."""
    return sorted(made.document["components"]["schemas"])


def test_classes_of_operations_are_named_after_the_operation(canonical):
    """Reply and error of an operation."""
    assert names(canonical(operations(("/pets", "listPets")))) == ["ListPetsError", "ListPetsResponse"]


def test_operations_that_fall_together_are_named_after_their_paths(canonical):
    """``getUser`` and ``get_user`` are one class name; method and path tell them apart."""
    assert names(canonical(operations(("/a", "getUser"), ("/b", "get_user")))) == [
        "GetAError", "GetAResponse", "GetBError", "GetBResponse",
    ]  # fmt: skip


def test_path_items_of_components_are_named_after_their_operations(canonical):
    """A path item behind a reference is no context of its own."""
    text = yaml.safe_load(operations(("/a", "getUser")))
    document = {
        "paths": {"/a": {"$ref": "#/components/pathItems/P"}},
        "components": {"pathItems": {"P": text["paths"]["/a"]}},
    }
    assert names(canonical(yaml.safe_dump(document))) == ["GetUserError", "GetUserResponse"]


SAMPLE = """
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator: {propertyName: kind}
    Cat: {type: object, required: [kind], properties: {kind: {const: c}, owner: {$ref: '#/components/schemas/Owner'}}}
    Dog: {type: object, required: [kind], properties: {kind: {const: d}, tags: {type: array, items: {enum: [a, b]}}}}
    Owner: {allOf: [{$ref: '#/components/schemas/Base'}, {properties: {pets: {$ref: '#/components/schemas/Pets'}}}]}
    Pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}
    Base: {type: object, properties: {id: {type: string}, more: {type: object, properties: {x: {type: string}}}}}
    Tree: {type: array, items: {$ref: '#/components/schemas/Branch'}}
    Branch: {anyOf: [{type: string}, {$ref: '#/components/schemas/Tree'}]}
    get_user: {type: object, properties: {a: {type: object, properties: {b: {}}}}}
    getUser: {type: object, properties: {a: {type: object, properties: {c: {}}}}}
"""


@pytest.mark.parametrize("seed", range(5))
def test_names_and_forms_do_not_depend_on_the_order_of_components(schemas, seed):
    """Components in any order give the same classes."""
    given = list(yaml.safe_load(SAMPLE).items())
    expected = dict(schemas(yaml.safe_dump(dict(given), sort_keys=False)))
    random.Random(seed).shuffle(given)
    assert dict(schemas(yaml.safe_dump(dict(given), sort_keys=False))) == expected


def test_a_new_component_does_not_rename_the_others(schemas):
    """Names come from places, not from counting."""
    before = set(schemas(SAMPLE))
    after = set(schemas(SAMPLE + "    New: {type: object, properties: {id: {type: string}}}\n"))
    assert after == before | {"New"}


def member(**fields):
    """An object with properties."""
    return {"type": "object", **fields}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([member(title="By mail"), member(title="By phone")], ["ByMail", "ByPhone"]),
        ([member(title="INVALID_CODE"), member(title="X")], ["InvalidCode", "X"]),
        ([member(properties={"t": {"const": "a"}}), member(properties={"t": {"const": "b"}})], ["A", "B"]),
        ([member(properties={"t": {"enum": ["GO"]}}), member(properties={"t": {"enum": ["STAY"]}})], ["Go", "Stay"]),
        ([{"$ref": "#/components/schemas/a-b"}, member()], ["AB", "Plain"]),
        (
            [{"allOf": [{"$ref": f"#/c/{name}"} for name in names]} for names in (("Base", "One"), ("Base", "Two"))],
            ["One", "Two"],
        ),
        ([{"type": "array", "items": {}}, member()], ["List", "Object"]),
        (
            [{"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "object"}}],
            ["StringList", "ObjectList"],
        ),
        (
            [member(properties={"t": {"enum": ["a", "b"]}}), member(properties={"t": {"enum": ["c", "d"]}})],
            ["AOrB", "COrD"],
        ),
        ([member(properties={"a": {}}), member(properties={"b": {}})], ["WithA", "WithB"]),
        ([member(required=["a"]), member()], ["WithA", "Plain"]),
        (
            [
                member(required=["a", "b"], properties={"a": {}, "b": {}}),
                member(required=["a"], properties={"a": {}, "b": {}}),
            ],
            ["WithB", "Plain"],
        ),
        ([member(), {"type": "null"}], ["", ""]),
        ([member(), member(), member()], ["Variant1", "Variant2", "Variant3"]),
    ],
)  # fmt: skip
def test_what_tells_the_members_of_a_union_apart(members, words):
    """Title, tag, base, kind, or a property; a number only where there is nothing."""
    assert variant_words(members) == words


def test_screaming_names_become_words():
    """Capitals with separators are words; a run of capitals alone is an acronym."""
    assert [class_word(text) for text in ("INVALID_COUNTRY_CODE", "USD", "HTTPError")] == [
        "InvalidCountryCode", "USD", "HTTPError",
    ]  # fmt: skip


def test_long_names_are_cut_with_a_digest(schemas):
    """A name has at most 118 characters, and two long ones stay apart."""
    long = "x" * 90
    found = schemas(
        f"A: {{type: object, properties: {{{long}1: {{type: object, properties: {{{long}2: {{enum: [a, b]}}}}}}}}}}"
    )
    assert max(map(len, found)) <= 118


def test_names_that_nothing_tells_apart_get_a_digest_of_their_place():
    """The last resort is stable: a digest of the key, not a number."""
    made = class_names({}, {"/one": ("Same", "Same"), "/two": ("Same", "Same")})
    assert made == class_names({}, {"/two": ("Same", "Same"), "/one": ("Same", "Same")})
    assert len(set(made.values())) == 2
