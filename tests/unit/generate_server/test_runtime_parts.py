"""Parts of the server runtime by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.generate.runtime.server.etags import if_match, if_none_match
from tallystick.generate.runtime.server.explanations import explainer
from tallystick.generate.runtime.server.json_text import JSONError, decode
from tallystick.generate.runtime.server.lexical import readings
from tallystick.generate.runtime.server.media import MediaRange, Negotiation, best_match, kind_of
from tallystick.generate.runtime.server.paths import PathIndex, PathKey, PathTemplate, raw_segments
from tallystick.generate.runtime.server.percent import Malformed, pairs, unquote
from tallystick.generate.runtime.server.schemas import Schemas, details, pointer
from tallystick.generate.runtime.server.shapes import Shape


@pytest.mark.parametrize(
    ("header", "current", "allowed"),
    [
        ('"1"', '"1"', True),
        ('"2", "1"', '"1"', True),
        ("*", '"1"', True),
        ("*", None, False),
        ('W/"1"', '"1"', False),
        ('"1"', 'W/"1"', False),
        ('"2"', '"1"', False),
        ('w/"1"', '"1"', False),
        ('1, "1"', '"1"', False),
        ('"2" ,, "1",', '"1"', True),
    ],
)
def test_if_match_compares_strongly(header: str, current: str | None, allowed: bool) -> None:
    """A change goes through only if the caller knows the exact current version (RFC 9110, section 13.1.1)."""
    assert if_match(header, current) is allowed


@pytest.mark.parametrize(
    ("header", "current", "met"),
    [
        ('"1"', '"1"', False),
        ('W/"1"', '"1"', False),
        ("*", '"1"', False),
        ('"2"', '"1"', True),
        ("*", None, True),
        ('w/"1"', '"1"', True),
    ],
)
def test_if_none_match_compares_weakly(header: str, current: str | None, met: bool) -> None:
    """A copy counts as current even if it is only equivalent (RFC 9110, section 13.1.2)."""
    assert if_none_match(header, current) is met


@pytest.mark.parametrize(
    "text", ['{"a":1}', '{"a":{"b":[1,{"c":"d:e"}]},"f":"::"}', "[]", '"x"', "12345678901234567890"]
)
def test_json_without_duplicates(text: str) -> None:
    """Colons within strings are not mistaken for members."""
    assert decode(text) == decode(text.encode())


def test_large_integers_are_exact() -> None:
    """A number of many digits keeps each of them."""
    assert decode("12345678901234567890123") == 12345678901234567890123


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '[{"b":{"a":":","a":2}}]', '{"\\u0061":1,"a":2}'])
def test_duplicate_members(text: str) -> None:
    """A member that is named twice is named in the error."""
    with pytest.raises(JSONError, match='"a" is there twice'):
        decode(text)


@pytest.mark.parametrize(
    ("text", "types", "values"),
    [
        ("1", {"integer"}, [1]),
        ("1", {"string"}, ["1"]),
        ("1", {"number", "string"}, [1, "1"]),
        ("true", {"boolean", "string"}, [True, "true"]),
        ("", {"null", "string"}, ["", None]),
        ("x", {"integer"}, ["x"]),
        ("9" * 5000, {"integer"}, ["9" * 5000]),
        ("1e23", {"integer", "number"}, [10**23]),
        ("-0e99999999999999999999", {"integer", "number"}, [0]),
        ("1e-99999999999999999999", {"integer", "number"}, [0]),
    ],
)
def test_readings(text: str, types: set[str], values: list[Any]) -> None:
    """A text stands for the values of the possible types, numbers first."""
    assert readings(text, frozenset(types)) == values


@pytest.mark.parametrize(
    ("declared", "given", "chosen"),
    [
        (["application/json", "*/*"], "application/json", "application/json"),
        (["text/*", "*/*"], "text/csv; charset=utf-8", "text/*"),
        (
            ["application/json; version=2", "application/json"],
            "application/json;version=2",
            "application/json; version=2",
        ),
        (["application/json"], "text/csv", None),
    ],
)
def test_the_most_specific_media_type_wins(declared: list[str], given: str, chosen: str | None) -> None:
    """A body is read by the declaration that fits it best."""
    assert best_match(declared, given) == chosen


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("application/problem+json", "json"),
        ("Application/JSON; charset=utf-8", "json"),
        ("application/jsonl", "lines"),
        ("text/event-stream", "events"),
        ("text/html", "text"),
        ("application/xml", "binary"),
    ],
)
def test_kinds(media_type: str, kind: str) -> None:
    """A media type decides how content is read and written."""
    assert kind_of(media_type) == kind


def test_negotiation_remembers_little() -> None:
    """However many Accept headers come, memory stays bounded."""
    negotiation = Negotiation(["a/b", "a/c"])
    for number in range(2000):
        assert negotiation.choose(f"a/c;x={number}, */*;q=0.1") is not None
    assert len(negotiation._known) <= 256


def test_paths() -> None:
    """Literal segments win, mixed ones come next; a dead end is left again."""
    index: PathIndex[str] = PathIndex()
    for text in ("/a/{x}", "/a/b", "/a/{x}/c", "/a/b/d", "/a/{x}.json", "/a/{x}...{y}", "/caf%C3%A9/{x}"):
        index.setdefault(PathTemplate(text), text)
    for path, wanted in {
        "/a/b": "/a/b",
        "/a/z": "/a/{x}",
        "/a/b/c": "/a/{x}/c",
        "/a/b/d": "/a/b/d",
        "/a/z.json": "/a/{x}.json",
        "/a/m...n": "/a/{x}...{y}",
        "/caf%c3%a9/1": "/caf%C3%A9/{x}",
        "/a%2Fb": None,
        "/a/": None,
    }.items():
        found = index.find(path)
        assert (None if found is None else found[0]) == wanted, path
    assert index.setdefault(PathTemplate("/a/{other}"), "new") == "/a/{x}"


def test_literal_parts_of_mixed_segments() -> None:
    """The literal parts of a segment fit encoded as well; more of them win, however they are written."""
    index: PathIndex[str] = PathIndex()
    for text in ("/{x}#a", "/{x}(é)", "/{x}~b", "/{x}.long~b"):
        index.setdefault(PathTemplate(text), text)
    for path, wanted in {
        "/1%23a": "/{x}#a",
        "/1%28%c3%A9)": "/{x}(é)",
        "/1~b": "/{x}~b",
        "/1.long~b": "/{x}.long~b",
        "/1%23b": None,
    }.items():
        found = index.find(path)
        assert (None if found is None else found[0]) == wanted, path


@pytest.mark.parametrize(
    ("text", "path", "literals", "fragment"),
    [
        ("/a/{b}", "/a/{b}", {}, None),
        ("/a?x=1&y=a%20b&x=2&z", "/a", {"x": ["1", "2"], "y": ["a b"], "z": [""]}, None),
        ("/a?x={y}&{z}", "/a", {}, None),
        ("/a#b?c#d", "/a", {}, "b?c#d"),
        ("/a?b=c#", "/a", {"b": ["c"]}, ""),
        ("/{a?b#c}/d", "/{a?b#c}/d", {}, None),
        ("/{a?b", "/{a", {"b": [""]}, None),
        ("/a?%zz=%", "/a", {"%zz": ["%"]}, None),
        ("/" + "{" * 5000 + "?" * 5000, "/" + "{" * 5000, {"?" * 4999: [""]}, None),
    ],
)
def test_keys_of_paths(text: str, path: str, literals: dict[str, list[str]], fragment: str | None) -> None:
    """A query and a fragment are taken off a key; within braces their signs belong to a name."""
    key = PathKey.parse(text)
    assert (key.path, key.literals, key.fragment) == (path, literals, fragment)
    assert key.address == (None if fragment is None else PathTemplate(f"{path}#{fragment}"))


@pytest.mark.parametrize("text", ["%", "%4", "%zz", "%ff", "%e9"])
def test_bad_escapes(text: str) -> None:
    """A bad escape is not guessed at."""
    with pytest.raises(Malformed):
        unquote(text)


def test_pairs() -> None:
    """Names are decoded, values are left as they were sent."""
    assert pairs(b"a+b=1%2C2&c&&=d") == [("a b", "1%2C2"), ("c", ""), ("", "d")]


def test_pointers() -> None:
    """Tokens are escaped (RFC 6901)."""
    assert pointer(("a", "b/c", "~", 0)) == "/a/b~1c/~0/0"


def test_shapes_of_recursive_schemas() -> None:
    """A schema that holds itself has a shape like any other."""
    schema: dict[str, Any] = {"anyOf": [{"$ref": "#"}, {"type": "string"}], "properties": {"a": {"$ref": "#"}}}
    shape = Shape(schema, lambda _ref: schema)
    assert shape.property("a").property("a").property("b").scalars >= {"string"}


ORDER: dict[str, Any] = {
    "$ref": "#/components/schemas/Order",
    "description": "A reference that stands alone, but for words.",
}
COMPONENTS: dict[str, Any] = {
    "Order": {
        "type": "object",
        "required": ["sku", 'the "note"'],
        "properties": {
            "sku": {"$ref": "#/components/schemas/Sku"},
            "quantity": {"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2},
            "price": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100},
            'the "note"': {"type": ["string", "null"], "minLength": 2, "maxLength": 3},
            "day": {"type": "string", "format": "date"},
            "kind": {"enum": ["a", 1, None]},
            "fixed": {"const": {"a": [1]}},
            "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            "next": {"$ref": "#/components/schemas/Order"},
            "either": {"oneOf": [{"type": "string"}, {"minLength": 3}]},
            "never": False,
        },
        "additionalProperties": False,
    },
    "Sku": {"$ref": "#/components/schemas/Code"},
    "Code": {"type": "string", "pattern": "^[A-Z]{3}$", "maxLength": 3, "x-note": "of ours"},
}


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        None,
        {"sku": "ABC", 'the "note"': None},
        {"sku": "abcd", "quantity": 0},
        {"quantity": 11, "sku": 5},
        {"quantity": 2.5, "price": 0},
        {"quantity": "4", "price": 100.0, 'the "note"': "x"},
        {"sku": "nope", 'the "note"': "long", "day": "2026-02-31", "kind": "b", "fixed": {"a": [2]}},
        {"sku": "ABC", 'the "note"': None, "tags": ["a", 5, "a"], "next": {"sku": 1}, "never": 1, "either": "abc"},
        {"sku": "x", "unknown": 1},
    ],
)
def test_explanations_say_what_the_validator_says(value: Any) -> None:
    """Whether words are kept or asked for: each fault has the place, the keyword and the words of the validator."""
    schemas = Schemas({"components": {"schemas": COMPONENTS}, "operations": {"order": {"body": ORDER}}})
    path = ("operations", "order", "body")
    expected = sorted(details(schemas.validator(*path), value), key=str)
    explain = explainer(schemas, *path)
    for _ in range(2):
        assert sorted(explain(value), key=str) == expected


def test_explanations_repeat_no_value() -> None:
    """Words that were kept for one body tell nothing about it to the sender of another."""
    schemas = Schemas({"components": {"schemas": COMPONENTS}, "operations": {"order": {"body": ORDER}}})
    explain = explainer(schemas, "operations", "order", "body")
    first = explain({"sku": "secret", 'the "note"': None})
    assert "secret" not in str(first)
    assert first == explain({"sku": "public", 'the "note"': None})


@pytest.mark.parametrize(
    ("segment", "texts"),
    [
        ("1-2-3.json", ["1", "2", "3"]),
        ("a--b-c.d.json", ["a", "-b", "c.d"]),
        ("--1-2.json.json", ["-", "1", "2.json"]),
        ("1-2.json", None),
        ("1-2-3", None),
        ("1-2-.json", None),
    ],
)
def test_several_placeholders_in_a_segment(segment, texts) -> None:
    """Each placeholder takes as little as it can, and at least one character."""
    index: PathIndex[str] = PathIndex()
    index.setdefault(PathTemplate("/f/{a}-{b}-{c}.json"), "leaf")
    found = index.find(f"/f/{segment}")
    assert found == (None if texts is None else ("leaf", texts))


def test_long_segments_are_matched_in_one_pass() -> None:
    """A segment made to be tried at every place costs no more than any other; this would not end otherwise."""
    index: PathIndex[str] = PathIndex()
    index.setdefault(PathTemplate("/f/{a}-{b}-{c}-{d}.json"), "leaf")
    assert index.find("/f/" + "-" * 60_000) is None


def test_octets_of_a_path_that_are_no_text() -> None:
    """Servers replace octets that are not UTF-8; the segments are still the ones that were sent."""
    assert raw_segments({"path": "/items/\ufffd", "raw_path": b"/items/%ff"}) == ["items", "%ff"]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ('a/b; x="1;2"; y=3', (("x", "1;2"), ("y", "3"))),
        ('a/b; x="say \\"hi\\""', (("x", 'say "hi"'),)),
        ('a/b; x="open; y=3', (("x", "open; y=3"),)),
        ("a/b;;x=1;", (("x", "1"),)),
    ],
)
def test_parameters_of_media_types(text, parameters) -> None:
    """Delimiters within quoted strings belong to the value."""
    assert MediaRange.parse(text).parameters == parameters


def test_an_empty_list_of_ranges_asks_for_nothing() -> None:
    """Whoever names no media type gets the first one."""
    assert Negotiation(["a/b", "c/d"]).choose(" , ,") == "a/b"


def test_commas_within_quoted_strings() -> None:
    """A comma in a parameter does not begin another range."""
    assert Negotiation(["a/b", "c/d"]).choose('x/y; p="1, c/d", a/b; q=0.1') == "a/b"


INTEGERS = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}, "maxItems": 9_999}}}


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ({"a": ["x"] * 300_000}, [f"/a/{number}" for number in range(20)]),
        ({"a": [0, "x", *[0] * 9_000, "y"]}, ["/a/1"]),
        ({"a": [*[0] * 9_000, "x"]}, [""]),
        ({"a": [0] * 10_000}, [""]),
        ({"a": [0] * 9_999}, []),
        ({"a": ["x"] * 3 + [0] * 4_000}, ["/a/0", "/a/1", "/a/2"]),
    ],
)
def test_of_large_values_the_beginning_is_explained(value: Any, places: list[str]) -> None:
    """The faults in the beginning of a large value are told where they are; of others only that there are some."""
    validator = Schemas({"components": {"schemas": {"A": INTEGERS}}}).validator("components", "schemas", "A")
    assert [each.pointer for each in details(validator, value)] == places
    assert ("too large to tell why" in str(details(validator, value))) is (places == [""])


def test_only_the_beginning_of_a_large_value_is_judged() -> None:
    """The validator, which looks for every fault before it tells the first, is not given more."""
    judged: list[Any] = []

    class Spy:
        def iter_errors(self, value: Any) -> list[Any]:
            judged.append(value)
            return []

        def is_valid(self, _value: Any) -> bool:
            return False

    details(Spy(), [[0] * 10 for _ in range(100_000)])  # type: ignore[arg-type]  # what is used of a validator
    assert sum(len(each) + 1 for each in judged[0]) < 5_000


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("application/json;stream=watch", "application/json;stream=watch"),
        ("application/json", "application/json"),
        ("application/json;stream=other", "application/json"),
        ("application/json;stream=watch;q=0.5, application/json", "application/json"),
    ],
)
def test_parameters_of_media_types_are_negotiated(accept, chosen) -> None:
    """What has the parameters that a client asks for is preferred to what has none."""
    assert Negotiation(["application/json", "application/json;stream=watch"]).choose(accept) == chosen
