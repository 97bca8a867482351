"""Draws parameters and requests, and compares what the generated server does with what the oracle says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

from pydantic_core import to_jsonable_python
from wire_oracle import STYLES, Wire, as_json, encode, judged, structures
from wire_schemas import NAMES, Drawn, draw
from wire_server import WireServer, serve

__all__ = ["LIKELY", "TEXTS", "Outcome", "compare", "drawn_operations", "told_badly"]

TEXTS = (
    "0", "1", "2", "3", "5", "6", "10", "-1", "-0", "1.0", "1.5", "2.5", "0.1", "0.5", "4.50", "1e1", "1E-1", "01",
    "+1", " 1", "1 ", "1_0", ".5", "5.", "0x1", "NaN", "Infinity", "1e999", "99999999999999999999", "٣", "true",
    "false", "True", "yes", "null", "", "a", "b", "ab", "abc", "abcde", "x", "é", "éé", "😀", "a b", "a,b", "a/b",
    "a+b", "a%b", "a&b=c", "a|b", "a;b", "a.b", "a=b", "%41", "{", "[1]", '"a"', "2026-01-31", "2026-02-30",
    "2026-01-31T10:00:00Z", "2026-01-31T10:00:00+02:00", "00000000-0000-4000-8000-000000000000", "a@b.example",
    "127.0.0.1", "x" * 3000,
)  # fmt: skip
LIKELY = ("1", "2", "3", "5", "1.5", "a", "b", "ab", "true", "", "1", "2", "x")


@dataclass
class Outcome:
    """How many requests were accepted and refused, and where server and oracle disagree."""

    accepted: int = 0
    refused: int = 0
    skipped: int = 0
    disagreements: list[str] = None  # type: ignore[assignment]  # made below

    def __post_init__(self) -> None:
        self.disagreements = []


@dataclass
class _Operation:
    id: str
    place: str
    style: str
    explode: bool
    required: bool
    drawn: Drawn

    def described(self) -> tuple[str, dict[str, Any]]:
        path = f"/{self.id}/{{v}}" if self.place == "path" else f"/{self.id}"
        parameter = {
            "name": "v", "in": self.place, "style": self.style, "explode": self.explode, "schema": self.drawn.schema,
            "required": self.required,
        }  # fmt: skip
        answer = {"204": {"description": "Done."}}
        return path, {"get": {"operationId": self.id, "parameters": [parameter], "responses": answer, "security": []}}


async def compare(seed: int, schemas: int, requests: int, folder: Path) -> Outcome:
    """Serves parameters drawn from a seed and sends requests to each."""
    rng = Random(seed)
    operations = drawn_operations(rng, schemas)
    server = serve(dict(each.described() for each in operations), folder)
    outcome = Outcome()
    for operation in operations:
        if operation.id not in server.served:
            outcome.disagreements.append(f"{operation} is not served")
            continue
        for _ in range(requests):
            await _tried(server, operation, rng, outcome)
    return outcome


def drawn_operations(rng: Random, count: int) -> list[_Operation]:
    """Operations with one parameter each."""
    return [_operation(rng, number) for number in range(count)]


def _operation(rng: Random, number: int) -> _Operation:
    while True:
        place, style, explode = rng.choice(STYLES)
        drawn = draw(rng, "nested" if style == "deepObject" and rng.random() < 0.5 else None)
        if style == "deepObject" and drawn.structures != {"object"}:
            continue
        if style in ("spaceDelimited", "pipeDelimited") and ("scalar" in drawn.structures):
            continue
        if style in ("spaceDelimited", "pipeDelimited") and explode and "object" in drawn.structures:
            continue
        if drawn.structures == {"scalar", "object"} and explode and place in ("query", "cookie"):
            continue  # its names are those of its properties, or its own
        required = place == "path" or rng.random() < 0.5
        return _Operation(f"o{number}", place, style, explode, required, drawn)


def _texts(rng: Random, operation: _Operation) -> Any:
    def one() -> str:
        return rng.choice(LIKELY if rng.random() < 0.7 else TEXTS)

    return _texts_of(rng, operation.drawn, one)


def _texts_of(rng: Random, drawn: Drawn, one: Callable[[], str]) -> Any:
    structure = rng.choice(sorted(drawn.structures))
    if structure == "scalar":
        return one()
    if structure == "array":
        return [one() for _ in range(rng.choice((1, 1, 2, 2, 3, 4)))]
    names = [name for name in drawn.names if rng.random() < 0.75]
    if rng.random() < 0.3 or not names:
        names.append(rng.choice(NAMES))
    return {
        name: _texts_of(rng, drawn.inner[name], one)
        if name in drawn.inner
        else rng.choice(("x", "1"))
        if name == "kind" and rng.random() < 0.8
        else one()
        for name in names
    }


def _wire(rng: Random, operation: _Operation) -> Wire | None:
    if rng.random() < 0.05 and operation.place != "path":
        return Wire(())
    texts = _texts(rng, operation)
    if not _is_sayable(texts, operation):
        return None
    wire = encode(texts, operation.place, operation.style, explode=operation.explode)
    return None if wire is None or (operation.place == "path" and not wire.pairs[0][1]) else wire


def _is_sayable(texts: Any, operation: _Operation) -> bool:
    """Whether the style can carry the texts at all."""
    flat = list(_flat(texts))
    if operation.style == "deepObject":
        return not any(text[:1] in ("[", "{") for text in flat)  # those may be JSON within a value
    if operation.place == "header":
        marks = set("".join(flat))
        return all(text == text.strip() for text in flat) and not (not isinstance(texts, str) and marks & set(",="))
    if operation.style == "spaceDelimited":
        return " " not in "".join(flat)
    if operation.style == "pipeDelimited":
        return "|" not in "".join(flat)
    return True


def _flat(texts: Any) -> Iterator[str]:
    if isinstance(texts, str):
        yield texts
    elif isinstance(texts, dict):
        yield from texts
    if not isinstance(texts, str):
        for each in texts.values() if isinstance(texts, dict) else texts:
            yield from _flat(each)


async def _tried(server: WireServer, operation: _Operation, rng: Random, outcome: Outcome) -> None:
    for _ in range(rng.choice((1, 8))):  # many texts are refused; some draws look for one that is not
        wire = _wire(rng, operation)
        if wire is None:
            return
        wire, is_unknown = _without_strangers(wire, operation)
        expected = [] if is_unknown else _expected(wire, operation)
        if expected:
            break
    if expected is None:
        outcome.skipped += 1
        return
    status, answer = await _sent(server, operation, wire)
    what = (
        f"{operation.place} {operation.style} explode={operation.explode} {json.dumps(operation.drawn.schema)} {wire}"
    )
    if expected and status != 204:
        outcome.disagreements.append(f"refused {what}: {answer and answer.get('errors')} but {expected[:3]}")
    elif not expected and status == 204:
        outcome.disagreements.append(f"accepted {what}: {server.given}")
    elif expected:
        outcome.accepted += 1
        outcome.disagreements += _misread(server, expected, what, operation.drawn.kept)
    else:
        outcome.refused += 1
        place = "" if is_unknown else "/v"
        outcome.disagreements += [f"{fault} {what}: {answer}" for fault in told_badly(answer, operation.place, place)]


def _without_strangers(wire: Wire, operation: _Operation) -> tuple[Wire, bool]:
    """Names that no property asks for: other cookies, or query parameters that are unknown."""
    drawn = operation.drawn
    spread = operation.place in ("query", "cookie") and operation.style == "form" and operation.explode
    if not spread or drawn.structures != {"object"}:
        return wire, False
    if operation.place == "cookie":
        return Wire(tuple(pair for pair in wire.pairs if unquote(pair[0]) in drawn.names)), False
    return wire, any(unquote(name) not in drawn.names and not drawn.invites(unquote(name)) for name, _ in wire.pairs)


_ABSENT = object()


def _expected(wire: Wire, operation: _Operation) -> list[Any] | None:
    """The values that may be given to the handler; none where the request has to be refused."""
    if not wire.pairs:
        return [] if operation.required else [_ABSENT]
    found = structures(wire, operation.drawn, operation.place, operation.style, explode=operation.explode)
    return judged(found, operation.drawn)


async def _sent(server: WireServer, operation: _Operation, wire: Wire) -> tuple[int, Any]:
    path = f"/{operation.id}"
    if operation.place == "path":
        return await server.call(f"{path}/{wire.pairs[0][1]}".encode())
    if operation.place == "query":
        return await server.call(path.encode(), "&".join(f"{name}={text}" for name, text in wire.pairs).encode())
    if operation.place == "header":
        return await server.call(path.encode(), headers=[(b"v", text.encode()) for _, text in wire.pairs])
    cookies = "; ".join(f"{name}={text}" for name, text in wire.pairs)
    return await server.call(path.encode(), headers=[(b"cookie", cookies.encode())] if cookies else [])


def _misread(server: WireServer, expected: list[Any], what: str, kept: Callable[[Any], Any]) -> Iterator[str]:
    """Whether the handler got something else than a value that the wire may mean."""
    assert server.given is not None
    value = server.given.get("v")
    plain = _as_plain(value)
    if expected == [_ABSENT]:
        if value is not None:
            yield f"absent, but given {value!r}: {what}"
    elif not any(_is_same(kept(plain), kept(each)) for each in expected):
        yield f"misread {what}: {plain!r} instead of {expected[:3]}"


def _is_same(given: Any, meant: Any) -> bool:
    """Whether the handler got what the wire means."""
    return as_json(_normal(given)) == as_json(_normal(meant))


def _as_plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return to_jsonable_python(value, by_alias=True)


def _normal(value: Any) -> Any:
    """Numbers as doubles, which is how Python may hold them."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list):
        return [_normal(each) for each in value]
    if isinstance(value, dict):
        return {name: _normal(each) for name, each in value.items()}
    return value


def told_badly(answer: Any, source: str, place: str) -> Iterator[str]:
    """What is wrong with the words of a refusal: every error names its source and a place within it."""
    errors = (answer or {}).get("errors")
    if not errors:
        yield "no errors told"
        return
    for error in errors:
        if error["source"] != source:
            yield "wrong source"
        if error["pointer"] != place and not error["pointer"].startswith(f"{place}/"):
            yield "wrong pointer"
