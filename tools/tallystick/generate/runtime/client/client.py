"""The clients underneath the generated ones: they join operation, settings, credentials and transport."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Generic, Self, TypedDict, TypeVar, Unpack, cast

import httpx2

from .auth import Credentials
from .exchange import Call, Outcome, Steps, exchange
from .operation import Operation, Paging, Request
from .paging import AsyncPage, AsyncPaginator, Page
from .settings import Options, Settings
from .streams import AsyncStream, AsyncStreamedResponse, ItemDecoder, RawResponse, Stream, StreamedResponse
from .styles import query_pairs
from .transport import AsyncTransport, SyncTransport
from .values import NOT_GIVEN
from .views import view_of

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 # the type of an item
Transport = TypeVar("Transport", SyncTransport, AsyncTransport)


class Core(Generic[Transport]):
    """What both clients share: everything but the transport."""

    _transport: Transport

    def __init__(
        self, settings: Settings, credentials: Credentials, logger: str, transport: Transport, *, owns_transport: bool
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._logger = logging.getLogger(logger)
        self._transport = transport
        self._warned: set[str] = set()
        self._owns_transport = owns_transport

    @property
    def base_url(self) -> str:
        """The address of the server."""
        return self._settings.base_url

    def with_options(self, options: Mapping[str, Any]) -> Self:
        """A core like this one with other options, on the same connections.

        Raises:
            TypeError: there is no such option.
        """
        unknown = options.keys() - (Options.__annotations__.keys() - {"body"})
        if unknown:
            raise TypeError(f"no such option of a client: {', '.join(sorted(unknown))}")
        copy = object.__new__(type(self))
        copy.__dict__ = {**self.__dict__, "_settings": self._settings.with_options(cast("Options", options))}
        copy._owns_transport = False
        return copy

    def _steps(self, operation: Operation[Any], request: Request, options: Options | None) -> Steps:
        settings = self._settings.with_options(options) if options else self._settings
        extra = options.get("body") if options else None
        if extra:
            operation.extend(request, extra)
        streamed = view_of(options) == "stream"
        return exchange(
            Call(operation, request, settings, self._credentials, self._logger, streamed=streamed, warned=self._warned)
        )

    def _free_request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        body: Any,
        content_type: str,
        headers: Mapping[str, str] | None,
    ) -> tuple[Operation[Any], Request]:
        """A request that the contract does not know, with every credential that there is."""
        if not path.startswith("/"):
            raise ValueError(f"the path must start with a slash: {path!r}")
        security = tuple({key: ()} for key in self._credentials.at_hand())
        operation: Operation[Any] = Operation("request", method.upper(), path, security=security)
        pairs = [pair for name, value in (query or {}).items() for pair in query_pairs(name, value)]
        target = path + ("?" + "&".join(f"{name}={text}" for name, text in pairs) if pairs else "")
        request = Request(operation.method, target, dict(headers or {}))
        if body is not NOT_GIVEN:
            operation.add_body(request, body, content_type)
        return operation, request


class SyncCore(Core[SyncTransport]):
    """Calls that block."""

    def call(self, operation: Operation[T], request: Request, options: Options | None = None) -> T:
        """Send a request and return the typed value.

        Raises:
            ApiError: the call failed.
        """
        value: T = self._perform(operation, request, options, None)
        return value

    def call_any(self, operation: Operation[Any], request: Request, options: Options | None = None) -> Any:
        """Like ``call``, for operations whose value may be a stream, whose type the caller states."""
        return self._perform(operation, request, options, None)

    def _perform(
        self, operation: Operation[Any], request: Request, options: Options | None, wrap: Callable[[Any], Any] | None
    ) -> Any:
        outcome = self._transport.run(self._steps(operation, request, options))
        view = view_of(options)
        if view == "stream":
            return StreamedResponse(outcome, operation)
        if outcome.body is None:
            return _stream(operation, outcome, Stream)
        if view == "raw":
            return RawResponse(outcome, _parser(operation, outcome, wrap))
        value = operation.parsed(outcome.info, outcome.body)
        return value if wrap is None else wrap(value)

    def page(
        self,
        operation: Operation[T],
        build: Callable[[Any], Request],
        cursor: Any,
        options: Options | None,
    ) -> Page[I, T]:
        """The first page of a list."""

        def fetch(cursor: Any, seen: frozenset[Any]) -> Page[I, T]:
            def wrap(reply: T) -> Page[I, T]:
                return Page(reply, _paging(operation), fetch, seen)

            page: Page[I, T] = self._perform(operation, build(cursor), options, wrap)
            return page

        return fetch(cursor, frozenset())

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = NOT_GIVEN,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        options: Options | None = None,
    ) -> RawResponse[bytes]:
        """Send a request that the contract does not know, with retries, credentials and errors as usual."""
        operation, request = self._free_request(method, path, query, body, content_type, headers)
        outcome = self._transport.run(self._steps(operation, request, options))
        return RawResponse(outcome, lambda: outcome.body or b"")

    def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owns_transport:
            self._transport.close()


class AsyncCore(Core[AsyncTransport]):
    """Calls to await."""

    async def call(self, operation: Operation[T], request: Request, options: Options | None = None) -> T:
        """Send a request and return the typed value.

        Raises:
            ApiError: the call failed.
        """
        value: T = await self._perform(operation, request, options, None)
        return value

    async def call_any(self, operation: Operation[Any], request: Request, options: Options | None = None) -> Any:
        """Like ``call``, for operations whose value may be a stream, whose type the caller states."""
        return await self._perform(operation, request, options, None)

    async def _perform(
        self, operation: Operation[Any], request: Request, options: Options | None, wrap: Callable[[Any], Any] | None
    ) -> Any:
        outcome = await self._transport.run(self._steps(operation, request, options))
        view = view_of(options)
        if view == "stream":
            return AsyncStreamedResponse(outcome, operation)
        if outcome.body is None:
            return _stream(operation, outcome, AsyncStream)
        if view == "raw":
            return RawResponse(outcome, _parser(operation, outcome, wrap))
        value = operation.parsed(outcome.info, outcome.body)
        return value if wrap is None else wrap(value)

    def page(
        self,
        operation: Operation[T],
        build: Callable[[Any], Request],
        cursor: Any,
        options: Options | None,
    ) -> AsyncPaginator[I, T]:
        """The first page of a list, when awaited; all items, when iterated."""

        async def fetch(cursor: Any, seen: frozenset[Any]) -> AsyncPage[I, T]:
            def wrap(reply: T) -> AsyncPage[I, T]:
                return AsyncPage(reply, _paging(operation), fetch, seen)

            page: AsyncPage[I, T] = await self._perform(operation, build(cursor), options, wrap)
            return page

        def first() -> Awaitable[AsyncPage[I, T]]:
            return fetch(cursor, frozenset())

        return AsyncPaginator(first)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = NOT_GIVEN,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        options: Options | None = None,
    ) -> RawResponse[bytes]:
        """Send a request that the contract does not know, with retries, credentials and errors as usual."""
        operation, request = self._free_request(method, path, query, body, content_type, headers)
        outcome = await self._transport.run(self._steps(operation, request, options))
        return RawResponse(outcome, lambda: outcome.body or b"")

    async def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owns_transport:
            await self._transport.close()


class ClientOptions(TypedDict, total=False):
    """What ``with_options`` takes; see ``Options``."""

    timeout: float | None
    deadline: float | None
    retries: int
    headers: Mapping[str, str]
    query: Mapping[str, Any]


class SyncClient:
    """A client that blocks. Use it in a ``with`` block, or ``close`` it."""

    def __init__(self, core: SyncCore) -> None:
        self._core = core

    @property
    def base_url(self) -> str:
        """The address of the server."""
        return self._core.base_url

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """A client like this one with other options, on the same connections."""
        copy = object.__new__(type(self))
        copy._core = self._core.with_options(options)
        return copy

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = NOT_GIVEN,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        options: Options | None = None,
    ) -> RawResponse[bytes]:
        """Send a request that the contract does not know, with retries, credentials and errors as usual."""
        return self._core.request(
            method, path, query=query, body=body, content_type=content_type, headers=headers, options=options
        )

    def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        self._core.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient:
    """A client to await. Use it in an ``async with`` block, or ``await client.close()``."""

    def __init__(self, core: AsyncCore) -> None:
        self._core = core

    @property
    def base_url(self) -> str:
        """The address of the server."""
        return self._core.base_url

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """A client like this one with other options, on the same connections."""
        copy = object.__new__(type(self))
        copy._core = self._core.with_options(options)
        return copy

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = NOT_GIVEN,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        options: Options | None = None,
    ) -> RawResponse[bytes]:
        """Send a request that the contract does not know, with retries, credentials and errors as usual."""
        return await self._core.request(
            method, path, query=query, body=body, content_type=content_type, headers=headers, options=options
        )

    async def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        await self._core.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _paging(operation: Operation[Any]) -> Paging:
    assert operation.paging is not None
    return operation.paging


def _stream(operation: Operation[Any], outcome: Outcome, kind: Callable[[Outcome, ItemDecoder], Any]) -> Any:
    reply = operation.reply_type(outcome.info)
    assert reply is not None
    return kind(outcome, ItemDecoder(operation, reply, outcome))


def _parser(operation: Operation[T], outcome: Outcome, wrap: Callable[[T], Any] | None) -> Callable[[], Any]:
    def parse() -> Any:
        value = operation.parsed(outcome.info, outcome.body or b"")
        return value if wrap is None else wrap(value)

    return parse


def checked_http_client(given: Any, wanted: type[Any]) -> None:
    """Refuse what is not a client of httpx2 of the right kind.

    Raises:
        TypeError: it is something else; a client of the old httpx, for example.
    """
    if given is not None and not isinstance(given, wanted):
        raise TypeError(
            f"http_client must be an httpx2.{wanted.__name__}, not {type(given).__module__}.{type(given).__name__}"
        )


def sync_core(settings: Settings, credentials: Credentials, logger: str, given: httpx2.Client | None) -> SyncCore:
    """Calls on the caller's connections, or on new ones."""
    checked_http_client(given, httpx2.Client)
    transport = SyncTransport(given or httpx2.Client(timeout=None), settings.base_url)
    return SyncCore(settings, credentials, logger, transport, owns_transport=given is None)


def async_core(
    settings: Settings, credentials: Credentials, logger: str, given: httpx2.AsyncClient | None
) -> AsyncCore:
    """Calls on the caller's connections, or on new ones."""
    checked_http_client(given, httpx2.AsyncClient)
    transport = AsyncTransport(given or httpx2.AsyncClient(timeout=None), settings.base_url)
    return AsyncCore(settings, credentials, logger, transport, owns_transport=given is None)
