"""JSON pointers, and which object stands where in a description."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.document import (
    as_fragment,
    child_of,
    children,
    field_of,
    fragment_pointer,
    fragment_tokens,
    is_reference,
    join,
    kind_at,
    parent,
    pointer_tokens,
    value_at,
)

TOKENS = st.lists(st.text(max_size=8) | st.sampled_from(["~", "/", "%", "%20", "~1", "a b", "é"]), max_size=5)


class TestPointers:
    @given(TOKENS)
    def test_tokens_survive(self, tokens):
        """Tokens of any text come back from a pointer, and from its form in a reference."""
        pointer = join("", *tokens)
        assert pointer_tokens(pointer) == tokens
        assert fragment_tokens(as_fragment(pointer)) == tokens
        assert fragment_pointer(as_fragment(pointer)) == pointer

    def test_percent_signs(self):
        """A percent sign means itself in a pointer, and a byte in a reference."""
        assert pointer_tokens("/a%20b") == ["a%20b"]
        assert fragment_tokens("#/a%20b") == ["a b"]

    def test_parents(self):
        """The last token is taken off."""
        assert parent("/a/b~1c") == ("/a", "b/c")
        assert parent("") == ("", "")

    @pytest.mark.parametrize(
        "ask", [lambda: pointer_tokens("a"), lambda: fragment_pointer("/a"), lambda: fragment_tokens("#a")]
    )
    def test_what_is_no_pointer(self, ask):
        """Other text is refused."""
        with pytest.raises(ValueError, match=r"not (a JSON pointer|an internal reference)"):
            ask()

    def test_values(self):
        """Tokens lead through maps and lists."""
        value = {"a": [{"": 1}], "0": {"x": 2}}
        assert value_at(value, ["a", "0", ""]) == 1
        assert value_at(value, ["0", "x"]) == 2
        assert value_at(value, []) is value

    @pytest.mark.parametrize("token", ["2", "-1", "00", "01", "a", "", "1e0", "٣", "9" * 100])
    def test_no_such_entry(self, token):
        """Indices of lists are written as RFC 6901 has them."""
        with pytest.raises(KeyError):
            child_of([1, 2], token)


class TestGrammar:
    @pytest.mark.parametrize(
        ("pointer", "kind"),
        [
            ("", "openapi"), ("/info", "info"), ("/paths/~1a", "pathItem"), ("/paths/~1a/get", "operation"),
            ("/paths/~1a/get/responses/200/content/a~1b/schema", "schema"),
            ("/paths/~1a/get/callbacks/c", "callback"), ("/paths/~1a/get/callbacks/c/{$u}/post", "operation"),
            ("/components/schemas/A/properties/x/items/allOf/0", "schema"), ("/webhooks/w/post", "operation"),
            ("/paths/~1a/additionalOperations/COPY", "operation"), ("/components/mediaTypes/m", "mediaType"),
            ("/components/schemas/A/discriminator", "discriminator"), ("/servers/0/variables/v", "serverVariable"),
            ("/components/schemas/A/default", None), ("/components/schemas/A/enum/0", None), ("/x-a/b", None),
            ("/components/examples/e/value", None), ("/paths", None), ("/components/schemas/A/properties", None),
        ],
    )  # fmt: skip
    def test_kinds(self, pointer, kind):
        """Every pointer names an object of one kind, or plain data."""
        assert kind_at(pointer_tokens(pointer)) == kind

    def test_children(self):
        """Objects below an object, extensions and values of the wrong shape left out."""
        item = {
            "get": {},
            "parameters": [{}, {}],
            "servers": {},
            "x-a": {},
            "additionalOperations": {"COPY": {}, "x-b": {}},
        }
        assert [(tokens, kind) for tokens, kind, _ in children("pathItem", item)] == [
            (("get",), "operation"), (("parameters", 0), "parameter"), (("parameters", 1), "parameter"),
            (("additionalOperations", "COPY"), "operation"),
        ]  # fmt: skip
        assert list(children("pathItem", [])) == []

    def test_names_that_look_like_extensions(self):
        """Where names are free, ``x-…`` is a name."""
        schema = {"properties": {"x-a": {}}, "$defs": {"x-b": {}}}
        assert [tokens for tokens, *_ in children("schema", schema)] == [("properties", "x-a"), ("$defs", "x-b")]
        assert [tokens for tokens, *_ in children("response", {"headers": {"x-c": {}}})] == [("headers", "x-c")]

    def test_callbacks(self):
        """A callback is a map of path items."""
        assert [(tokens, kind) for tokens, kind, _ in children("callback", {"{$u}": {}, "x-a": {}})] == [
            (("{$u}",), "pathItem"),
        ]  # fmt: skip
        assert field_of("callback", "x-a") is None

    def test_references(self):
        """Objects that may be references are told from those that only look like it."""
        assert is_reference("schema", {"$ref": "#/a"})
        assert is_reference("pathItem", {"$ref": "#/a", "summary": "s"})
        assert not is_reference("schema", {"$ref": {"type": "string"}})
        assert not is_reference("info", {"$ref": "#/a"})
