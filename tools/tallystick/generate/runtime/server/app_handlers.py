"""What the exception handlers of the application want to answer themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from .problems import Detail, Problem, Refusal

__all__ = ["OwnHandler", "framework_errors", "handles_problem", "handles_status", "wanted_error"]

_TOO_WIDE = frozenset((Exception, BaseException, object))
"""A handler for these answers faults of the server."""


class OwnHandler:
    """An exception handler that was added here, not by the application."""


def handles_problem(scope: Mapping[str, Any], problem: Problem) -> bool:
    """Whether the application answers this kind of problem itself."""
    return _handles(_handlers(scope), problem)


def handles_status(scope: Mapping[str, Any], status: int) -> bool:
    """Whether the application has replaced the answer to an HTTP exception of this status."""
    handlers = _handlers(scope)
    known = (None, http_exception_handler)
    return status in handlers or handlers.get(HTTPException) not in known


def wanted_error(scope: Mapping[str, Any], refusal: Refusal) -> Exception | None:
    """The exception by which a handler of the application answers a refused request; None where it has no such handler.

    That is the refusal itself or, where values are wrong and the application has replaced FastAPI's handler for it, a
    ``RequestValidationError``.
    """
    handlers = _handlers(scope)
    if Refusal in handlers or type(refusal) in handlers:  # refusals are frequent, and have no other kinds
        return refusal
    found = handlers.get(RequestValidationError)
    if isinstance(found, OwnHandler) or found in (None, request_validation_exception_handler) or not refusal.errors:
        return None
    return RequestValidationError(framework_errors(refusal))


def framework_errors(refusal: Refusal) -> list[dict[str, Any]]:
    """What is wrong with a request, in FastAPI's form."""
    return [_as_framework_error(error) for error in refusal.errors]


def _handlers(scope: Mapping[str, Any]) -> Mapping[Any, Any]:
    found: Mapping[Any, Any] = getattr(scope.get("app"), "exception_handlers", None) or {}
    return found


def _handles(handlers: Mapping[Any, Any], error: Exception) -> bool:
    return any(kind in handlers for kind in type(error).__mro__ if kind not in _TOO_WIDE)


def _as_framework_error(error: Detail) -> dict[str, Any]:
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in error.pointer.split("/")[1:]]
    location = [int(token) if token.isdecimal() and error.source == "body" else token for token in tokens]
    return {"type": error.keyword or "value_error", "loc": (error.source, *location), "msg": error.detail}
