"""One logical call, step by step: attempts, waits, deadlines, keys, credentials. Nothing is sent in these tests."""

import logging

import httpx2
import pytest

from tallystick.generate.runtime.client.auth import Basic, Credentials, OAuth2Password, Scheme, TokenSource
from tallystick.generate.runtime.client.bodies import Content
from tallystick.generate.runtime.client.errors import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    DeadlineExceeded,
    NotFound,
    ServerError,
    TooManyRequests,
    Unauthorized,
)
from tallystick.generate.runtime.client.exchange import Call, Fetch, Read, Received, Send, Sleep, exchange
from tallystick.generate.runtime.client.operation import BodyType, Operation, Parameter, ReplyType
from tallystick.generate.runtime.client.reply import ReplyInfo
from tallystick.generate.runtime.client.retry import RetryPolicy
from tallystick.generate.runtime.client.settings import Settings

LOGGER = logging.getLogger("warehouse_client")
JSON = {"content-type": "application/json"}


class Script:
    """Answers to the requests of a call, in order: ``(status, headers, body)`` or an error. Time passes by sleeping."""

    def __init__(self, *answers, step_seconds=0.0):
        self.answers = list(answers)
        self.sent, self.slept, self.fetched = [], [], []
        self.now = 0.0
        self.step_seconds = step_seconds

    def clock(self):
        return self.now

    def run(self, operation, *, settings=None, credentials=None, streamed=False, **arguments):
        body = arguments.pop("body", None)
        request = operation.build(arguments, *([body] if body is not None else []))
        call = Call(
            operation,
            request,
            settings or Settings("http://api.test"),
            credentials or Credentials((), {}),
            LOGGER,
            streamed=streamed,
            clock=self.clock,
        )
        steps = exchange(call)
        outcome = None
        failure = None
        try:
            while True:
                step = steps.throw(failure) if failure else steps.send(outcome)
                outcome = failure = None
                try:
                    outcome = self.perform(step)
                except ApiConnectionError as error:
                    failure = error
        except StopIteration as stop:
            return stop.value

    def perform(self, step):
        if isinstance(step, Send):
            self.sent.append(step)
            self.now += self.step_seconds
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            status, headers, body = answer
            return Received(ReplyInfo(status, httpx2.Headers(headers)), body)
        if isinstance(step, Read):
            return step.handle
        if isinstance(step, Sleep):
            self.slept.append(step.seconds)
            self.now += step.seconds
            return None
        assert isinstance(step, Fetch)
        self.fetched.append(step.stale)
        step.source.keep(f"token-{len(self.fetched)}")
        return None


def operation(method="GET", **more):
    more.setdefault("replies", (ReplyType("200", "application/json", "json"),))
    return Operation(
        "op", method, "/items/{sku}", (Parameter("sku", "sku", "path", style="simple", explode=False),), **more
    )


def not_sent():
    error = ApiConnectionError("refused")
    error.sent = False
    return error


OK = (200, JSON, b"{}")
DOWN = (503, {}, b"")


def test_a_failed_attempt_is_repeated_with_a_random_wait():
    """An idempotent call survives two failures; the waits grow, and are drawn between zero and their bound."""
    script = Script(DOWN, ApiTimeoutError("slow"), OK)
    outcome = script.run(operation(), sku="a")
    assert outcome.attempts == 3
    assert len(script.slept) == 2
    assert 0 <= script.slept[0] <= 0.5
    assert 0 <= script.slept[1] <= 1.0
    assert [send.headers.get("X-Retry-Attempt") for send in script.sent] == [None, "1", "2"]


def test_the_last_error_is_raised_and_knows_its_attempts():
    """When all attempts fail, the caller gets the last error, with the number of attempts and the place."""
    with pytest.raises(ServerError) as caught:
        Script(DOWN, DOWN, DOWN).run(operation(), sku="secret-sku")
    assert caught.value.attempts == 3
    assert caught.value.retryable
    assert str(caught.value) == "GET /items/{sku}: 503 Service Unavailable"


@pytest.mark.parametrize("status", [400, 404, 409, 422, 501])
def test_refusals_are_not_repeated(status):
    """An error that a repeat cannot change is raised at once."""
    script = Script((status, {}, b""))
    with pytest.raises(ApiStatusError):
        script.run(operation(), sku="a")
    assert script.slept == []


def test_a_call_that_is_not_idempotent_is_sent_once():
    """A POST without a key is not repeated: the server may have acted on it."""
    for failure in (DOWN, ApiTimeoutError("slow")):
        script = Script(failure)
        with pytest.raises((ServerError, ApiTimeoutError)):
            script.run(operation("POST"), sku="a")
        assert len(script.sent) == 1


