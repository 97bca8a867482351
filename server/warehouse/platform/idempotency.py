"""Safe repeats: the first answer to a request is kept, and given again when the request comes again.

A key is claimed in a transaction of its own before the work begins, and completed in the transaction of the work: the
answer is kept exactly if the change is. A claim whose request died is taken over after a minute; should that request
still be alive, it finds its claim gone and is rolled back.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import JSON, Delete, LargeBinary, String, UniqueConstraint, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from warehouse.contract.problems import IdempotencyKeyReused, RequestInProgress
from warehouse.contract.wiring import Call, ContractViolation, Encoded, Operation, Problem, Reply
from warehouse.platform.clock import Clock
from warehouse.platform.database import Base, Database
from warehouse.platform.ids import new_id
from warehouse.platform.outages import Overloaded
from warehouse.platform.quotas import duration
from warehouse.platform.scope import Scope

__all__ = ["Idempotency", "IdempotencyKeyRow", "is_idempotent"]

_ABANDONED = timedelta(minutes=1)
_CLAIM = "idempotency claim"


class IdempotencyKeyRow(Base):
    """A key that a caller has used, and the answer once there is one."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("caller", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(128))
    fingerprint: Mapped[str] = mapped_column(String(64))
    claimed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    """None while the first request is running."""
    headers: Mapped[list[list[str]]] = mapped_column(JSON)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ClaimLost(Overloaded):
    """Another request has taken the claim over; this one must not be committed."""


def is_idempotent(operation: Operation) -> bool:
    """Whether the contract lets requests of the operation be repeated safely."""
    return operation.idempotency is not None


class Idempotency:
    """The two middlewares that make repeats safe; see the module."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def around(self, call: Call, proceed: Callable[[], Awaitable[Reply]]) -> Reply:
        """Claims the key, or gives the kept answer.

        Raises:
            RequestInProgress: the first request with this key is still running.
            IdempotencyKeyReused: the key came with another request before.
        """
        key = _key_of(call)
        if key is None:
            return await proceed()
        kept = await self._claim(call, key)
        if kept is not None:
            return kept
        try:
            return await proceed()
        except Problem as problem:
            await self._keep_problem(call, problem)
            raise
        except BaseException:
            await self._release(call.state.pop(_CLAIM))
            raise

    async def inside(self, call: Call, scope: Scope, proceed: Callable[[], Awaitable[Reply]]) -> Reply:
        """Keeps the answer in the transaction of the change."""
        reply = await proceed()
        claim = call.state.get(_CLAIM)
        if claim is not None:
            result = await scope.session.execute(_completion(claim, call.encode(reply)))
            if result.one_or_none() is None:
                raise ClaimLost(f"{call.operation.id} took longer than {_ABANDONED}")
        return reply

    async def _claim(self, call: Call, key: str) -> Encoded | None:
        caller = "" if call.caller is None else call.caller.subject
        now = self._clock.now()
        row = IdempotencyKeyRow(
            id=new_id(),
            caller=caller,
            key=key,
            fingerprint=_fingerprint(call),
            claimed_at=now,
            expires_at=now + _retention(call),
            status=None,
            headers=[],
            content=b"",
        )
        claiming = asyncio.ensure_future(self._insert(row, _outdated(caller, key, now)))
        try:
            kept = await asyncio.shield(claiming)
        except asyncio.CancelledError:  # a commit cut off midway may have happened: first know, then give back
            await asyncio.wait((claiming,))
            await self._release(row.id)
            raise
        if kept is not None:
            return _answer_again(kept, row.fingerprint)
        call.state[_CLAIM] = row.id
        return None

    async def _insert(self, row: IdempotencyKeyRow, outdated: Delete) -> IdempotencyKeyRow | None:
        """None if the key is claimed now, else the row of whoever was first."""
        async with self._database.session() as session:
            await session.execute(outdated)
            kept = await _insert_or_find(session, row)
            await session.commit()
        return kept

    async def _keep_problem(self, call: Call, problem: Problem) -> None:
        """Keeps a refusal of the warehouse; answers of 5xx are not kept."""
        if problem.status >= 500:
            await self._release(call.state.pop(_CLAIM))
            return
        try:
            answer = call.encode_problem(problem)
        except ContractViolation:  # the client will see a fault, and may try again
            await self._release(call.state.pop(_CLAIM))
            raise
        async with self._database.session() as session:
            await session.execute(_completion(call.state.pop(_CLAIM), answer))
            await session.commit()

    async def _release(self, claim: UUID) -> None:
        async with self._database.session() as session:
            await session.execute(
                delete(IdempotencyKeyRow).where(IdempotencyKeyRow.id == claim, IdempotencyKeyRow.status.is_(None))
            )
            await session.commit()


def _key_of(call: Call) -> str | None:
    idempotency = call.operation.idempotency
    return None if idempotency is None else call.header(idempotency.header)


def _retention(call: Call) -> timedelta:
    """How long an answer is kept: what the contract says, else a day."""
    idempotency = call.operation.idempotency
    return duration(idempotency.retention) if idempotency is not None and idempotency.retention else timedelta(days=1)


def _fingerprint(call: Call) -> str:
    """What makes two requests the same: the operation and all arguments but the caller and the key."""
    idempotency = call.operation.idempotency
    assert idempotency is not None
    aside = {"caller", *(each.argument for each in call.operation.parameters if each.name == idempotency.header)}
    arguments = {name: call.arguments[name] for name in sorted(call.arguments.keys() - aside)}
    return hashlib.sha256(to_json([call.operation.id, arguments])).hexdigest()


def _outdated(caller: str, key: str, now: datetime) -> Delete:
    """Removes an answer whose time is over, or a claim whose request has died."""
    dead = and_(IdempotencyKeyRow.status.is_(None), IdempotencyKeyRow.claimed_at < now - _ABANDONED)
    return delete(IdempotencyKeyRow).where(
        IdempotencyKeyRow.caller == caller,
        IdempotencyKeyRow.key == key,
        or_(IdempotencyKeyRow.expires_at <= now, dead),
    )


async def _insert_or_find(session: AsyncSession, row: IdempotencyKeyRow) -> IdempotencyKeyRow | None:
    """None if the key is claimed now, else the row of whoever was first."""
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        statement = select(IdempotencyKeyRow).where(
            IdempotencyKeyRow.caller == row.caller, IdempotencyKeyRow.key == row.key
        )
        first = (await session.scalars(statement)).one_or_none()
        if first is None:  # it was released between the two statements
            raise _in_progress() from None
        return first
    return None


def _in_progress() -> RequestInProgress:
    return RequestInProgress("The first request with this key is still running. Try again in a moment.")


def _answer_again(kept: IdempotencyKeyRow, fingerprint: str) -> Encoded:
    if kept.fingerprint != fingerprint:
        raise IdempotencyKeyReused("The key was used before with another request. Take a new one for each change.")
    if kept.status is None:
        raise _in_progress()
    return Encoded(kept.status, tuple((name, text) for name, text in kept.headers), kept.content)


def _completion(claim: UUID, answer: Encoded) -> ReturningUpdate[tuple[UUID]]:
    return (
        update(IdempotencyKeyRow)
        .where(IdempotencyKeyRow.id == claim)
        .values(status=answer.status, headers=[list(pair) for pair in answer.headers], content=answer.content)
        .returning(IdempotencyKeyRow.id)
    )
