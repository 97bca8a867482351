"""Texts of parameters and headers that are meant to hurt cost no more than others of their length."""

from __future__ import annotations

import time
from typing import Any

from tallystick.generate.runtime.server.media import Negotiation
from tallystick.generate.runtime.server.readings import Choice
from tallystick.generate.runtime.server.shapes import Shape
from tallystick.generate.runtime.server.styles import deep_object

JSON = {"type": ["array", "object", "string"], "items": {"$ref": "#/Json"}, "additionalProperties": {"$ref": "#/Json"}}


def _texts(node: Any) -> int:
    """How many texts are in all that a node may mean."""
    if isinstance(node, str):
        return 1
    parts = node.nodes if isinstance(node, Choice) else node.values() if isinstance(node, dict) else node
    return sum(map(_texts, parts))


def test_places_that_are_names_as_well() -> None:
    """Numbers in brackets are tried as places and as names on a few levels only, however many there are."""
    read = [
        deep_object([("[0]" * levels, "x")], Shape(JSON, lambda _: JSON), lambda text: text) for levels in (2, 8, 32)
    ]
    assert [_texts(node) for node in read] == [2 * 2**2] * 3  # each text may be an array of one


def test_weights_of_any_length() -> None:
    """A weight of many digits is read at once, also one that is none."""
    begin = time.process_time()
    assert Negotiation(["a/b"]).choose(f"a/b;q={'1' * 60_000}x") is None
    assert time.process_time() - begin < 1
