"""A complete implementation with callers, several media types, problems with members, middleware and a webhook."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Literal, final
from uuid import UUID

from desk import models, problems, webhooks
from desk.handlers import LoansHandlers
from desk.replies import GetLoan200Csv, GetLoan200Json, GetLoanReply, Lend4XX, Lend201, Lend202, LendReply
from desk.router import add_problem_handlers, build_router, create_app, serve_document
from desk.security import Authenticator
from desk.wiring import Call, Caller, Contract, Operation, Problem, Refusal, Reply, Settings, for_operations, status_of
from fastapi import FastAPI


@asynccontextmanager
async def opened(call: Call) -> AsyncGenerator[list[models.Loan], None]:
    yield []


async def counted(call: Call, proceed: Callable[[], Awaitable[Reply]]) -> Reply:
    reply = await proceed()
    call.state["status"] = status_of(reply)
    return reply


def refused(operation: Operation, refusal: Refusal) -> Problem | None:
    details = [detail.pointer for detail in refusal.errors]
    return None if details else problems.Returned(returned_on=date(2026, 1, 1), retry_after=60)


async def noted(call: Call, scope: list[models.Loan], proceed: Callable[[], Awaitable[Reply]]) -> Reply:
    return await proceed()


@final
class Desk(Authenticator):
    async def session(self, token: str, *, operation: Operation) -> Caller | None:
        return Caller(token, frozenset({"lend"})) if token else None

    async def desk_key(self, key: str, *, operation: Operation) -> Caller | None:
        return None


@final
class Loans(LoansHandlers):
    def __init__(self, kept: list[models.Loan]) -> None:
        self.kept = kept

    async def get_loan(
        self,
        *,
        caller: Caller,
        accept: Literal["application/json", "text/csv"],
        loan: UUID,
        since: date | None,
        state: models.State | None,
    ) -> GetLoanReply:
        if since is not None:
            raise problems.Returned(returned_on=since, retry_after=60)
        if accept == "text/csv":
            return GetLoan200Csv("reader\r\n")
        return GetLoan200Json(self.kept[0], age=1)

    async def lend(self, *, caller: Caller | None, body: models.Loan) -> LendReply:
        if caller is None:
            return Lend4XX(body, status=403)
        if body.kind is models.LoanKind.MAP:
            return Lend202()
        webhooks.loan_overdue(body=body, days=1)
        return Lend201(models.Loan(reader="ada", state=models.State.OPEN, due=None), location="/loans/1")


def is_change(operation: Operation) -> bool:
    return operation.method != "GET"


changes = for_operations(is_change, noted)
settings = Settings(refusal=refused, check_replies=0.01)
wired = Contract(scope=opened, auth=Desk(), loans=Loans, around=[counted], inside=[noted, changes], settings=settings)
app = create_app(wired)
own = FastAPI()
own.include_router(build_router(wired), prefix="/v1")
add_problem_handlers(own)
serve_document(own)
