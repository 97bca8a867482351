"""Draws forms, URL-encoded and multipart, and compares what the generated server does with what jsonschema-rs says."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote_plus

import jsonschema_rs
from wire_conformance import LIKELY, TEXTS, Outcome, told_badly
from wire_oracle import values
from wire_schemas import Drawn, draw
from wire_server import WireServer, serve

__all__ = ["compare_forms"]

Pairs = list[tuple[str, str]]
BOUNDARY = "b0undary"
FILES = ("file", "files")


@dataclass
class _Sent:
    """Fields of one property, the values they may stand for, and whether they are written as JSON."""

    fields: Pairs
    values: list[Any]
    is_json: bool = False


@dataclass
class _Property:
    schema: Any
    send: Callable[[Random, str], _Sent | None]
    encoding: dict[str, Any] | None = None


@dataclass
class _Form:
    id: str
    is_multipart: bool
    properties: dict[str, _Property]
    schema: dict[str, Any]

    def described(self) -> tuple[str, dict[str, Any]]:
        media = "multipart/form-data" if self.is_multipart else "application/x-www-form-urlencoded"
        encoding = {name: each.encoding for name, each in self.properties.items() if each.encoding is not None}
        content = {media: {"schema": self.schema, **({"encoding": encoding} if encoding else {})}}
        return f"/{self.id}", {
            "post": {
                "operationId": self.id,
                "requestBody": {"required": True, "content": content},
                "responses": {"204": {"description": "Done."}},
                "security": [],
            }
        }


def _text(rng: Random) -> str:
    return rng.choice(LIKELY if rng.random() < 0.75 else TEXTS)


def _scalar(rng: Random) -> _Property:
    drawn = draw(rng, "scalar")

    def send(rng: Random, name: str) -> _Sent:
        text = _text(rng)
        return _Sent([(name, text)], values(text, drawn.types_at(None)))

    return _Property(drawn.schema, send)


def _typed_lists(texts: list[str], drawn: Drawn) -> list[Any]:
    found = list(map(list, itertools.product(*(values(text, drawn.types_at(i)) for i, text in enumerate(texts)))))
    return [*found, []] if texts == [""] else found


def _array(rng: Random) -> _Property:
    drawn = draw(rng, "array")
    style, mark = rng.choice(
        (("form", None), ("form", None), ("form", ","), ("spaceDelimited", " "), ("pipeDelimited", "|"))
    )
    encoding = None if mark is None else {"style": style, "explode": False}

    def send(rng: Random, name: str) -> _Sent | None:
        texts = [_text(rng) for _ in range(rng.choice((1, 2, 2, 3)))]
        if mark is None:
            fields = [(name, text) for text in texts]
            return None if len(texts) == 1 and texts[0][:1] in ("[", "{") else _Sent(fields, _typed_lists(texts, drawn))
        if any(mark in text or "+" in text for text in texts):
            return None
        return _Sent([(name, "\0".join(texts))], _typed_lists(texts, drawn))

    return _Property(drawn.schema, send, encoding)


def _object(rng: Random) -> _Property:
    drawn = draw(rng, "object")
    style = rng.choice(("json", "json", "deepObject"))
    encoding = {"style": "deepObject", "explode": True} if style == "deepObject" else None

    def send(rng: Random, name: str) -> _Sent | None:
        names = [each for each in drawn.names if rng.random() < 0.8] or ["a"]
        if style == "json":
            value = {each: rng.choice((1, 2, "a", "b", True, None, 1.5, "x", "1")) for each in names}
            return _Sent([(name, json.dumps(value))], [value], is_json=True)
        texts = {each: _text(rng) for each in names}
        if any(text[:1] in ("[", "{") for text in texts.values()):
            return None
        pools = [values(text, drawn.types_at(each)) for each, text in texts.items()]
        fields = [(f"{name}[{each}]", text) for each, text in texts.items()]
        return _Sent(fields, [dict(zip(texts, each, strict=True)) for each in itertools.product(*pools)])

    return _Property(drawn.schema, send, encoding)


def _objects(rng: Random) -> _Property:
    drawn = draw(rng, "object")

    def send(rng: Random, name: str) -> _Sent:
        found = [
            {each: rng.choice((1, 2, "a", "x", "1", True)) for each in drawn.names if rng.random() < 0.8}
            for _ in range(rng.choice((1, 2)))
        ]
        return _Sent([(name, json.dumps(each)) for each in found], [found], is_json=True)

    return _Property({"type": "array", "items": drawn.schema, "maxItems": 2}, send)


def _file(rng: Random) -> _Property:
    several = rng.random() < 0.5
    one = {"type": "string", "format": "binary"}
    bounds = rng.choice([{}, {"minItems": 2}, {"maxItems": 1}, {"minItems": 1, "maxItems": 2}])
    schema = {"type": "array", "items": one, **bounds} if several else one

    def send(rng: Random, name: str) -> _Sent:
        count = rng.choice((1, 1, 2, 3))
        fits = bounds.get("minItems", 0) <= count <= bounds.get("maxItems", 9) if several else count == 1
        content = ["x"] * count if several else "x"
        return _Sent([(name, f"\x01{number}") for number in range(count)], [content] if fits else [])

    return _Property(schema, send)


def _property(rng: Random, kinds: list[Callable[[Random], _Property]], *, is_multipart: bool) -> _Property:
    """A property that is no file: in a multipart body one of which nothing is said would be."""
    while True:
        found = rng.choice(kinds)(rng)
        inner = found.schema.get("items") if isinstance(found.schema, dict) else None
        if not (is_multipart and {} in (found.schema, inner)):
            return found


def _form(rng: Random, number: int) -> _Form:
    is_multipart = rng.random() < 0.5
    kinds = [_scalar, _scalar, _array, _array, _object, _objects]
    names = rng.sample(["a", "b", "x-y", "é", "class", "long name"], rng.choice((1, 2, 3)))
    properties = {name: _property(rng, kinds, is_multipart=is_multipart) for name in names}
    if is_multipart and rng.random() < 0.5:
        properties["file"] = _file(rng)
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: each.schema for name, each in properties.items()},
        "required": [name for name in properties if rng.random() < 0.4],
        **rng.choice([{}, {"additionalProperties": False}, {"additionalProperties": {"type": "integer"}}]),
        **rng.choice(
            [{}, {}, {"minProperties": 2}, {"maxProperties": 2}, {"dependentRequired": {names[0]: [names[-1]]}}]
        ),
    }
    return _Form(f"f{number}", is_multipart, properties, schema)


async def compare_forms(seed: int, forms: int, requests: int, folder: Path) -> Outcome:
    """Serves forms drawn from a seed and sends requests to each."""
    rng = Random(seed)
    drawn = [_form(rng, number) for number in range(forms)]
    server = serve(dict(each.described() for each in drawn), folder)
    outcome = Outcome()
    for form in drawn:
        if form.id not in server.served:
            outcome.disagreements.append(f"{form.schema} is not served")
            continue
        for _ in range(requests):
            await _tried(server, form, rng, outcome)
    return outcome


async def _tried(server: WireServer, form: _Form, rng: Random, outcome: Outcome) -> None:
    sent = _drawn(form, rng)
    expected = None if sent is None else _is_expected(form, sent, outcome)
    if sent is None or expected is None:
        return
    fields = [(field, text, sent[name].is_json) for name in sent for field, text in sent[name].fields]
    media, body = _multipart(form, fields) if form.is_multipart else _encoded(form, fields)
    headers = [(b"content-type", media), (b"content-length", str(len(body)).encode())]
    status, answer = await server.call(f"/{form.id}".encode(), headers=headers, method="POST", body=body)
    what = f"{form.described()[1]['post']['requestBody']['content']} {body!r}"
    if expected and status != 204:
        outcome.disagreements.append(f"refused {what}: {answer}")
    elif not expected and status == 204:
        outcome.disagreements.append(f"accepted {what}: {server.given}")
    elif expected:
        outcome.accepted += 1
    else:
        outcome.refused += 1
        outcome.disagreements += [f"{fault} {what}: {answer}" for fault in told_badly(answer, "body", "")]


def _drawn(form: _Form, rng: Random) -> dict[str, _Sent] | None:
    """The fields of a request by property; None where a style cannot say what was drawn."""
    sent: dict[str, _Sent] = {}
    for name, each in form.properties.items():
        if rng.random() < 0.1:
            continue
        judge = jsonschema_rs.Draft202012Validator(each.schema, validate_formats=True)
        found = None
        for _ in range(rng.choice((1, 8, 8))):  # many texts are refused; most draws look for one that is not
            found = each.send(rng, name)
            if found is not None and any(map(judge.is_valid, found.values)):
                break
        if found is None:
            return None
        sent[name] = found
    if rng.random() < 0.1:
        text = rng.choice(("1", "x"))
        extra = form.schema.get("additionalProperties")
        sent["more"] = _Sent([("more", text)], [text] if extra is None else [1] if extra and text == "1" else [])
    return sent


def _is_expected(form: _Form, sent: dict[str, _Sent], outcome: Outcome) -> bool | None:
    pools = [each.values for each in sent.values()]
    if len(list(itertools.islice(itertools.product(*pools), 20_001))) > 20_000:
        outcome.skipped += 1
        return None
    judge = jsonschema_rs.Draft202012Validator(form.schema, validate_formats=True)
    return any(judge.is_valid(dict(zip(sent, each, strict=True))) for each in itertools.product(*pools))


def _delimiter(form: _Form, name: str) -> str | None:
    found = form.properties.get(name)
    encoding = (found.encoding if found is not None else None) or {}
    return {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}.get(encoding.get("style", ""))


def _encoded(form: _Form, fields: list[tuple[str, str, bool]]) -> tuple[bytes, bytes]:
    def written(name: str, text: str) -> str:
        mark = _delimiter(form, name)
        if mark is None:
            return quote_plus(text)
        return {" ": "%20", "|": "%7C"}.get(mark, mark).join(quote_plus(each) for each in text.split("\0"))

    body = "&".join(f"{quote_plus(name)}={written(name, text)}" for name, text, _ in fields)
    return b"application/x-www-form-urlencoded", body.encode()


def _multipart(form: _Form, fields: list[tuple[str, str, bool]]) -> tuple[bytes, bytes]:
    return f"multipart/form-data; boundary={BOUNDARY}".encode(), b"".join(_parts(form, fields))


def _parts(form: _Form, fields: list[tuple[str, str, bool]]) -> Iterator[bytes]:
    for name, text, is_json in fields:
        filename = '; filename="f"' if text.startswith("\x01") else ""
        media = "Content-Type: application/json\r\n" if is_json else ""
        content = text.replace("\0", _delimiter(form, name) or "\0").removeprefix("\x01")
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n{media}\r\n'
        yield f"{head}{content}\r\n".encode()
    yield f"--{BOUNDARY}--\r\n".encode()
