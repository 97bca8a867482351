"""Streams, pages and webhooks."""

import base64
import json

import httpx2
import pytest

from tallystick.generate.runtime.client.auth import Credentials
from tallystick.generate.runtime.client.client import AsyncClient, SyncClient, async_core, sync_core
from tallystick.generate.runtime.client.errors import InvalidSignature
from tallystick.generate.runtime.client.operation import Operation, Paging, Parameter, ReplyType
from tallystick.generate.runtime.client.paging import RepeatedCursor
from tallystick.generate.runtime.client.settings import Settings
from tallystick.generate.runtime.client.streams import EventDecoder, LineDecoder, ServerSentEvent
from tallystick.generate.runtime.client.webhooks import WebhookVerifier


def lines(chunks, **options):
    decoder = LineDecoder(**options)
    return [line for chunk in chunks for line in decoder.feed(chunk)] + decoder.end()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lines_do_not_depend_on_chunks(size):
    """However the bytes are cut, even inside a character or a CRLF, the lines are the same."""
    raw = 'a\r\nbé\n\n{"x":1}\rz'.encode()
    chunks = [raw[index : index + size] for index in range(0, len(raw), size)]
    assert lines(chunks, lone_cr=True) == ["a", "bé", "", '{"x":1}', "z"]
    assert lines(chunks) == ["a", "bé", "", '{"x":1}\rz']


def test_events_follow_the_standard():
    """Data lines join, comments and unknown fields are dropped, ids stay, an unfinished event is lost."""
    text = "\ufeff: hello\ndata: a\ndata:b\nevent: update\nid: 7\nretry: 50\n\ndata\n\nfoo: x\n\ndata: lost"
    decoder = EventDecoder()
    events = [event for line in text.split("\n") if (event := decoder.feed(line)) is not None]
    assert events == [ServerSentEvent("a\nb", "update", "7", 50), ServerSentEvent("", "message", "7", None)]


def core(answer, kind=sync_core, http=httpx2.Client):
    return kind(Settings("http://api.test"), Credentials((), {}), "x", http(transport=httpx2.MockTransport(answer)))


EVENTS = Operation(
    "watch",
    "GET",
    "/events",
    replies=(ReplyType("200", "text/event-stream", "events", read=lambda data: data["n"]),),
    streams=True,
)


def test_events_are_typed_and_end_with_done():
    """The data of each event is read as the contract says; ``[DONE]`` ends the stream."""
    body = b'data: {"n":1}\n\ndata: {"n":2}\n\ndata: [DONE]\n\ndata: {"n":3}\n\n'
    client = core(lambda _: httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body))
    assert list(client.call_any(EVENTS, EVENTS.build({}))) == [1, 2]


async def test_lines_are_read_asynchronously():
    """JSON lines come one by one, on the asynchronous client too."""
    operation = Operation(
        "list", "GET", "/l", replies=(ReplyType("200", "application/x-ndjson", "lines"),), streams=True
    )

    def answer(_):
        return httpx2.Response(200, headers={"content-type": "application/x-ndjson"}, content=b'{"a":1}\n\n{"a":2}')

    client = core(answer, async_core, httpx2.AsyncClient)
    stream = await client.call_any(operation, operation.build({}))
    assert [item async for item in stream] == [{"a": 1}, {"a": 2}]


LIST = Operation(
    "list",
    "GET",
    "/items",
    (Parameter("cursor", "cursor", "query"),),
    replies=(ReplyType("200", "application/json", "json"),),
    paging=Paging("cursor", ("items",), ("next",)),
)


def pages(request):
    cursor = request.url.params.get("cursor")
    body = {None: {"items": [1, 2], "next": "b"}, "b": {"items": [], "next": "c"}, "c": {"items": [3], "next": None}}[
        cursor
    ]
    return httpx2.Response(200, json=body)


def build(cursor):
    return LIST.build({} if cursor is None else {"cursor": cursor})


def test_pages_iterate_over_all_items():
    """Iterating a page goes on through the following ones, empty ones included."""
    page = core(pages).page(LIST, build, None, None)
    assert list(page) == [1, 2, 3]
    assert [len(one.items) for one in page.pages()] == [2, 0, 1]
    assert page.next_cursor == "b"
    assert page.next_page().next_page().next_page() is None


