"""Texts of other charsets than UTF-8, and server-sent events, as clients read them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

ITEM = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "maximum": 9}}}
EVENT = {
    "type": "object",
    "required": ["data", "event"],
    "properties": {"data": {"type": "string", "maxLength": 9}, "event": {"enum": ["tick"]}, "id": {"type": "string"}},
}
SHORT = {"type": "string", "maxLength": 3}


async def _stream(items: Any) -> AsyncIterator[Any]:
    for each in items:
        yield each


@pytest.fixture
def made(server, describe) -> Any:
    """A server whose one operation answers with ``box``, in what stands in the path."""
    contents = {
        "latin": {"text/plain; charset=ISO-8859-1": {"schema": SHORT}},
        "free": {"text/csv; charset=windows-1252": {}},
        "odd": {"text/plain; charset=unheard-of": {"schema": SHORT}},
        "any": {"text/*": {"schema": SHORT}},
        "items": {"text/event-stream": {"schema": ITEM}},
        "events": {"text/event-stream": {"itemSchema": EVENT}},
        "raw": {"text/event-stream": {}},
    }

    def answering(name: str) -> Any:
        def answer(made: Any) -> Any:
            body, *more = made.box if isinstance(made.box, tuple) else (made.box,)
            body = _stream(body) if isinstance(body, list) else body
            return getattr(made.modules("replies"), f"{name.title()}200")(body, **_named(more))

        return answer

    operations = {
        f"GET /{name}": {"operationId": name, "responses": {"200": {"description": "One.", "content": content}}}
        for name, content in contents.items()
    }
    description = describe(operations)
    description["openapi"] = "3.2.0"
    return server(description, handlers={name: answering(name) for name in contents}, lenient=True)


def _named(more: list[str]) -> dict[str, str]:
    return {"content_type": more[0]} if more else {}


def _violation(made: Any) -> Any:
    return made.modules("_runtime.problems").ContractViolation


@pytest.mark.parametrize(
    ("path", "box", "content"),
    [
        ("/latin", "né", b"n\xe9"),
        ("/latin", b"n\xe9", b"n\xe9"),
        ("/latin", ["n", "é", b"\xe9"], b"n\xe9\xe9"),
        ("/free", "1 €", b"1 \x80"),
        ("/free", ["1", " €"], b"1 \x80"),
        ("/odd", b"\xff", b"\xff"),
        ("/any", (["a", "é"], "text/plain; charset=utf-16"), "aé".encode("utf-16")),
        ("/any", (["日", "本"], "text/plain; charset=iso-2022-jp"), "日本".encode("iso-2022-jp")),
        ("/any", ([b"a"], "text/plain; charset=utf-16"), b"a"),
        ("/any", ("né", "text/plain"), "né".encode()),
        ("/any", ("né", "text/plain; charset=utf-8"), "né".encode()),
        ("/any", ("né", "text/plain; charset=utf-16-be"), "né".encode("utf-16-be")),
    ],
)
def test_texts_have_their_charset(made, path, box, content) -> None:
    """Text is written in the charset that its media type states, and in UTF-8 where it states none."""
    made.box = box
    assert made.call("GET", path).content == content


@pytest.mark.parametrize(
    ("path", "box", "told"),
    [
        ("/latin", "€", "the body holds characters that ISO-8859-1 has not"),
        ("/latin", ["n", "€"], "the body holds characters that ISO-8859-1 has not"),
        ("/any", ("ébbé", "text/plain; charset=iso-8859-1"), "does not fit its schema"),
        ("/any", (b"\xe9bb\xe9", "text/plain; charset=iso-8859-1"), "does not fit its schema"),
        ("/odd", "n", "the charset unheard-of is not known; give octets instead of text"),
        ("/any", ("n", "text/plain; charset=base64"), "the charset base64 is not known; give octets instead of text"),
        ("/any", (b"\xff", "text/plain"), "the body is not UTF-8 text"),
        ("/any", (b"\xff", "text/plain; charset=ascii"), "the body is not ASCII text"),
        ("/free", ["n", 5], "the body is int, neither text nor octets nor a stream of them"),
    ],
)
def test_texts_that_have_no_such_octets(made, path, box, told) -> None:
    """What the charset or the schema cannot hold is outside the contract, whole or in pieces."""
    made.box = box
    with pytest.raises(_violation(made), match=told):
        made.call("GET", path)


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        ({"comment": "still here"}, ": still here\n\n"),
        ({"retry": 500}, "retry: 500\n\n"),
        ({"id": "7"}, "id: 7\n\n"),
        ({"data": ""}, "data: \n\n"),
        ({"data": "[DONE]"}, "data: [DONE]\n\n"),
        ({"data": {"n": 1}, "id": "7"}, 'id: 7\ndata: {"n":1}\n\n'),
        ({"comment": "a\rdata: b\u2028c\n\nd"}, ": a\n: data: b\n: c\n: \n: d\n\n"),
        ({"data": "a\r\nid: 5\rb\n"}, "data: a\ndata: id: 5\ndata: b\ndata: \n\n"),
    ],
)
def test_events(made, fields, content) -> None:
    """An event without data is none that clients are told of; no text can begin another field."""
    made.box = [made.modules("wiring").ServerSentEvent(**fields)]
    for path in ("/items", "/raw"):
        assert made.call("GET", path).text == content


def test_texts_as_events(made) -> None:
    """Where nothing is declared about events, a text is the data of one, and data that are no text are JSON."""
    made.box = ["a\nb", b"c", made.modules("wiring").ServerSentEvent(data=[1])]
    assert made.call("GET", "/raw").text == "data: a\ndata: b\n\ndata: c\n\ndata: [1]\n\n"


def test_whole_events(made) -> None:
    """Events that are described as a whole may be given as such."""
    event = made.modules("wiring").ServerSentEvent
    made.box = [event(data={"a": 1}, event="tick", id="7"), event(comment="still here"), event(data="x"), {"data": "y"}]
    assert made.call("GET", "/events").text.split("\n\n") == [
        'event: tick\nid: 7\ndata: {"a":1}',
        ": still here",
        "event: tick\ndata: x",
        "event: tick\ndata: y",
        "",
    ]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/items", {"data": {"n": "x"}}),
        ("/items", {"data": {"n": 10}}),
        ("/items", {"data": None}),
        ("/events", {"data": "x", "event": "tock"}),
        ("/events", {"data": "x" * 10, "event": "tick"}),
    ],
)
def test_events_outside_the_contract(made, path, fields) -> None:
    """An event that is given as such is held against the contract like any item."""
    made.box = [made.modules("wiring").ServerSentEvent(**fields)]
    with pytest.raises(_violation(made), match="the body"):
        made.call("GET", path)
