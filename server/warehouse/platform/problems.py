"""Problems that do not come from a handler: outages, faults, quotas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from warehouse.contract._runtime.problems import problem_bytes
from warehouse.contract.wiring import Problem
from warehouse.platform.asgi import Scope, Send
from warehouse.platform.request import KEY

__all__ = ["problem_members", "send_problem"]

_LONGEST = 2000


def problem_members(asgi: Mapping[str, Any]) -> Mapping[str, Any]:
    """What every problem says besides its own members: the request's id and path."""
    context = asgi.get(KEY)
    path = quote(asgi["path"], safe="/:@!$&'()*+,;=~")
    members = {"instance": path} if len(path) <= _LONGEST else {}
    return members if context is None else {**members, "request_id": context.request_id}


async def send_problem(problem: Problem, scope: Scope, send: Send) -> None:
    """Answers with a problem."""
    members = dict(problem_members(scope))
    instance = members.pop("instance", None)
    content = problem_bytes(
        problem.type, problem.title, problem.status, problem.detail, instance, {**problem.members, **members}
    )
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(content)).encode()),
        *((name.lower().encode(), str(value).encode("latin-1")) for name, value in problem.headers.items()),
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})
