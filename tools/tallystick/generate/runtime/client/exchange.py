"""One logical call, as a generator of steps: no input and no output happens here.

``exchange`` yields what has to be done (send, read, sleep, fetch a token) and is sent the outcome, or thrown the error.
The synchronous and the asynchronous transport perform the same steps, so attempts, waits, deadlines, idempotency keys,
authentication, logging and tracing exist once.
"""

from __future__ import annotations

import time
import uuid
import warnings
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from logging import DEBUG, INFO, Logger
from typing import Any, NamedTuple, TypeAlias

from . import log, telemetry
from .auth import Carrier, Credentials, TokenSource
from .bodies import Content
from .errors import ApiConnectionError, ApiError, ApiStatusError, DeadlineExceeded
from .operation import Operation, Request
from .reply import ReplyInfo
from .retry import may_repeat
from .settings import Settings
from .styles import checked_header, query_pairs


class Send(NamedTuple):
    """Send a request; the outcome is a ``Received``."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | Content | None
    timeout: float | None


class Received(NamedTuple):
    """The head of a reply; its body is read by ``Read`` or streamed through ``handle``."""

    info: ReplyInfo
    handle: Any


class Read(NamedTuple):
    """Read the body of a reply to its end; the outcome is its bytes. ``until`` is when the deadline passes."""

    handle: Any
    until: float | None


class Sleep(NamedTuple):
    """Wait some seconds."""

    seconds: float


class Fetch(NamedTuple):
    """Fetch a token unless another call did; ``stale`` is the token that was refused."""

    source: TokenSource
    stale: str | None


Step: TypeAlias = "Send | Read | Sleep | Fetch"


class Outcome(NamedTuple):
    """A successful reply; ``body`` is None when it was left to be streamed."""

    info: ReplyInfo
    body: bytes | None
    handle: Any
    attempts: int


@dataclass(slots=True, repr=False)
class Call:
    """Everything one call needs to know."""

    operation: Operation[Any]
    request: Request
    settings: Settings
    credentials: Credentials
    logger: Logger
    streamed: bool = False
    """Leave the body of a success to the caller."""
    clock: Callable[[], float] = time.monotonic
    warned: set[str] = field(default_factory=set)
    span: Any = None

    @property
    def where(self) -> str:
        """Method and path template."""
        return f"{self.operation.method} {self.operation.path}"


Steps: TypeAlias = "Generator[Step, Any, Outcome]"


def exchange(call: Call) -> Steps:
    """The steps of a call.

    Raises:
        ApiError: the call failed for good.
    """
    _add_idempotency_key(call)
    span = call.span = telemetry.start(call.operation, call.settings.base_url)
    try:
        outcome = yield from _attempts(call)
    except ApiError as error:
        error.at(call.operation.id, call.operation.method, call.operation.path)
        telemetry.end(span, error=error)
        raise
    except BaseException as error:
        telemetry.end(span, error=error)
        raise
    telemetry.end(span, status=outcome.info.status)
    _warn_of_sunset(call, outcome.info)
    return outcome


def _add_idempotency_key(call: Call) -> None:
    """A key of our own where the caller gave none: made once, so that every attempt carries the same."""
    name, headers = call.operation.idempotency_header, call.request.headers
    if name and name not in headers and name not in call.settings.headers:
        headers[name] = str(uuid.uuid4())
        call.request.has_key = True


def _attempts(call: Call) -> Steps:
    until = None if call.settings.deadline is None else call.clock() + call.settings.deadline
    attempt, refreshed = 0, False
    while True:
        attempt += 1
        keys = call.credentials.alternative(call.operation.security)
        sources = call.credentials.sources(keys)
        for source in sources:
            if source.current() is None:
                yield Fetch(source, None)
        used = [source.current() for source in sources]
        try:
            outcome = yield from _attempt(call, keys, attempt, until)
        except ApiError as error:
            error.attempts = attempt
            if isinstance(error, ApiStatusError) and error.status == 401 and sources and not refreshed:
                refreshed = True
                for source, token in zip(sources, used, strict=True):
                    yield Fetch(source, token)
                attempt -= 1  # a renewed token is not a retry
                continue
            yield Sleep(_wait(call, error, attempt, until))
        else:
            return outcome


def _wait(call: Call, error: ApiError, attempt: int, until: float | None) -> float:
    """Seconds until the next attempt.

    Raises:
        ApiError: the error at hand, when there is no next attempt.
    """
    if not _worth_repeating(call, error):
        raise error
    left = None if until is None else until - call.clock()
    retry_after = error.retry_after if isinstance(error, ApiStatusError) else None
    wait = call.settings.retry.delay(attempt, retry_after, left)
    if wait is None:
        raise error
    call.logger.info("%s: retrying in %.2f s after %s", call.where, wait, type(error).__name__)
    return wait


def _worth_repeating(call: Call, error: ApiError) -> bool:
    if isinstance(call.request.content, Content) and not call.request.content.replayable:
        return False
    repeatable = may_repeat(call.request.method, has_key=call.request.has_key, stated=call.operation.repeatable)
    if isinstance(error, DeadlineExceeded):
        return False
    if isinstance(error, ApiConnectionError):
        return error.retryable and (repeatable or not error.sent)
    if not isinstance(error, ApiStatusError):
        return False
    if not error.retryable:
        return False
    stated = call.operation.repeatable is not False and error.stated_retryable
    return repeatable or stated


def _attempt(call: Call, keys: tuple[str, ...], attempt: int, until: float | None) -> Steps:
    started = call.clock()
    try:
        outcome = yield from _sent(call, _prepared(call, keys, attempt, until), attempt, until)
    except ApiStatusError as error:
        _log(call, attempt, str(error.status), started, error.info)
        raise
    except ApiError as error:
        _log(call, attempt, type(error).__name__, started, None)
        raise
    _log(call, attempt, str(outcome.info.status), started, outcome.info)
    return outcome


def _sent(call: Call, send: Send, attempt: int, until: float | None) -> Steps:
    received: Received = yield send
    info = received.info
    is_error = info.status >= 300 and not call.operation.succeeds(info.status)
    if call.streamed and not is_error:
        return Outcome(info, None, received.handle, attempt)
    if call.operation.streams and not is_error and call.operation.is_stream(info):
        return Outcome(info, None, received.handle, attempt)
    body: bytes = yield Read(received.handle, until)
    if is_error:
        raise call.operation.error(info, body)
    return Outcome(info, body, received.handle, attempt)


def _prepared(call: Call, keys: tuple[str, ...], attempt: int, until: float | None) -> Send:
    carrier = Carrier()
    call.credentials.place(keys, carrier)
    headers = {**call.request.headers, **carrier.headers}
    for name, text in call.settings.headers.items():
        _replace_header(headers, name, checked_header(text))
    if carrier.cookies:
        pairs = [headers["Cookie"]] if "Cookie" in headers else []
        headers["Cookie"] = "; ".join([*pairs, *(f"{name}={text}" for name, text in carrier.cookies)])
    if attempt > 1:
        headers["X-Retry-Attempt"] = str(attempt - 1)
    telemetry.propagate(headers, call.span)
    _log_request(call, headers)
    return Send(call.request.method, _url(call, carrier), headers, call.request.content, _timeout(call, until))


def _replace_header(headers: dict[str, str], name: str, text: str) -> None:
    for present in [key for key in headers if key.lower() == name.lower()]:
        del headers[present]
    headers[name] = text


def _url(call: Call, carrier: Carrier) -> str:
    server = call.settings.base_url
    if call.operation.server and call.settings.use_operation_servers:
        server = call.operation.server
    url = server + call.request.path
    pairs = [pair for name, value in call.settings.query.items() for pair in query_pairs(name, value)]
    pairs += carrier.query
    if not pairs:
        return url
    return url + ("&" if "?" in url else "?") + "&".join(f"{key}={text}" for key, text in pairs)


def _timeout(call: Call, until: float | None) -> float | None:
    if until is None:
        return call.settings.timeout
    left = until - call.clock()
    if left <= 0:
        raise DeadlineExceeded("the deadline has passed")
    return left if call.settings.timeout is None else min(left, call.settings.timeout)


def _log(call: Call, attempt: int, outcome: str, started: float, info: ReplyInfo | None) -> None:
    if call.logger.isEnabledFor(INFO):
        request_id = info.request_id if info is not None else None
        log.log_attempt(call.logger, call.where, attempt, outcome, call.clock() - started, request_id)


def _log_request(call: Call, headers: Mapping[str, str]) -> None:
    if not call.logger.isEnabledFor(DEBUG):
        return
    shown = log.redacted_headers(headers, call.credentials.secret_names() | call.operation.secret_headers())
    body = "" if call.request.payload is None else log.body_text(call.request.payload, call.operation.secrets)
    call.logger.debug("%s headers %s body %s", call.where, shown, body)


def _warn_of_sunset(call: Call, info: ReplyInfo) -> None:
    """One warning per operation and client when the server announces its end (RFC 8594, RFC 9745)."""
    sunset, deprecated = info.headers.get("sunset"), info.headers.get("deprecation")
    if not (sunset or deprecated) or call.operation.id in call.warned:
        return
    call.warned.add(call.operation.id)
    end = f" and ends on {sunset}" if sunset else ""
    warnings.warn(f"{call.where} is deprecated{end}", DeprecationWarning, stacklevel=2)
