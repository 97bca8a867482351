"""What an application needs around the operations: problems for errors nobody declared, and the served document."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from .app_handlers import OwnHandler
from .etags import if_none_match
from .problems import BLANK, ContractViolation, Detail, Refusal, problem_bytes, reason_phrase
from .refusals import plain_problem
from .schemas import pointer

__all__ = ["ServedDocument", "add_document", "add_problem_handlers", "problem_response"]

_log = logging.getLogger(__name__)


class ServedDocument:
    """The contract as it was written, byte for byte."""

    def __init__(self, content: bytes, media_type: str, path: str) -> None:
        self.content = content
        self.media_type = media_type
        self.path = path
        self.etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'

    def response(self, request: Request) -> Response:
        """The document, or 304 where the client has it."""
        headers = {"ETag": self.etag, "Cache-Control": "no-cache"}
        known = request.headers.get("if-none-match")
        if known is not None and not if_none_match(known, self.etag):
            return Response(status_code=304, headers=headers)
        return Response(self.content, media_type=self.media_type, headers=headers)


def add_document(app: FastAPI, document: ServedDocument, parsed: dict[str, Any]) -> None:
    """Serves the document in place of the one that FastAPI derives, to the documentation pages as well."""
    app.router.routes = [route for route in app.router.routes if not _serves_document(route, document.path)]

    async def openapi_document(request: Request) -> Response:
        return document.response(request)

    app.add_route(document.path, openapi_document, methods=["GET"], include_in_schema=False)
    app.openapi_schema, derived = parsed, app.openapi
    app.openapi = lambda: app.openapi_schema or derived()  # type: ignore[method-assign] # FastAPI compares routes


def _serves_document(route: BaseRoute, path: str) -> bool:
    """Whether this is FastAPI's route of its own document, and not an operation on that path."""
    return getattr(route, "path", None) == path and not getattr(route, "include_in_schema", True)


def add_problem_handlers(app: FastAPI, extra: Any = None) -> None:
    """Answers what is left with plain problems: unknown paths, other methods, faults of the server.

    Handlers that the application brought along are kept.
    """

    def members(request: Request) -> Mapping[str, Any]:
        return extra(request.scope) if extra is not None else {}

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem_response(error.status_code, _text(error.detail), members(request), error.headers)

    async def fault(request: Request, error: Exception) -> Response:
        if isinstance(error, ContractViolation):
            _log.error("contract violation: %s %s", error, " ".join(getattr(error, "__notes__", ())), exc_info=error)
        return problem_response(500, "The server has made a mistake.", members(request), None)

    handlers = app.exception_handlers
    if handlers.get(HTTPException) in (None, http_exception_handler):
        app.add_exception_handler(HTTPException, http_error)
    if handlers.get(RequestValidationError) in (None, request_validation_exception_handler):
        app.add_exception_handler(RequestValidationError, _InvalidArguments(members))
    if not handlers.keys() & {500, Exception}:
        app.add_exception_handler(Exception, fault)


class _InvalidArguments(OwnHandler):
    """Answers what FastAPI refuses by itself: arguments of dependencies that were added to the application."""

    def __init__(self, members: Callable[[Request], Mapping[str, Any]]) -> None:
        self._members = members

    async def __call__(self, request: Request, error: Exception) -> Response:
        """The problem, in the form of all refusals."""
        assert isinstance(error, RequestValidationError)
        details = [_detail(each) for each in error.errors()]  # whoever raises it may leave out what is wrong, and where
        refusal = Refusal.invalid(details) if details else Refusal(422, "invalid", "The request is not valid.")
        content = plain_problem(refusal, self._members(request), refusal.status)
        return Response(content, refusal.status, media_type="application/problem+json")


def _detail(error: Mapping[str, Any]) -> Detail:
    source, *path = error["loc"] or ("body",)
    return Detail(str(source), pointer(path), error["msg"])


def _text(detail: Any) -> str:
    return detail if isinstance(detail, str) else json.dumps(detail, default=str)


def problem_response(
    status: int, detail: str | None, extra: Mapping[str, Any], headers: Mapping[str, str] | None
) -> Response:
    """A problem of no declared type (RFC 9457, section 4.2.1); ``extra`` are further members."""
    title = reason_phrase(status, detail)
    if status in (204, 304) or status < 200:
        return Response(status_code=status, headers=headers)
    text = None if detail == title else detail
    rest = {name: value for name, value in extra.items() if name != "instance"}
    content = problem_bytes(BLANK, title, status, text, extra.get("instance"), rest)
    return Response(content, status, headers=headers, media_type="application/problem+json")
