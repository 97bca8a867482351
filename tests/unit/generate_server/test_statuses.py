"""Replies and problems have the status that their contract gives them, and what such a status may have."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from starlette.testclient import TestClient

NUMBER = {"application/json": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}}


GONE = {"description": "Gone.", "x-tally-problem": {"type": "https://errors.example/gone", "title": "Gone"}}
NUMBERED = {"description": "A number.", "content": NUMBER}
REPLIES = {"200": NUMBERED, "404": NUMBERED, "2XX": NUMBERED, "4XX": NUMBERED, "default": NUMBERED}


def _answering(server: Any, describe: Any, responses: dict[str, Any], name: str, **arguments: Any) -> Any:
    def reply(made: Any) -> Any:
        return getattr(made.modules("replies"), name)(**arguments)

    return server(describe({"GET /": {"operationId": "ask", "responses": responses}}), handlers={"ask": reply})


@pytest.mark.parametrize(
    ("name", "status"),
    [("Ask2XX", 202), ("Ask4XX", 418), ("AskDefault", 503), ("AskDefault", 301), ("AskDefault", 599)],
)
def test_statuses_of_ranges(server, describe, name, status) -> None:
    """A range stands for each status that is not declared by itself, `default` for those of no range."""
    made = _answering(server, describe, REPLIES, name, status=status, body={"n": 1})
    assert (made.call("GET", "/").status_code, made.log) == (status, ["open", "ask", "commit"])


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Ask2XX", 200),
        ("Ask2XX", 404),
        ("Ask4XX", 404),
        ("Ask4XX", 500),
        ("AskDefault", 200),
        ("AskDefault", 404),
        ("AskDefault", 418),
    ],
)
def test_statuses_outside_the_range(server, describe, name, status) -> None:
    """What is declared for other statuses cannot be answered with one that has its own declaration."""
    made = _answering(server, describe, REPLIES, name, status=status, body={"n": 1})
    with pytest.raises(made.modules("_runtime.problems").ContractViolation, match=f"{status}, which .* does not cover"):
        made.call("GET", "/")
    assert made.log == ["open", "ask", "rollback"]


@pytest.mark.parametrize("status", [100, 101, 199, 600])
def test_statuses_of_no_answer(server, describe, status) -> None:
    """What comes before an answer is none."""
    made = _answering(server, describe, REPLIES, "AskDefault", status=status, body={"n": 1})
    with pytest.raises(made.modules("_runtime.problems").ContractViolation, match=f"{status} is no status of an answ"):
        made.call("GET", "/")


@pytest.mark.parametrize("status", ["101", "1XX"])
def test_declared_statuses_of_no_answer(server, describe, plan_of, status) -> None:
    """A declaration does not make an answer of what comes before one; generating tells so."""
    responses = {status: {"description": "Later."}}
    arguments = {} if status == "101" else {"status": 101}
    made = _answering(server, describe, responses, f"Ask{status}", **arguments)
    with pytest.raises(made.modules("_runtime.problems").ContractViolation, match="101 is no status of an answer"):
        made.call("GET", "/")
    (finding,) = plan_of(describe({"GET /": {"operationId": "ask", "responses": responses}})).findings
    assert (finding.code, finding.message.partition(",")[0]) == (
        "server-reply",
        f"{status} is no answer to an operation",
    )


@pytest.mark.parametrize("status", [204, 205, 304])
def test_content_where_there_is_none(server, describe, plan_of, status) -> None:
    """Declared content of a reply that ends with its headers is left out, which generating tells."""
    responses = {str(status): NUMBERED}
    made = _answering(server, describe, responses, f"Ask{status}")
    reply = made.call("GET", "/")
    assert (reply.status_code, reply.content, reply.headers.get("content-type")) == (status, b"", None)
    (finding,) = plan_of(describe({"GET /": {"operationId": "ask", "responses": responses}})).findings
    assert (finding.code, finding.message) == (
        "server-reply",
        f"a {status} reply ends with its headers; its content is left out: remove `content`",
    )


@pytest.mark.parametrize("status", [204, 205, 304])
def test_content_of_a_range(server, describe, status) -> None:
    """A reply of a range with content has no status that forbids it."""
    made = _answering(server, describe, {"default": NUMBERED}, "AskDefault", status=status, body={"n": 1})
    with pytest.raises(made.modules("_runtime.problems").ContractViolation, match=f"status {status} has no content"):
        made.call("GET", "/")


@pytest.fixture
def problems(server, describe) -> Any:
    """A server whose operations declare a problem for different statuses."""

    def raised(made: Any) -> Any:
        raise made.modules("problems").Gone(status=made.status)

    operations = {
        "GET /a": {"operationId": "a", "responses": {"404": GONE, "409": NUMBERED}},
        "GET /b": {"operationId": "b", "responses": {"410": GONE, "5XX": GONE}},
    }
    return server(describe(operations), handlers={"a": raised, "b": raised})


@pytest.mark.parametrize(("path", "status"), [("/a", 404), ("/b", 410), ("/b", 503)])
def test_statuses_of_problems(problems, path, status) -> None:
    """A problem has a status that its operation declares it for."""
    problems.status = status
    for _ in range(2):
        assert problems.call("GET", path).status_code == status


@pytest.mark.parametrize(("path", "status"), [("/a", 409), ("/a", 410), ("/b", 404), ("/b", 400)])
def test_statuses_that_problems_have_elsewhere(problems, path, status) -> None:
    """A problem with the status that only other operations declare for it is outside the contract."""
    problems.status = status
    violation = problems.modules("_runtime.problems").ContractViolation
    for _ in range(2):
        with pytest.raises(violation, match=f"Gone with the status {status}, for which the contract does not declare"):
            problems.call("GET", path)


@pytest.mark.parametrize("path", ["/a", "/a?x=1", "/b?x=1", "/nothing"])
def test_members_that_every_problem_has(problems, path) -> None:
    """What the settings add to problems replaces nothing that says which problem it is (RFC 9457, section 3.1)."""
    claims = {"type": "https://errors.example/other", "title": "Other", "status": 200, "detail": "Fine.", "id": "7"}
    settings = problems.modules("wiring").Settings(problem_members=lambda _scope: claims)
    problems.status = 404
    app = problems.modules("router").create_app(dataclasses.replace(problems.contract, settings=settings))
    reply = TestClient(app).get(path)
    told = reply.json()
    assert (told["status"], told["id"]) == (reply.status_code, "7")
    assert not claims.items() & {name: told.get(name) for name in ("type", "title", "detail")}.items()
