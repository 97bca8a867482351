"""What an application needs around the operations: problems for errors nobody declared, and the served document."""

from __future__ import annotations

import hashlib
import http
import json
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from .etags import if_none_match
from .problems import BLANK, ContractViolation, problem_bytes

__all__ = ["ServedDocument", "add_document", "add_problem_handlers"]

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
    """Serves the document, and makes the documentation pages show it."""

    async def openapi_document(request: Request) -> Response:
        return document.response(request)

    app.add_route(document.path, openapi_document, methods=["GET"], include_in_schema=False)
    app.openapi_schema = parsed


def add_problem_handlers(app: FastAPI, extra: Any = None) -> None:
    """Answers what is left with plain problems: unknown paths, other methods, faults of the server."""

    def members(request: Request) -> Mapping[str, Any]:
        return extra(request.scope) if extra is not None else {}

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _plain(error.status_code, _text(error.detail), members(request), error.headers)

    async def fault(request: Request, error: Exception) -> Response:
        if isinstance(error, ContractViolation):
            _log.error("contract violation: %s %s", error, " ".join(getattr(error, "__notes__", ())), exc_info=error)
        return _plain(500, "The server has made a mistake.", members(request), None)

    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, fault)


def _text(detail: Any) -> str:
    return detail if isinstance(detail, str) else json.dumps(detail, default=str)


def _plain(status: int, detail: str, extra: Mapping[str, Any], headers: Mapping[str, str] | None) -> Response:
    title = http.HTTPStatus(status).phrase
    if status in (204, 304) or status < 200:
        return Response(status_code=status, headers=headers)
    text = None if detail == title else detail
    rest = {name: value for name, value in extra.items() if name != "instance"}
    content = problem_bytes(BLANK, title, status, text, extra.get("instance"), rest)
    return Response(content, status, headers=headers, media_type="application/problem+json")
