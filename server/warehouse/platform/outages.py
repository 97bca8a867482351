"""Which errors say that waiting may help: they are answered with 503, all others are our own mistakes."""

from __future__ import annotations

import socket
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

__all__ = ["Overloaded", "is_outage"]

_SQLITE: Final = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_PROTOCOL")
_POSTGRESQL: Final = ("08", "40001", "40P01", "53", "55P03", "57P")
"""Beginnings of SQLSTATE: connection, serialisation, deadlock, resources, lock timeout, shutdown (appendix A)."""


class Overloaded(Exception):
    """There is more to do than can be done now."""


def is_outage(error: BaseException) -> bool:
    """Whether an error is passing: something is overloaded, locked, starting or out of reach."""
    if isinstance(error, Overloaded | PoolTimeout | ConnectionError | TimeoutError | socket.gaierror):
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _is_passing(error))


def _is_passing(error: DBAPIError) -> bool:
    if error.orig is not None and is_outage(error.orig):
        return True
    name = getattr(error.orig, "sqlite_errorname", None)
    if isinstance(name, str):
        return name.startswith(_SQLITE)
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_POSTGRESQL)
