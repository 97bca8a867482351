"""Loaded by Schemathesis in its own process: every failure is judged again before it counts.

The environment names the description (``TALLY_FUZZ_DESCRIPTION``) and the file that keeps what was dropped and why
(``TALLY_FUZZ_DROPPED``).
"""

from __future__ import annotations

import functools
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import schemathesis

from tallystick.contract import read
from tallystick.document import bundle, load
from tallystick.fuzz.second_opinion import Judge, Reply, Request

if TYPE_CHECKING:
    from schemathesis.core.failures import Failure
    from schemathesis.core.transport import Response

_WRITING = threading.Lock()


@functools.cache
def _judge() -> Judge:
    return Judge(read(bundle(load(Path(os.environ["TALLY_FUZZ_DESCRIPTION"])))))


@schemathesis.hook
def filter_failure(context: Any, failure: Failure, case: Any, response: Response) -> bool:  # noqa: ARG001  its signature
    """Whether the failure stands."""
    with _WRITING:  # the judge keeps compiled schemas, and the file is one
        reason = _judge().objection(
            type(failure).__name__,
            context.operation.method,
            context.operation.path,
            _request(response),
            _reply(response),
        )
        if reason is None:
            return True
        entry = {
            "operation": failure.operation,
            "check": type(failure).__name__,
            "reason": reason,
            "request": f"{response.request.method} {response.request.url}",
            "status": response.status_code,
        }
        with Path(os.environ["TALLY_FUZZ_DROPPED"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
    return False


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001  its signature
    """Gives each request its own idempotency key, since generators repeat themselves and servers must refuse that."""
    with _WRITING:
        key = _judge().idempotency_key(context.operation.method, context.operation.path, case.headers or {})
    if key is not None:
        name, value = key
        case.headers[name] = value


def _request(response: Response) -> Request:
    sent = response.request
    body = sent.body
    if isinstance(body, str):
        body = body.encode()
    headers = {str(name).lower(): _text(value) for name, value in sent.headers.items()}
    return Request(sent.method or "", sent.url or "", headers, body if isinstance(body, bytes) else None)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _reply(response: Response) -> Reply:
    headers = {name.lower(): values[0] for name, values in response.headers.items() if values}
    return Reply(response.status_code, headers, response.content)
