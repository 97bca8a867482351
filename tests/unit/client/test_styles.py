"""Parameters on the wire, style by style (OpenAPI 3.1.1, section 4.8.12.2 and its table of examples)."""

import datetime as dt
import uuid

import pytest

from tallystick.generate.runtime.client.styles import cookie_pairs, header_text, path_text, query_pairs

COLOURS = ["blue", "black", "brown"]
RGB = {"R": 100, "G": 200, "B": 150}


def joined(pairs):
    return "&".join(f"{name}={text}" for name, text in pairs)


@pytest.mark.parametrize(
    ("value", "style", "explode", "expected"),
    [
        ("blue", "form", True, "color=blue"),
        ("", "form", True, "color="),
        (COLOURS, "form", True, "color=blue&color=black&color=brown"),
        (COLOURS, "form", False, "color=blue,black,brown"),
        (RGB, "form", True, "R=100&G=200&B=150"),
        (RGB, "form", False, "color=R,100,G,200,B,150"),
        (COLOURS, "spaceDelimited", False, "color=blue%20black%20brown"),
        (RGB, "spaceDelimited", False, "color=R%20100%20G%20200%20B%20150"),
        (COLOURS, "pipeDelimited", False, "color=blue%7Cblack%7Cbrown"),
        (RGB, "pipeDelimited", False, "color=R%7C100%7CG%7C200%7CB%7C150"),
        (RGB, "deepObject", True, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
        ({"a": {"b": 1}, "c": [1, 2]}, "deepObject", True, "color%5Ba%5D%5Bb%5D=1&color%5Bc%5D=1&color%5Bc%5D=2"),
        ([], "form", True, ""),
        ([], "form", False, "color="),
        (True, "form", True, "color=true"),
        (None, "form", True, "color=null"),
        (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC), "form", True, "color=2026-01-02T03%3A04%3A05Z"),
        (uuid.UUID(int=1), "form", True, "color=00000000-0000-0000-0000-000000000001"),
    ],
)
def test_query_parameters_follow_the_table_of_the_specification(value, style, explode, expected):
    """Each style and each value of explode gives the text that the specification shows."""
    assert joined(query_pairs("color", value, style, explode=explode)) == expected


@pytest.mark.parametrize(
    ("value", "style", "explode", "expected"),
    [
        ("blue", "simple", False, "blue"),
        (COLOURS, "simple", False, "blue,black,brown"),
        (RGB, "simple", False, "R,100,G,200,B,150"),
        (RGB, "simple", True, "R=100,G=200,B=150"),
        ("blue", "label", False, ".blue"),
        (COLOURS, "label", False, ".blue,black,brown"),
        (COLOURS, "label", True, ".blue.black.brown"),
        (RGB, "label", True, ".R=100.G=200.B=150"),
        ("blue", "matrix", False, ";color=blue"),
        (COLOURS, "matrix", False, ";color=blue,black,brown"),
        (COLOURS, "matrix", True, ";color=blue;color=black;color=brown"),
        (RGB, "matrix", False, ";color=R,100,G,200,B,150"),
        (RGB, "matrix", True, ";R=100;G=200;B=150"),
    ],
)
def test_path_parameters_follow_the_table_of_the_specification(value, style, explode, expected):
    """Each style and each value of explode gives the text that the specification shows."""
    assert path_text("color", value, style, explode=explode) == expected


def test_separators_inside_values_are_encoded():
    """A comma inside an item cannot be taken for one between items, nor an ampersand for a new parameter."""
    assert joined(query_pairs("q", ["a,b", "c&d=e"], explode=False)) == "q=a%2Cb,c%26d%3De"


def test_allow_reserved_keeps_reserved_characters_and_triplets():
    """With allowReserved a slash stays a slash and a triplet stays a triplet, but nothing can end the value."""
    assert joined(query_pairs("q", "a/b?c%20d&e#f", reserved=True)) == "q=a/b?c%20d%26e%23f"


@pytest.mark.parametrize(("value", "expected"), [("a/b", "a%2Fb"), ("..", "%2E%2E"), (".", "%2E"), ("a..", "a..")])
def test_a_path_value_cannot_leave_its_segment(value, expected):
    """Slashes and dot segments in a value never change which resource the path names."""
    assert path_text("id", value) == expected


@pytest.mark.parametrize("value", ["", []])
def test_an_empty_path_value_is_refused(value):
    """An empty value would name another resource: it is an error before anything is sent."""
    with pytest.raises(ValueError, match="'id' must not be empty"):
        path_text("id", value)


@pytest.mark.parametrize(
    ("value", "explode", "expected"),
    [
        (COLOURS, False, "blue,black,brown"),
        (RGB, False, "R,100,G,200,B,150"),
        (RGB, True, "R=100,G=200,B=150"),
        (5, False, "5"),
    ],
)
def test_header_parameters_are_simple(value, explode, expected):
    """Headers know one style, and are not percent-encoded."""
    assert header_text(value, explode=explode) == expected


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\0", "caf\u00e9"])
def test_a_header_value_cannot_smuggle(value):
    """Line breaks, control characters and text outside ASCII are refused."""
    with pytest.raises(ValueError, match="a header value must"):
        header_text(value)


@pytest.mark.parametrize(
    ("value", "style", "expected"),
    [
        ("a b", "form", [("sid", "a%20b")]),
        ("a b", "cookie", [("sid", "a b")]),
        ([1, 2], "cookie", [("sid", "1"), ("sid", "2")]),
    ],
)
def test_cookies_are_encoded_unless_their_style_is_cookie(value, style, expected):
    """The style ``form`` percent-encodes; the 3.2 style ``cookie`` leaves the text alone."""
    assert cookie_pairs("sid", value, style) == expected


def test_numbers_that_json_does_not_know_are_refused():
    """NaN has no text in JSON, and none in a URL."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        query_pairs("q", float("nan"))