async def test_pages_can_be_awaited_or_iterated():
    """The asynchronous list gives its first page when awaited, and all items when iterated."""
    client = core(pages, async_core, httpx2.AsyncClient)
    first = await client.page(LIST, build, None, None)
    assert list(first.items) == [1, 2]
    assert [item async for item in client.page(LIST, build, None, None)] == [1, 2, 3]


def test_a_repeated_cursor_ends_the_iteration():
    """A server that gives the same cursor again would be asked for ever: it is an error."""
    client = core(lambda _: httpx2.Response(200, json={"items": [1], "next": "same"}))
    with pytest.raises(RepeatedCursor):
        list(client.page(LIST, build, None, None))


SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
BODY = b'{"type":"stock.low"}'


def signed(verifier, body=BODY, *, at=1_700_000_000, identifier="msg_1"):
    return {
        "Webhook-Id": identifier,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": verifier.sign(body, identifier, at),
    }


def verifier(now=1_700_000_010, secrets=(SECRET,)):
    return WebhookVerifier(*secrets, clock=lambda: now)


def test_a_genuine_webhook_is_read():
    """The signature of the Standard Webhooks specification is accepted, among others too."""
    headers = signed(verifier())
    assert verifier().verify(BODY, headers) == {"type": "stock.low"}
    headers["Webhook-Signature"] = "v1a,xx v1,AAAA " + headers["Webhook-Signature"]
    assert verifier().verify(BODY.decode(), list(headers.items())) == {"type": "stock.low"}


def test_secrets_can_be_rotated():
    """While two secrets are known, webhooks signed with either are accepted."""
    other = base64.b64encode(b"another-secret!!").decode()
    assert verifier(secrets=(other, SECRET)).verify(BODY, signed(verifier()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Webhook-Signature": "v1,AAAA"}, "no signature"),
        ({"Webhook-Signature": "v1,***"}, "no signature"),
        ({"Webhook-Signature": ""}, "no header webhook-signature"),
        ({"Webhook-Id": "msg_2"}, "no signature"),
        ({"Webhook-Timestamp": "1700000400"}, "from the future"),
        ({"Webhook-Timestamp": "1600000000"}, "too old"),
        ({"Webhook-Timestamp": "soon"}, "not a number"),
    ],
)
def test_a_forged_webhook_is_refused(change, message):
    """A wrong signature, id or age raises InvalidSignature and says which."""
    with pytest.raises(InvalidSignature, match=message):
        verifier().verify(BODY, signed(verifier()) | change)


def test_a_changed_body_is_refused():
    """The signature covers every byte."""
    with pytest.raises(InvalidSignature):
        verifier().verify(BODY + b" ", signed(verifier()))


def test_a_secret_must_be_base64():
    """A secret that cannot be one is refused when the verifier is made."""
    with pytest.raises(ValueError, match="base64"):
        WebhookVerifier("whsec_***")


def test_clients_check_what_they_are_given():
    """An old httpx client, an unknown option and a relative path are clear errors."""
    with pytest.raises(TypeError, match=r"must be an httpx2\.Client, not"):
        sync_core(Settings("http://api.test"), Credentials((), {}), "x", object())
    client = SyncClient(core(pages))
    with pytest.raises(TypeError, match="no such option of a client: tries"):
        client.with_options(tries=5)
    with pytest.raises(ValueError, match="must start with a slash"):
        client.request("GET", "items")
    assert json.loads(client.request("GET", "/items", query={"cursor": "c"}).content) == {"items": [3], "next": None}


async def test_clients_close_only_their_own_connections():
    """Connections that the caller made stay open."""
    http = httpx2.Client(transport=httpx2.MockTransport(pages))
    with SyncClient(sync_core(Settings("http://api.test"), Credentials((), {}), "x", http)):
        pass
    assert not http.is_closed
    own = async_core(Settings("http://api.test"), Credentials((), {}), "x", None)
    async with AsyncClient(own):
        pass
    assert own._transport.http.is_closed
