"""Names that become code: readable, free of collisions, and the same in any order of the description."""

# ruff: noqa: E501  # a case of a table reads best on one line

import keyword
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.contract import constant_case, enum_member_names, pascal_case, property_names, snake_case
from tallystick.contract.names import MODEL_RESERVED, distinct

NAMES = (
    st.text(max_size=12) | st.text("aA_- 1<>.é名", max_size=6) | st.sampled_from(["class", "copy", "schema", "json"])
)


class TestCases:
    @pytest.mark.parametrize(
        ("text", "snake", "pascal", "constant"),
        [
            ("restockItem", "restock_item", "RestockItem", "RESTOCK_ITEM"),
            ("stock_movement", "stock_movement", "StockMovement", "STOCK_MOVEMENT"),
            ("in-stock", "in_stock", "InStock", "IN_STOCK"),
            ("APIKey", "api_key", "APIKey", "API_KEY"),
            ("HTTPServer2", "http_server2", "HTTPServer2", "HTTP_SERVER2"),
            ("OAuth2Security", "oauth2_security", "OAuth2Security", "OAUTH2_SECURITY"),
            ("getOAuthToken", "get_oauth_token", "GetOAuthToken", "GET_OAUTH_TOKEN"),
            ("VIDEOAuthor", "video_author", "VIDEOAuthor", "VIDEO_AUTHOR"),
            ("sha256", "sha256", "Sha256", "SHA256"),
            ("a.b/c d", "a_b_c_d", "ABCD", "A_B_C_D"),
            ("naïve Größe", "naive_grosse", "NaiveGrosse", "NAIVE_GROSSE"),
            ("X-Request-ID", "x_request_id", "XRequestID", "X_REQUEST_ID"),
            ("", "", "", ""),
            ("++", "", "", ""),
        ],
    )
    def test_styles(self, text, snake, pascal, constant):
        """Words are found at capitals, digits, separators and accents."""
        assert (snake_case(text), pascal_case(text), constant_case(text)) == (snake, pascal, constant)

    def test_signs(self):
        """On request, signs become words."""
        assert snake_case("price<=", symbols=True) == "price_lt_eq"
        assert snake_case("-1", symbols=True) == "minus_1"

    def test_other_scripts(self):
        """Letters outside Latin scripts become their code point, runs of them a digest."""
        assert snake_case("名") == "u540d"
        assert snake_case("日本") == snake_case("日本")
        assert snake_case("日本").isidentifier()
        assert snake_case("日本") != snake_case("日木")

    def test_length(self):
        """A name of any length becomes one that fits into a file name, and stays its own."""
        one, other = snake_case("x" * 100_000 + "a"), snake_case("x" * 100_000 + "b")
        assert one != other
        assert len(one) < 200

    @given(st.text(max_size=60))
    @settings(max_examples=300, deadline=None)
    def test_any_text(self, text):
        """Whatever comes in, what comes out is made of ASCII letters, digits and underscores."""
        for name in (snake_case(text), constant_case(text), snake_case(text, symbols=True)):
            assert name.isascii()
            assert name == "" or f"x{name}".isidentifier()
        assert pascal_case(text) == "" or f"X{pascal_case(text)}".isidentifier()


