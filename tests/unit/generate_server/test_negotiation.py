"""Media types as RFC 9110 reads them: weights, ranges and what lies within, types that are none."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.generate.runtime.server.media import MediaRange, Negotiation, best_match

RFC_9110 = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5"
"""The example of section 12.5.1."""


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["text/html", "image/jpeg", "text/plain", "text/plain;format=flowed"], "text/plain;format=flowed"),
        (["text/html", "image/jpeg", "text/plain", "text/plain;format=fixed"], "text/plain"),
        (["text/html", "image/jpeg", "text/plain;format=fixed"], "image/jpeg"),
        (["text/html", "text/plain;format=fixed"], "text/plain;format=fixed"),
        (["text/html", "text/html;level=3"], "text/html"),
    ],
)
def test_the_example_of_the_standard(offered, chosen) -> None:
    """The most specific range that fits gives the weight."""
    assert Negotiation(offered).choose(RFC_9110) == chosen


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("image/png", "image/*"),
        ("image/png;q=0, image/jpeg", "image/*"),
        ("image/jpeg, image/png;q=0", "image/*"),
        ("image/png;q=0.1, text/plain;q=0.5, image/jpeg;q=0.9", "image/*"),
        ("image/png;q=0.1, text/plain;q=0.5", "text/plain"),
        ("image/*;q=0, image/png;q=0.1", "image/*"),
        ("*/*;q=0.1, image/png;q=0", "image/*"),
        ("image/png;q=0, image/jpeg;q=0", None),
        ("image/*;q=0", None),
    ],
)
def test_offered_ranges(accept, chosen) -> None:
    """A range is as good as the best of what the client takes within it."""
    assert Negotiation(["image/*", "text/plain"]).choose(accept) == chosen


@pytest.mark.parametrize(
    ("weight", "quality"),
    [
        ("0", 0.0),
        ("0.", 0.0),
        ("0.000", 0.0),
        ("0.001", 0.001),
        (".2", 0.2),
        ("1.000", 1.0),
        ("7", 1.0),
        ("", 0.0),
        ("-1", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("1e0", 0.0),
        ("0_1", 0.0),
        ("x", 0.0),
    ],
)
def test_weights(weight, quality) -> None:
    """A weight is a decimal fraction; what is none is no wish."""
    assert MediaRange.parse(f"a/b; Q={weight}").quality == quality
    assert Negotiation(["a/b", "a/c"]).choose(f"a/b;q={weight}, a/c;q=0.1005") == ("a/b" if quality > 0.1005 else "a/c")


@pytest.mark.parametrize("text", ["", "a", "a/", "/b", "a/b c", "a/b/c", "a/b, c/d", "*/*", "a/*", "a/\xe9", "a/b\x00"])
def test_what_is_no_media_type(text) -> None:
    """Content of no media type fits no range either."""
    assert best_match(["*/*", "a/*"], text) is None
    assert best_match(["*/*", "a/*"], "A/B ; c=d") == "a/*"


@pytest.mark.parametrize("chosen", ["image/", "image/a b", "image/*", "text/plain", "image/png, image/gif", ""])
def test_media_types_that_handlers_choose(server, describe, chosen) -> None:
    """A handler that chooses the media type within a range chooses one, and within it."""
    responses = {"200": {"description": "A picture.", "content": {"image/*": {}}}}

    def draw(made: Any) -> Any:
        return made.modules("replies").Draw200(b"x", content_type=chosen)

    made = server(describe({"GET /": {"operationId": "draw", "responses": responses}}), handlers={"draw": draw})
    violation = made.modules("_runtime.problems").ContractViolation
    with pytest.raises(violation, match=r"the media type .* does not lie within image/\*"):
        made.call("GET", "/")
