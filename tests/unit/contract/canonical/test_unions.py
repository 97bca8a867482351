"""Discriminators: made explicit where they hold, left out with a finding where they do not."""

import pytest

CAT = "Cat: {type: object, required: [kind], properties: {kind: {type: string, const: cat}, n: {type: integer}}}"
DOG = "Dog: {type: object, required: [kind], properties: {kind: {type: string}, s: {type: string}}}"
REFS = "[{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]"


def discriminated(schemas, discriminator, cat=CAT, dog=DOG):
    """The forms of two animals and their union."""
    return schemas(f"{cat}\n{dog}\nPet: {{oneOf: {REFS}, discriminator: {discriminator}}}")


def test_implicit_tags_are_the_names_or_the_constants(schemas):
    """Without a mapping the name of the schema is the tag, unless the property has one value only."""
    found = discriminated(schemas, "{propertyName: kind}")
    assert found["Pet"]["discriminator"] == {
        "propertyName": "kind",
        "mapping": {"cat": "#/components/schemas/Cat", "Dog": "#/components/schemas/Dog"},
    }


def test_stated_tags_by_name_or_reference_and_several_for_one(schemas):
    """A mapping may name components or references, and one member may have several tags."""
    mapping = "{cat: Cat, dog: '#/components/schemas/Dog', wolf: Dog}"
    found = discriminated(schemas, f"{{propertyName: kind, mapping: {mapping}}}")
    assert found["Pet"]["discriminator"]["mapping"] == {
        "cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog", "wolf": "#/components/schemas/Dog",
    }  # fmt: skip


def test_a_tag_that_the_member_does_not_allow(schemas):
    """The mapping says ``c``, the member only allows ``cat``: the discriminator would refuse everything."""
    found = discriminated(schemas, "{propertyName: kind, mapping: {c: Cat, dog: Dog}}")
    assert "discriminator" not in found["Pet"]
    assert "discriminator-sound" in found.codes


def test_a_member_that_does_not_require_the_property(schemas):
    """Without the property there is nothing to tell the members apart by."""
    found = discriminated(
        schemas, "{propertyName: kind}", dog="Dog: {type: object, properties: {kind: {type: string}}}"
    )
    assert "discriminator" not in found["Pet"]
    assert "discriminator-sound" in found.codes


def test_members_that_are_no_named_objects(schemas):
    """A text among the members cannot have the property."""
    found = schemas(f"""
        {CAT}
        Pet:
          oneOf: [{{$ref: '#/components/schemas/Cat'}}, {{type: string}}]
          discriminator: {{propertyName: kind}}
    """)
    assert "discriminator" not in found["Pet"]
    assert "discriminator-sound" in found.codes


def test_a_mapping_to_a_schema_that_is_no_member(schemas):
    """The entry is left out, and said."""
    found = discriminated(schemas, "{propertyName: kind, mapping: {cat: Cat, dog: Dog, bird: Bird}}")
    assert "bird" not in found["Pet"]["discriminator"]["mapping"]
    assert "discriminator-sound" in found.codes


def test_a_constant_that_is_no_text(schemas):
    """Tags are texts: members told apart by numbers have no discriminator."""
    cat = "Cat: {type: object, required: [kind], properties: {kind: {const: 1}}}"
    dog = "Dog: {type: object, required: [kind], properties: {kind: {const: 2}}}"
    found = discriminated(schemas, "{propertyName: kind}", cat, dog)
    assert "discriminator" not in found["Pet"]
    assert "discriminator-sound" in found.codes


def test_two_unions_that_give_one_member_different_tags(schemas):
    """A class has one constant; where two unions disagree, neither may rely on it."""
    found = schemas(f"""
        {DOG}
        {DOG.replace("Dog", "Wolf", 1)}
        One:
          oneOf: [{{$ref: '#/components/schemas/Dog'}}, {{$ref: '#/components/schemas/Wolf'}}]
          discriminator: {{propertyName: kind, mapping: {{d: Dog, w: Wolf}}}}
        Two:
          oneOf: [{{$ref: '#/components/schemas/Dog'}}, {{$ref: '#/components/schemas/Wolf'}}]
          discriminator: {{propertyName: kind, mapping: {{dog: Dog, w: Wolf}}}}
    """)
    assert "discriminator" not in found["One"]
    assert "discriminator" not in found["Two"]


def test_schemas_that_inherit_are_any_of_their_parent(schemas):
    """A parent with a discriminator and no union stands for its heirs, and for kinds nobody knows yet."""
    found = schemas("""
        Pet:
          type: object
          required: [kind]
          properties: {kind: {type: string}}
          discriminator: {propertyName: kind, mapping: {c: '#/components/schemas/Cat'}}
        Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {lives: {type: integer}}}]}
        Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {tail: {type: integer}}}]}
    """)
    family = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"c": "#/components/schemas/Cat", "Dog": "#/components/schemas/Dog"},
        },
    }
    assert found["AnyPet"] == {"anyOf": [family, {"$ref": "#/components/schemas/Pet"}]}
    assert found.uses["Pet"] == {"$ref": "#/components/schemas/AnyPet"}
    assert list(found["Cat"]["properties"]) == ["kind", "lives"]


def test_a_union_whose_members_inherit_from_it(schemas):
    """A ``oneOf`` of heirs, each with the union in its ``allOf``, is not followed in a circle."""
    found = schemas("""
        Pet:
          type: object
          required: [kind]
          properties: {kind: {type: string}}
          oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
          discriminator: {propertyName: kind}
        Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {lives: {type: integer}}}]}
        Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {tail: {type: integer}}}]}
    """)
    assert list(found["Cat"]["properties"]) == ["kind", "lives"]


def test_a_union_with_an_open_member_is_any_value(schemas):
    """Beside anything, everything else adds nothing."""
    found = schemas("A: {type: object, properties: {p: {anyOf: [{type: string}, {}]}}}")
    assert found["A"]["properties"]["p"] == {}


@pytest.mark.parametrize(("listed", "is_marked"), [("[2, 4]", False), ("[0, 4]", True), ("[2, 1]", True)])
def test_listed_numbers_beside_truth_values(schemas, listed, is_marked):
    """The union stays as it is, with a mark for engines that take 1 for true."""
    found = schemas(f"Wait: {{anyOf: [{{type: boolean}}, {{type: integer, enum: {listed}}}]}}")
    assert ("x-tally-confused" in found["Wait"]) is is_marked
    assert len(found["Wait"]["anyOf"]) == 2