def test_a_call_that_never_left_is_repeated():
    """A refused connection is tried again for every method: nothing was sent."""
    script = Script(not_sent(), OK)
    assert script.run(operation("POST"), sku="a").attempts == 2


def test_an_idempotency_key_is_made_once_and_allows_repeats():
    """All attempts of a logical call carry the same key, another call another one."""
    key = operation("POST", idempotency_header="Idempotency-Key")
    script = Script(DOWN, DOWN, OK)
    script.run(key, sku="a")
    keys = {send.headers["Idempotency-Key"] for send in script.sent}
    assert len(script.sent) == 3
    assert len(keys) == 1
    other = Script(OK)
    other.run(key, sku="a")
    assert other.sent[0].headers["Idempotency-Key"] not in keys


def test_the_callers_key_wins():
    """A key that the caller gives is sent as it is."""
    stated = Operation(
        "op", "POST", "/x", (Parameter("idempotency_key", "Idempotency-Key", "header"),),
        replies=(ReplyType("200", "application/json", "json"),), idempotency_header="Idempotency-Key",
    )  # fmt: skip
    script = Script(DOWN, OK)
    script.run(stated, idempotency_key="mine")
    assert [send.headers["Idempotency-Key"] for send in script.sent] == ["mine", "mine"]


@pytest.mark.parametrize(("repeatable", "sent"), [(True, 2), (False, 1)])
def test_the_contract_may_say_that_a_call_may_be_repeated(repeatable, sent):
    """``x-tally-retryable`` on an operation overrules what its method suggests."""
    script = Script(DOWN, OK)
    method = "POST" if repeatable else "GET"
    try:
        script.run(operation(method, repeatable=repeatable), sku="a")
    except ServerError:
        assert not repeatable
    assert len(script.sent) == sent


def test_a_reply_that_the_contract_calls_retryable_is_repeated():
    """A 409 is repeated where the contract says so, even for a POST."""
    replies = (ReplyType("200", "application/json", "json"), ReplyType("409", retryable=True))
    assert Script((409, {}, b""), OK).run(operation("POST", replies=replies), sku="a").attempts == 2


def test_retry_after_is_honoured_in_full():
    """The wait that the server asks for is slept, neither shortened nor drawn."""
    script = Script((429, {"retry-after": "7"}, b""), OK)
    script.run(operation(), sku="a")
    assert script.slept == [7.0]


@pytest.mark.parametrize("settings", [Settings("http://api.test"), Settings("http://api.test", deadline=100)])
def test_a_long_retry_after_is_refused_rather_than_shortened(settings):
    """A wait above the bound, or beyond the deadline, ends the call with the error at hand, which tells the wait."""
    script = Script((429, {"retry-after": "121"}, b""))
    with pytest.raises(TooManyRequests) as caught:
        script.run(operation(), settings=settings, sku="a")
    assert script.slept == []
    assert caught.value.retry_after == 121


def test_the_deadline_covers_all_attempts():
    """No wait begins that would pass the deadline, and each attempt gets only what is left."""
    settings = Settings("http://api.test", timeout=60, deadline=10, retry=RetryPolicy(retries=9))
    script = Script(*[(503, {"retry-after": "2"}, b"")] * 9, step_seconds=1.0)
    with pytest.raises(ServerError):
        script.run(operation(), settings=settings, sku="a")
    assert [send.timeout for send in script.sent] == [10, 7, 4, 1]
    assert script.now <= 10


def test_a_passed_deadline_is_an_error_of_its_own():
    """An attempt that cannot start in time raises DeadlineExceeded."""
    settings = Settings("http://api.test", deadline=0)
    with pytest.raises(DeadlineExceeded):
        Script(OK).run(operation(), settings=settings, sku="a")


def test_a_body_that_can_be_read_once_is_not_sent_twice():
    """A generator cannot be rewound, so the call is not repeated."""
    upload = operation("PUT", bodies=(BodyType("application/octet-stream"),))
    script = Script(DOWN)
    with pytest.raises(ServerError):
        script.run(upload, sku="a", body=(chunk for chunk in (b"a",)))
    assert len(script.sent) == 1
    assert isinstance(script.sent[0].content, Content)


