"""Sends drawn JSON bodies to a generated server that echoes them, and compares with what the oracle says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import jsonschema_rs
from body_schemas import BodySchemas
from body_server import EchoServer

from tallystick.contract.sampling import Sampler, near_misses

__all__ = ["BodyOutcome", "compare_bodies", "oracle", "same_json"]

_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, 2, -1, 1.0, 1.5, 0.1, 19.99, -0.0, 3e0, 10**18, 10**30, 1e300, "", "a", "ab", "é", "😀",
    "\u0000", "1", "2026-01-31", "2026-01-31T10:00:00.5+05:30", "8f14e45f-ceea-467f-a9b1-1c2d3e4f5a6b", [], [1], ["a"],
    [None], [1, 1.0], {}, {"id": 1}, {"name": "a", "id": None}, {"undeclared": 1}, {"n_a": 1, "x": "b"},
    {"kind": "cat"},
)  # fmt: skip
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d")


@dataclass
class BodyOutcome:
    """How many bodies were accepted and refused, and where server and oracle disagree."""

    accepted: int = 0
    refused: int = 0
    unserved: int = 0
    disagreements: list[str] = field(default_factory=list)


def oracle(schema: Any, components: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """The judge: jsonschema-rs with the schema as it is written. Formats are asserted, as the server does."""
    document = {"components": {"schemas": components}}
    registry = jsonschema_rs.Registry([("test:doc", document)])
    return jsonschema_rs.Draft202012Validator(_anchored(schema), registry=registry, validate_formats=True)


def _anchored(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {k: f"test:doc{v}" if k == "$ref" else _anchored(v) for k, v in schema.items() if k != "discriminator"}
    return [_anchored(item) for item in schema] if isinstance(schema, list) else schema


def same_json(left: Any, right: Any) -> bool:
    """Equality of JSON values; texts of the same instant or UUID are equal too, since they become Python's."""
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right if isinstance(left, int) and isinstance(right, int) else float(left) == float(right)
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same_json(left[name], right[name]) for name in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return left == right or _same_text(left, right)


def _same_text(left: str, right: str) -> bool:
    if _UUID.fullmatch(left):
        return left.lower() == right
    if _INSTANT.match(left) and _INSTANT.match(right):
        try:
            return datetime.fromisoformat(left.upper()) == datetime.fromisoformat(right.upper())
        except ValueError:
            return False
    return False


async def compare_bodies(seed: int, schemas: int, values: int, folder: Path) -> BodyOutcome:
    """Serves schemas drawn from a seed and sends values to each."""
    random = Random(seed)
    explicit = seed % 2 == 0
    source = BodySchemas(random, explicit=explicit)
    drawn = [source.draw() for _ in range(schemas)]
    named = {f"B{number}": schema for number, schema in enumerate(drawn)}
    used = [{"$ref": f"#/components/schemas/{name}"} for name in named]
    server = EchoServer(used, {**source.components, **named}, folder)
    outcome = BodyOutcome()
    for number, schema in enumerate(drawn):
        if number not in server.served:
            outcome.unserved += 1
            continue
        judge = oracle(schema, source.components)
        for value in _values(schema, source.components, random, values):
            text = json.dumps(value)
            fault = await _fault(server, number, text, judge.is_valid(json.loads(text)), exact=explicit)
            if fault:
                outcome.disagreements.append(f"seed {seed}, {json.dumps(schema)} with {text}: {fault}")
            elif judge.is_valid(json.loads(text)):
                outcome.accepted += 1
            else:
                outcome.refused += 1
    return outcome


def _values(schema: Any, components: dict[str, Any], random: Random, many: int) -> Iterator[Any]:
    sampler = Sampler({"components": {"schemas": components}}, random)
    for _ in range(many):
        value = sampler.value(schema)
        yield value
        misses = list(near_misses(value, random))
        yield from random.sample(misses, min(3, len(misses)))
    yield from random.sample(_VALUES, 6)


async def _fault(server: EchoServer, number: int, text: str, valid: bool, *, exact: bool) -> str:
    """What the server does with a body otherwise than it should; empty for nothing."""
    status, content = await server.post(number, text.encode())
    if not valid:
        return "" if status in (400, 422) else f"invalid, but {status}"
    if status != 200:
        return f"valid, but {status} {content.decode()[:300]}"
    if exact and not same_json(json.loads(text), json.loads(content)):
        return f"came back as {content.decode()[:300]}"
    return ""
