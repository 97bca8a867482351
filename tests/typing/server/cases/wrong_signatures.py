"""Handlers take more, less or something narrower than the contract gives."""

from datetime import date
from typing import Literal
from uuid import UUID

from desk import models
from desk.handlers import LoansHandlers
from desk.replies import GetLoanReply, LendReply
from desk.wiring import Caller


class More(LoansHandlers):
    async def lend(self, *, caller: Caller | None, body: models.Loan, loud: bool) -> LendReply:  # mypy: Signature # pyright: overrides class "LoansHandlers" in an incompatible manner
        raise NotImplementedError


class Less(LoansHandlers):
    async def lend(self, *, caller: Caller | None) -> LendReply:  # mypy: Signature of "lend" # pyright: overrides class "LoansHandlers" in an incompatible manner
        raise NotImplementedError


class KnownCallersOnly(LoansHandlers):
    async def lend(self, *, caller: Caller, body: models.Loan) -> LendReply:  # mypy: incompatible with supertype # pyright: overrides class "LoansHandlers" in an incompatible manner
        raise NotImplementedError


class JsonOnly(LoansHandlers):
    async def get_loan(  # narrow # pyright: overrides class "LoansHandlers" in an incompatible manner
        self,
        *,
        caller: Caller,
        accept: Literal["application/json"],  # mypy: supertype defines the argument type as "Literal[
        loan: UUID,
        since: date | None,
        state: models.State | None,
    ) -> GetLoanReply:
        raise NotImplementedError


class AlwaysSince(LoansHandlers):
    async def get_loan(  # narrow # pyright: overrides class "LoansHandlers" in an incompatible manner
        self,
        *,
        caller: Caller,
        accept: Literal["application/json", "text/csv"],
        loan: str,  # mypy: supertype defines the argument type as "UUID"
        since: date,  # mypy: supertype defines the argument type as "date | None"
        state: models.State | None,
    ) -> GetLoanReply:
        raise NotImplementedError


class Raw(LoansHandlers):
    async def lend(self, *, caller: Caller | None, body: models.Loan) -> dict[str, str]:  # mypy: Return type # pyright: overrides class "LoansHandlers" in an incompatible manner
        raise NotImplementedError