SCHEMES = (
    Scheme("bearer", "bearer", token_url="/token"),
    Scheme("key", "apiKey", "header", "X-API-Key"),
    Scheme("query", "apiKey", "query", "api key"),
    Scheme("cookie", "apiKey", "cookie", "sid"),
    Scheme("basic", "basic"),
    Scheme("tls", "mutualTLS"),
)


def test_the_first_alternative_with_all_credentials_is_used():
    """OR of ANDs: an alternative that lacks a credential is passed over."""
    secured = operation(security=({"bearer": (), "key": ()}, {"key": (), "tls": ()}, {"basic": ()}))
    script = Script(OK)
    script.run(secured, credentials=Credentials(SCHEMES, {"key": "k", "basic": ("u", "p")}), sku="a")
    assert script.sent[0].headers["X-API-Key"] == "k"
    assert "Authorization" not in script.sent[0].headers


def test_credentials_go_where_the_contract_wants_them():
    """Query, cookie and basic credentials are placed and encoded."""
    secured = operation(security=({"query": (), "cookie": (), "basic": ()},))
    given = {"query": "a b&c", "cookie": "s1", "basic": Basic("jane", "pass")}
    script = Script(OK)
    script.run(secured, credentials=Credentials(SCHEMES, given), sku="a")
    send = script.sent[0]
    assert send.url == "http://api.test/items/a?api%20key=a%20b%26c"
    assert send.headers["Cookie"] == "sid=s1"
    assert send.headers["Authorization"] == "Basic amFuZTpwYXNz"


def test_public_operations_get_no_credentials():
    """What needs no credential is not told one."""
    script = Script(OK)
    script.run(operation(), credentials=Credentials(SCHEMES, {"bearer": "t"}), sku="a")
    assert "Authorization" not in script.sent[0].headers


def test_a_refused_token_is_renewed_once():
    """A 401 fetches a new token, which does not count as a retry; a second 401 is raised."""
    source = TokenSource(lambda: "unused")
    secured = operation("POST", security=({"bearer": ()},))
    script = Script((401, {}, b""), OK)
    script.run(secured, credentials=Credentials(SCHEMES, {"bearer": source}), sku="a")
    assert [send.headers["Authorization"] for send in script.sent] == ["Bearer token-1", "Bearer token-2"]
    assert script.fetched == [None, "token-1"]
    again = Script((401, {}, b""), (401, {}, b""))
    with pytest.raises(Unauthorized):
        again.run(secured, credentials=Credentials(SCHEMES, {"bearer": source}), sku="a")
    assert len(again.sent) == 2


def test_a_wrong_kind_of_credential_is_a_clear_error():
    """A number is no token, and a text no user and password."""
    with pytest.raises(TypeError, match="bearer takes a text or a TokenSource, not int"):
        Credentials(SCHEMES, {"bearer": 5})
    with pytest.raises(TypeError, match="basic takes user name and password"):
        Credentials(SCHEMES, {"basic": "jane"})


def test_oauth_asks_renews_and_starts_again():
    """The password grant fetches a token; a refresh token renews it once; then the grant starts again."""
    source = OAuth2Password("jane", "secret", scopes=["a", "b"], client_id="app")
    source.bind(Scheme("bearer", "bearer", token_url="/token", refresh_url="/token/refresh"))
    first = source.request("http://api.test/v1")
    assert first.url == "http://api.test/token"
    assert first.content == b"grant_type=password&username=jane&password=secret&scope=a+b&client_id=app"
    reply = b'{"access_token":"t1","refresh_token":"r1","expires_in":3600}'
    assert source.accept(ReplyInfo(200, {}), reply)
    assert source.current() == "t1"
    second = source.request("http://api.test/v1")
    assert (second.url, second.content) == (
        "http://api.test/token/refresh",
        b"grant_type=refresh_token&refresh_token=r1&client_id=app",
    )
    assert b"grant_type=password" in source.request("http://api.test/v1").content
    assert "secret" not in repr(source)


def test_a_token_is_renewed_before_it_ends():
    """A token within half a minute of its end is no longer handed out; a short-lived one is still sent once."""
    now = [0.0]
    source = TokenSource(lambda: "x", clock=lambda: now[0])
    from tallystick.generate.runtime.client.auth import Token

    source.keep(Token("t", 100))
    assert source.current() == "t"
    now[0] = 71
    assert source.current() is None
    assert source.latest() == "t"