class TestDistinct:
    def test_the_wanted_name(self):
        """A name that nobody else wants is taken as it is."""
        assert distinct({"a": ("x",), "b": ("y",)}) == {"a": "x", "b": "y"}

    def test_equal_wishes(self):
        """A name that two want goes to neither while they have another."""
        assert distinct({"a": ("x", "a_x"), "b": ("x", "b_x")}) == {"a": "a_x", "b": "b_x"}

    def test_no_wishes_left(self):
        """When nothing else is left, a digest of the source name tells them apart, with no number."""
        names = distinct({"a": ("x",), "b": ("x",)})
        assert len(set(names.values())) == 2
        assert all(name.startswith("x_") and len(name) == 8 for name in names.values())

    def test_reserved_names(self):
        """A reserved name is taken with an underscore behind it."""
        assert distinct({"a": ("x",)}, reserved=["x"]) == {"a": "x_"}

    def test_an_underscore_that_is_taken(self):
        """Making way for one name never runs into another."""
        names = distinct({"a": ("x",), "b": ("x_",), "c": ("y", "x"), "d": ("y", "z")})
        assert len(set(names.values())) == 4

    def test_letter_case(self):
        """On request, names that differ in case alone count as equal."""
        names = distinct({"a": ("Item", "AItem"), "b": ("item", "BItem")}, fold_case=True)
        assert names == {"a": "AItem", "b": "BItem"}

    @given(st.dictionaries(st.text(max_size=5), st.lists(st.sampled_from(["a", "b", "A", "a_", ""]), min_size=1), max_size=8),
           st.booleans())  # fmt: skip
    @settings(max_examples=300, deadline=None)
    def test_always_distinct_in_any_order(self, candidates, fold_case):
        """However names collide, results differ, avoid what is reserved, and do not depend on the order."""
        names = distinct(candidates, reserved=["b"], fold_case=fold_case)
        seen = [name.lower() if fold_case else name for name in names.values()]
        assert len(set(seen)) == len(candidates)
        assert "b" not in seen
        shuffled = list(candidates.items())
        random.Random(0).shuffle(shuffled)
        assert distinct(dict(shuffled), reserved=["b"], fold_case=fold_case) == names


class TestProperties:
    def test_ordinary_names(self):
        """Properties are snake_case."""
        assert property_names(["itemId", "@type", "2fa"]) == {"itemId": "item_id", "@type": "type", "2fa": "field_2_fa"}

    def test_signs_tell_names_apart(self):
        """Where plain names are equal, signs are spelled."""
        assert property_names(["+1", "-1"]) == {"+1": "plus_1", "-1": "minus_1"}
        assert property_names(["@type", "type"]) == {"@type": "at_type", "type": "type"}

    @given(st.lists(NAMES, unique=True, max_size=8))
    @settings(max_examples=300, deadline=None)
    def test_any_names(self, names):
        """Attribute names are identifiers, distinct, and none that a model uses itself."""
        result = property_names(names)
        assert list(result) == names
        assert len(set(result.values())) == len(names)
        for name in result.values():
            assert name.isidentifier()
            assert not keyword.iskeyword(name)
            assert name not in MODEL_RESERVED


class TestEnumMembers:
    def test_ordinary_values(self):
        """Values become upper-case names; numbers and the empty text have names too."""
        assert enum_member_names(["in-stock", "soldOut", "", 1, -1, 1.5, None, "<", "+1"]) == {
            "in-stock": "IN_STOCK", "soldOut": "SOLD_OUT", "": "EMPTY", 1: "VALUE_1", -1: "MINUS_1", 1.5: "VALUE_1_5",
            None: "NONE", "<": "LT", "+1": "PLUS_1",
        }  # fmt: skip

    def test_letter_case_alone(self):
        """Values that differ in case alone say which is which."""
        assert enum_member_names(["asc", "ASC", "Asc"]) == {"asc": "ASC_LOWER", "ASC": "ASC_UPPER", "Asc": "ASC_MIXED"}

    def test_what_an_enum_cannot_hold(self):
        """A value that stands twice has one name; lists and maps have none."""
        assert enum_member_names(["a", "a", [], {}]) == {"a": "A"}

    @given(
        st.lists(
            st.text(max_size=8) | st.integers() | st.floats(allow_nan=False) | st.none() | st.booleans(), max_size=8
        )
    )
    @settings(max_examples=300, deadline=None)
    def test_any_values(self, values):
        """Member names are identifiers in upper case, and distinct."""
        names = enum_member_names(values)
        assert set(names) == set(values)
        assert len(set(names.values())) == len(names)
        assert all(name.isidentifier() and name.isupper() for name in names.values())
