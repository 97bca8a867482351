"""Digests: the same for equal parts, different as soon as anything that a part says or refers to is different."""

import pytest

from tallystick.contract.circles import strongly_connected
from tallystick.contract.digest import Digests, digest


@pytest.fixture
def digests(contract):
    """The digests of a description."""
    return lambda text, version="3.1.0": Digests(contract(text, version))


def schemas(a, b="{type: string}", c="{type: integer}"):
    """Three schemas."""
    return f"components: {{schemas: {{A: {a}, B: {b}, C: {c}}}}}\n"


def test_values():
    """The order of keys does not matter, that of lists does, and neither do types fall together."""
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert (
        len({digest(value) for value in ({"a": 1}, {"a": "1"}, {"a": True}, {"a": None}, [1, 2], [2, 1], {}, [])}) == 8
    )


def test_key_order_and_version(digests):
    """A nullable text of 3.0 is that of 3.1, in whatever order it is written."""
    old = digests(schemas("{type: string, nullable: true, minLength: 1}"), "3.0.3")
    new = digests(schemas("{minLength: 1, type: [string, 'null']}"))
    assert old.schema("A") == new.schema("A")


def test_a_change_far_away(digests):
    """What a schema refers to counts, over any number of references; what it does not refer to does not."""
    before = digests(schemas("{items: {$ref: '#/components/schemas/B'}}", "{not: {$ref: '#/components/schemas/C'}}"))
    after = digests(
        schemas(
            "{items: {$ref: '#/components/schemas/B'}}", "{not: {$ref: '#/components/schemas/C'}}", "{type: number}"
        )
    )
    alone = digests(schemas("{items: {$ref: '#/components/schemas/B'}}", "{not: {type: integer}}", "{type: number}"))
    assert before.schema("A") != after.schema("A")
    assert before.schema("B") != after.schema("B")
    assert after.schema("C") == alone.schema("C")


def test_circles(digests):
    """Schemas that refer to each other change together."""
    circle = "{items: {$ref: '#/components/schemas/B'}}", "{items: {$ref: '#/components/schemas/A'}}"
    before, same = digests(schemas(*circle)), digests(schemas(*circle))
    after = digests(schemas(circle[0], "{items: {$ref: '#/components/schemas/A'}, maxItems: 3}"))
    assert (before.schema("A"), before.schema("B")) == (same.schema("A"), same.schema("B"))
    assert before.schema("A") != before.schema("B")
    assert before.schema("A") != after.schema("A")
    assert before.schema("C") == after.schema("C")


def test_the_order_of_questions_does_not_matter(digests):
    """A digest is the same whichever was asked for first."""
    text = schemas("{items: {$ref: '#/components/schemas/B'}}", "{items: {$ref: '#/components/schemas/A'}}")
    one, other = digests(text), digests(text)
    assert [one.schema(name) for name in "ABC"] == [other.schema(name) for name in "CBA"][::-1]


def test_references_in_any_spelling(digests):
    """Percent-encoded references are followed, and dangling ones are text."""
    before = digests("components: {schemas: {é: {type: string}, A: {$ref: '#/components/schemas/%C3%A9'}}}\n")
    after = digests("components: {schemas: {é: {type: number}, A: {$ref: '#/components/schemas/%C3%A9'}}}\n")
    assert before.schema("A") != after.schema("A")
    assert digests("components: {schemas: {A: {$ref: '#/components/schemas/No'}}}\n").schema("A")


def test_unknown_parts(digests):
    """What is not there has no digest."""
    known = digests(schemas("{}"))
    for ask in (lambda: known.schema("No"), lambda: known.at("/paths/~1a")):
        with pytest.raises(KeyError):
            ask()


OPERATION = """
paths:
  /a:
    parameters: [{name: p, in: query, schema: {type: SHARED}}]
    servers: [{url: SERVER}]
    get:
      security: [{s: []}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
      responses: {}
  /b: {get: {responses: {}}}
security: DEFAULT
components:
  schemas: {A: {type: BODY}}
  securitySchemes: {s: {type: http, scheme: SCHEME}}
"""
WORDS = {"SHARED": "string", "SERVER": "/", "DEFAULT": "[]", "BODY": "object", "SCHEME": "bearer"}


@pytest.mark.parametrize(
    ("word", "other", "changed"),
    [
        ("SHARED", "integer", [True, False]), ("SERVER", "/v2", [True, False]), ("DEFAULT", "[{s: []}]", [False, True]),
        ("BODY", "string", [True, False]), ("SCHEME", "basic", [True, False]),
    ],
)  # fmt: skip
def test_operations(contract, word, other, changed):
    """All that an operation inherits counts: path-level parameters, servers, the document's security, its schemes."""

    def of(words):
        text = OPERATION
        for name, value in words.items():
            text = text.replace(name, value)
        result = contract(text)
        return [Digests(result).operation(operation) for operation in result.operations]

    before, after = of(WORDS), of(WORDS | {word: other})
    assert [one != two for one, two in zip(before, after, strict=True)] == changed


def test_the_whole_document(digests):
    """One digest for everything."""
    assert digests(schemas("{}")).document == digests(schemas("{}")).document
    assert digests(schemas("{}")).document != digests(schemas("{type: string}")).document


def test_components_of_a_graph():
    """Each component comes after those that it leads to; a node that leads nowhere is one by itself."""
    graph = {"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": ["e", "d"], "e": []}
    assert [set(found) for found in strongly_connected("a", graph.__getitem__)] == [{"e"}, {"d"}, {"a", "b", "c"}]
    assert [set(found) for found in strongly_connected("b", graph.__getitem__, known={"d"})] == [{"a", "b", "c"}]


def test_a_long_path():
    """A path of any length is followed without recursion."""
    found = list(strongly_connected("0", lambda node: [str(int(node) + 1)] if int(node) < 50_000 else []))
    assert len(found) == 50_001
