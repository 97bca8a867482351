"""The two thin shells around httpx2: they perform the steps of ``exchange``, one blocking, one awaiting."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx2

from .auth import OAuth2, Token, TokenRequest, TokenRequestFailed, TokenSource
from .bodies import Content
from .errors import ApiConnectionError, ApiTimeoutError, DeadlineExceeded
from .exchange import Fetch, Outcome, Read, Received, Send, Sleep, Step, Steps
from .reply import Headers, ReplyInfo

_FAILURES = (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL)
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_HOPELESS = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL)


@contextmanager
def transport_errors() -> Generator[None]:
    """Turn the errors of httpx2 into ours.

    Raises:
        ApiTimeoutError: no answer in time.
        ApiConnectionError: the connection failed or broke.
    """
    try:
        yield
    except _FAILURES as error:
        raise translated(error) from error


def translated(error: Exception) -> ApiConnectionError:
    """The error of ours that an error of httpx2 is. The address is left out: it may hold secrets."""
    kind = ApiTimeoutError if isinstance(error, httpx2.TimeoutException) else ApiConnectionError
    sent = not isinstance(error, _NOT_SENT)
    late = isinstance(error, httpx2.TimeoutException)
    what = "no connection" if not sent else "no complete reply in time" if late else "the connection broke"
    ours = kind(f"{what} ({type(error).__name__})")
    ours.sent = sent
    ours.retryable = not isinstance(error, _HOPELESS)
    return ours


class SyncTransport:
    """Performs steps with an ``httpx2.Client``."""

    def __init__(self, http: httpx2.Client, base_url: str) -> None:
        self.http = http
        self._base_url = base_url

    def run(self, steps: Steps) -> Outcome:
        """Perform all steps of a call."""
        result: Any = None
        failure: ApiConnectionError | None = None
        while True:
            try:
                step = steps.throw(failure) if failure is not None else steps.send(result)
            except StopIteration as stop:
                return cast("Outcome", stop.value)
            result = failure = None
            try:
                result = self.perform(step)
            except ApiConnectionError as error:
                failure = error
            except BaseException as error:
                steps.throw(error)
                raise

    def perform(self, step: Step) -> Any:
        """Perform one step."""
        if isinstance(step, Send):
            return self._send(step)
        if isinstance(step, Read):
            return self._read(step)
        if isinstance(step, Sleep):
            return time.sleep(step.seconds)
        return self._fetch(step)

    def _send(self, step: Send) -> Received:
        try:
            request = self.http.build_request(
                step.method, step.url, headers=step.headers, content=content_of(step), extensions=_limits(step.timeout)
            )
            response = self.http.send(request, stream=True)
        except _FAILURES as error:
            raise translated(error) from error
        return Received(ReplyInfo(response.status_code, Headers(response.headers.raw)), response)

    def _read(self, step: Read) -> bytes:
        response: httpx2.Response = step.handle
        try:
            if step.until is None:
                return response.read()
            return b"".join(_until(step.until, response.iter_bytes()))
        except _FAILURES as error:
            raise translated(error) from error
        finally:
            response.close()

    def _fetch(self, step: Fetch) -> None:
        source = step.source
        with source.lock:
            while source.needs_fetch(step.stale):
                wanted = source.request(self._base_url)
                if wanted is None:
                    source.keep(cast("str | Token", source.fetch()))
                    return
                with transport_errors():
                    reply = self.http.post(wanted.url, headers=dict(wanted.headers), content=wanted.content)
                if accepted(source, wanted, reply):
                    return

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


class AsyncTransport:
    """Performs steps with an ``httpx2.AsyncClient``."""

    def __init__(self, http: httpx2.AsyncClient, base_url: str) -> None:
        self.http = http
        self._base_url = base_url

    async def run(self, steps: Steps) -> Outcome:
        """Perform all steps of a call."""
        result: Any = None
        failure: ApiConnectionError | None = None
        while True:
            try:
                step = steps.throw(failure) if failure is not None else steps.send(result)
            except StopIteration as stop:
                return cast("Outcome", stop.value)
            result = failure = None
            try:
                result = await self.perform(step)
            except ApiConnectionError as error:
                failure = error
            except BaseException as error:
                steps.throw(error)
                raise

    async def perform(self, step: Step) -> Any:
        """Perform one step."""
        if isinstance(step, Send):
            return await self._send(step)
        if isinstance(step, Read):
            return await self._read(step)
        if isinstance(step, Sleep):
            import anyio

            return await anyio.sleep(step.seconds)
        return await self._fetch(step)

    async def _send(self, step: Send) -> Received:
        try:
            request = self.http.build_request(
                step.method, step.url, headers=step.headers, content=content_of(step), extensions=_limits(step.timeout)
            )
            response = await self.http.send(request, stream=True)
        except _FAILURES as error:
            raise translated(error) from error
        return Received(ReplyInfo(response.status_code, Headers(response.headers.raw)), response)

    async def _read(self, step: Read) -> bytes:
        response: httpx2.Response = step.handle
        try:
            if step.until is None:
                return await response.aread()
            return await _joined_until(step.until, response)
        except _FAILURES as error:
            raise translated(error) from error
        finally:
            await response.aclose()

    async def _fetch(self, step: Fetch) -> None:
        source = step.source
        async with source.async_lock():
            while source.needs_fetch(step.stale):
                wanted = source.request(self._base_url)
                if wanted is None:
                    token = source.fetch()
                    source.keep(await token if isinstance(token, Awaitable) else token)
                    return
                with transport_errors():
                    reply = await self.http.post(wanted.url, headers=dict(wanted.headers), content=wanted.content)
                if accepted(source, wanted, reply):
                    return

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()


def _limits(seconds: float | None) -> dict[str, Any]:
    """The timeouts of one request, as httpx2 hands them to its transport."""
    return {"timeout": {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}}


def content_of(step: Send) -> Any:
    """What httpx2 takes as content; the length of a stream is announced where it is known."""
    if isinstance(step.content, Content):
        length = step.content.length()
        if length is not None:
            step.headers["Content-Length"] = str(length)
    return step.content


def accepted(source: TokenSource, wanted: TokenRequest, reply: httpx2.Response) -> bool:
    """Whether the reply of a token endpoint gave a token; False when only the refresh token was refused.

    Raises:
        TokenRequestFailed: the grant itself was refused.
    """
    assert isinstance(source, OAuth2)
    try:
        return source.accept(ReplyInfo(reply.status_code, Headers(reply.headers.raw)), reply.content)
    except TokenRequestFailed:
        if b"grant_type=refresh_token" in wanted.content:
            return False
        raise


def _until(until: float, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        _check(until)
        yield chunk


async def _joined_until(until: float, response: httpx2.Response) -> bytes:
    chunks: list[bytes] = []
    async for chunk in response.aiter_bytes():
        _check(until)
        chunks.append(chunk)
    return b"".join(chunks)


def _check(until: float) -> None:
    if time.monotonic() >= until:
        raise DeadlineExceeded("the deadline has passed while the reply was read")