def test_further_headers_and_query_parameters_are_added():
    """Options win over headers of the client, whatever their case, and never appear twice."""
    settings = Settings("http://api.test", headers={"accept": "text/plain"}, query={"trace": [1, 2]})
    script = Script(OK)
    script.run(operation(accept=("application/json",)), settings=settings, sku="a")
    assert script.sent[0].url.endswith("?trace=1&trace=2")
    assert {name.lower(): text for name, text in script.sent[0].headers.items()}["accept"] == "text/plain"
    assert sum(name.lower() == "accept" for name in script.sent[0].headers) == 1


def test_an_operation_with_its_own_server_goes_there():
    """The operation's server is used unless the caller named one."""
    own = operation(server="https://uploads.test")
    for use, url in ((True, "https://uploads.test/items/a"), (False, "http://api.test/items/a")):
        script = Script(OK)
        script.run(own, settings=Settings("http://api.test", use_operation_servers=use), sku="a")
        assert script.sent[0].url == url


def test_the_end_of_an_operation_is_announced_once():
    """A Sunset header warns with the date, once per operation and client."""
    with pytest.warns(DeprecationWarning, match=r"GET /items/\{sku\} is deprecated and ends on Sat, 31 Dec 2027"):
        Script((200, {**JSON, "sunset": "Sat, 31 Dec 2027 23:59:59 GMT"}, b"{}")).run(operation(), sku="a")


def test_the_log_says_what_happened_and_hides_secrets(caplog):
    """INFO tells method, template, status and request id; DEBUG redacts credentials and secret properties."""
    secured = operation(
        "PUT", security=({"bearer": ()},), bodies=(BodyType("application/json"),), secrets=frozenset({"password"})
    )
    caplog.set_level(logging.DEBUG, "warehouse_client")
    body = {"name": "jane", "password": "hunter2", "inner": [{"password": "hunter3"}]}
    reply = (200, {**JSON, "x-request-id": "r-1"}, b"{}")
    Script(reply).run(secured, credentials=Credentials(SCHEMES, {"bearer": "tok"}), sku="secret-sku", body=body)
    assert "PUT /items/{sku} -> 200" in caplog.text
    assert "request r-1" in caplog.text
    assert '"name":"jane"' in caplog.text
    for secret in ("hunter2", "hunter3", "tok", "secret-sku"):
        assert secret not in caplog.text


def test_not_found_names_the_request_id_and_the_template_only():
    """The message of an error holds the request id for support, and no value of the caller."""
    body = b'{"type":"about:blank","title":"No such item","detail":"It was sold"}'
    with pytest.raises(NotFound) as caught:
        Script((404, {"content-type": "application/problem+json", "x-request-id": "r-9"}, body)).run(
            operation(), sku="s3cret"
        )
    assert str(caught.value) == "GET /items/{sku}: 404 No such item: It was sold (request r-9)"
    assert caught.value.operation_id == "op"


class FakeSpan:
    def __init__(self, name, attributes):
        self.name, self.attributes, self.ended = name, dict(attributes), False

    def set_attribute(self, key, value):
        self.attributes[key] = value

    def set_status(self, status):
        self.attributes["failed"] = status.status_code.name == "ERROR"

    def end(self):
        self.ended = True


class FakeTracing:
    """What the client uses of the OpenTelemetry API."""

    class SpanKind:
        CLIENT = "client"

    def __init__(self):
        self.spans = []

    def get_tracer_provider(self):
        return self

    def get_tracer(self, _name):
        return self

    def start_span(self, name, *, kind, attributes):
        assert kind == "client"
        self.spans.append(FakeSpan(name, attributes))
        return self.spans[-1]

    def set_span_in_context(self, span):
        return span

    def inject(self, headers, context):
        headers["traceparent"] = f"00-{self.spans.index(context)}"


def test_each_call_is_a_span_when_the_program_traces(monkeypatch):
    """A span covers all attempts, is handed on with every one of them, and ends with the status or the error."""
    from tallystick.generate.runtime.client import telemetry

    tracing = FakeTracing()
    monkeypatch.setattr(telemetry, "_api", lambda: (tracing, tracing))
    script = Script(DOWN, OK)
    script.run(operation(), sku="a")
    with pytest.raises(NotFound):
        Script((404, {}, b"")).run(operation(), sku="a")
    assert [send.headers["traceparent"] for send in script.sent] == ["00-0", "00-0"]
    first, second = tracing.spans
    assert (first.name, first.ended, second.ended) == ("GET /items/{sku}", True, True)
    assert first.attributes["http.response.status_code"] == 200
    assert first.attributes["url.template"] == "/items/{sku}"
    assert (second.attributes["http.response.status_code"], second.attributes["error.type"]) == (404, "NotFound")
    assert second.attributes["failed"] is True
