"""Lists, page by page: signed keyset cursors that belong to one query.

A cursor names the last entry that was seen, so pages neither repeat nor skip entries when others are added meanwhile,
and the thousandth page costs as much as the first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from warehouse.contract.problems import InvalidCursor
from warehouse.platform.clock import Clock

__all__ = ["Cursors", "Page", "SortKey", "read_page"]

_SIGNATURE = 16
_PATIENCE = "Start again with the first page."


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column that a list is ordered by. It must not be nullable; the last key of an order must be unique."""

    column: SQLColumnExpression[Any]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and where it goes on; ``next_cursor`` is None on the last page."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    next_cursor: str | None


class _Listing(Protocol):
    """What is needed to read a list; ``Scope`` is one."""

    @property
    def session(self) -> AsyncSession: ...
    @property
    def cursors(self) -> Cursors: ...


class Cursors:
    """Writes and reads cursors. ``secret`` signs them; they end after ``lifetime``."""

    def __init__(self, secret: str, clock: Clock, lifetime: timedelta) -> None:
        self._key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"cursor").digest()
        self._clock = clock
        self._lifetime = lifetime

    def write(self, query: Mapping[str, Any], position: Sequence[Any]) -> str:
        """A cursor behind ``position``, for ``query`` alone."""
        ends = int((self._clock.now() + self._lifetime).timestamp())
        payload = msgspec.msgpack.encode([_fingerprint(query), ends, [_plain(value) for value in position]])
        return base64.urlsafe_b64encode(self._sign(payload) + payload).rstrip(b"=").decode()

    def read(self, cursor: str, query: Mapping[str, Any]) -> list[Any]:
        """The position in a cursor.

        Raises:
            InvalidCursor: it was not written here, is too old, or belongs to another query.
        """
        payload = self._verified(cursor)
        fingerprint, ends, position = msgspec.msgpack.decode(payload)
        if ends < self._clock.now().timestamp():
            raise InvalidCursor(f"The cursor is too old. {_PATIENCE}")
        if fingerprint != _fingerprint(query):
            raise InvalidCursor(f"The cursor belongs to another list or to other filters. {_PATIENCE}")
        return [_restored(value) for value in position]

    def _verified(self, cursor: str) -> bytes:
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            raise InvalidCursor(f"The cursor is not one of ours. {_PATIENCE}") from None
        signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._sign(payload)):
            raise InvalidCursor(f"The cursor is not one of ours. {_PATIENCE}")
        return payload

    def _sign(self, payload: bytes) -> bytes:
        return hashlib.blake2b(payload, key=self._key, digest_size=_SIGNATURE).digest()


async def read_page(
    scope: _Listing,
    statement: Select[*tuple[Any, ...]],
    *,
    order: Sequence[SortKey],
    cursor: str | None,
    limit: int,
    query: Mapping[str, Any],
) -> Page:
    """One page of a statement's rows in the given order.

    ``query`` is what identifies the list besides its position: its name, filters and order, as JSON values. The sort
    keys are appended to each row, behind the statement's own columns.

    Raises:
        InvalidCursor: see ``Cursors.read``.
    """
    if cursor is not None:
        statement = statement.where(_behind(order, scope.cursors.read(cursor, query)))
    statement = statement.add_columns(*(key.column.label(f"sort_key_{place}") for place, key in enumerate(order)))
    statement = statement.order_by(*(key.column.desc() if key.descending else key.column.asc() for key in order))
    rows = (await scope.session.execute(statement.limit(limit + 1))).all()
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], scope.cursors.write(query, list(last)[-len(order) :]))


def _behind(order: Sequence[SortKey], position: Sequence[Any]) -> ColumnElement[bool]:
    """The condition for rows behind a position: a later first key, or an equal one and a later second, and so on.

    That the first key is not before its position is said once more by itself: there an index begins.
    """
    alternatives = []
    for place, (key, value) in enumerate(zip(order, position, strict=True)):
        same = [earlier.column == known for earlier, known in zip(order[:place], position[:place], strict=True)]
        alternatives.append(and_(*same, key.column < value if key.descending else key.column > value))
    first, start = order[0], position[0]
    return and_(first.column <= start if first.descending else first.column >= start, or_(*alternatives))


def _fingerprint(query: Mapping[str, Any]) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(query, order="deterministic"), digest_size=8).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, UUID):
        return {"u": value.bytes}
    return value


def _restored(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return datetime.fromisoformat(value["t"]) if "t" in value else UUID(bytes=value["u"])
