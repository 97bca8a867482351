"""``with_raw_response`` and ``with_streaming_response``: the same calls, with the reply itself as their result."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, cast

from .settings import Options

if TYPE_CHECKING:
    from .streams import AsyncStreamedResponse, RawResponse, StreamedResponse

P = ParamSpec("P")
T = TypeVar("T")
View = Literal["value", "raw", "stream"]


class _Viewed(dict[str, Any]):
    """Options that also say what the call shall return."""

    view: View = "value"


def view_of(options: Options | None) -> View:
    """What the call shall return."""
    return options.view if isinstance(options, _Viewed) else "value"


def _viewed(kwargs: dict[str, Any], view: View) -> dict[str, Any]:
    options = _Viewed(kwargs.get("options") or {})
    options.view = view
    return {**kwargs, "options": options}


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """The method, returning the raw response."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        return cast("RawResponse[T]", cast("Any", method)(*args, **_viewed(kwargs, "raw")))

    return call


def async_raw(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[RawResponse[T]]]:
    """The method, returning the raw response."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> Awaitable[RawResponse[T]]:
        return cast("Awaitable[RawResponse[T]]", cast("Any", method)(*args, **_viewed(kwargs, "raw")))

    return call


def streamed(method: Callable[P, T]) -> Callable[P, AbstractContextManager[StreamedResponse[T]]]:
    """The method, returning the reply as it arrives, inside a ``with`` block."""

    @contextmanager
    def opened(*args: P.args, **kwargs: P.kwargs) -> Generator[StreamedResponse[T]]:
        response = cast("StreamedResponse[T]", cast("Any", method)(*args, **_viewed(kwargs, "stream")))
        try:
            yield response
        finally:
            response.close()

    return functools.wraps(method)(opened)


def async_streamed(
    method: Callable[P, Awaitable[T]],
) -> Callable[P, AbstractAsyncContextManager[AsyncStreamedResponse[T]]]:
    """The method, returning the reply as it arrives, inside an ``async with`` block."""

    @asynccontextmanager
    async def opened(*args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[AsyncStreamedResponse[T]]:
        response = cast("AsyncStreamedResponse[T]", await cast("Any", method)(*args, **_viewed(kwargs, "stream")))
        try:
            yield response
        finally:
            await response.close()

    return functools.wraps(method)(opened)
