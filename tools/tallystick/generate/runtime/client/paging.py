"""Cursor pagination: pages that know how to get the next one, and iterate over the items of all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from typing import Any, Generic, TypeVar

from .errors import ApiError
from .operation import Paging
from .values import NOT_GIVEN, NotGiven, is_object

I = TypeVar("I")  # noqa: E741 # the type of an item
R = TypeVar("R")  # the type of the reply


class RepeatedCursor(ApiError):
    """The server gave a cursor a second time, so that iterating would never end."""


def attribute(value: Any, names: tuple[str, ...]) -> Any:
    """The value at the end of a chain of attributes or keys; ``NOT_GIVEN`` where the chain breaks."""
    for name in names:
        if value is None or isinstance(value, NotGiven):
            return NOT_GIVEN
        value = value.get(name, NOT_GIVEN) if is_object(value) else getattr(value, name, NOT_GIVEN)
    return value


class _PageBase(Generic[I, R]):
    """What both kinds of pages share."""

    def __init__(self, reply: R, paging: Paging, seen: frozenset[Any]) -> None:
        self.reply = reply
        """The whole reply."""
        self._paging, self._seen = paging, seen

    @property
    def items(self) -> Sequence[I]:
        """The items of this page."""
        return attribute(self.reply, self._paging.items) or []

    @property
    def next_cursor(self) -> Any:
        """The cursor of the next page, None on the last one."""
        return attribute(self.reply, self._paging.next) or None

    @property
    def has_next(self) -> bool:
        """Whether there is a next page."""
        return self.next_cursor is not None

    def _advance(self) -> tuple[Any, frozenset[Any]]:
        cursor = self.next_cursor
        if cursor in self._seen:
            raise RepeatedCursor("the server repeats a cursor; stopped instead of iterating for ever")
        return cursor, self._seen | {cursor}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.items)} items{', more follow' if self.has_next else ''}>"


class Page(_PageBase[I, R]):
    """One page. Iterating goes on through all following pages: ``for item in client.items.list(): …``."""

    def __init__(
        self, reply: R, paging: Paging, fetch: Callable[[Any, frozenset[Any]], Page[I, R]], seen: frozenset[Any]
    ) -> None:
        super().__init__(reply, paging, seen)
        self._fetch = fetch

    def next_page(self) -> Page[I, R] | None:
        """The next page, None after the last.

        Raises:
            RepeatedCursor: the server gives the same cursor again.
        """
        return self._fetch(*self._advance()) if self.has_next else None

    def pages(self) -> Iterator[Page[I, R]]:
        """This page and all that follow."""
        page: Page[I, R] | None = self
        while page is not None:
            yield page
            page = page.next_page()

    def __iter__(self) -> Iterator[I]:
        for page in self.pages():
            yield from page.items


class AsyncPage(_PageBase[I, R]):
    """One page. ``async for`` goes on through all following pages."""

    def __init__(
        self,
        reply: R,
        paging: Paging,
        fetch: Callable[[Any, frozenset[Any]], Awaitable[AsyncPage[I, R]]],
        seen: frozenset[Any],
    ) -> None:
        super().__init__(reply, paging, seen)
        self._fetch = fetch

    async def next_page(self) -> AsyncPage[I, R] | None:
        """The next page, None after the last.

        Raises:
            RepeatedCursor: the server gives the same cursor again.
        """
        return await self._fetch(*self._advance()) if self.has_next else None

    async def pages(self) -> AsyncIterator[AsyncPage[I, R]]:
        """This page and all that follow."""
        page: AsyncPage[I, R] | None = self
        while page is not None:
            yield page
            page = await page.next_page()

    async def __aiter__(self) -> AsyncIterator[I]:
        async for page in self.pages():
            for item in page.items:
                yield item


class AsyncPaginator(Generic[I, R]):
    """What an asynchronous list call returns: ``await`` it for the first page, or ``async for`` all items."""

    def __init__(self, first: Callable[[], Awaitable[AsyncPage[I, R]]]) -> None:
        self._first = first

    def __await__(self) -> Generator[Any, None, AsyncPage[I, R]]:
        return self._first().__await__()

    async def pages(self) -> AsyncIterator[AsyncPage[I, R]]:
        """All pages."""
        async for page in (await self).pages():
            yield page

    async def __aiter__(self) -> AsyncIterator[I]:
        async for item in await self:
            yield item
