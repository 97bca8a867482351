"""Passwords, hashed with argon2id away from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from warehouse.platform.outages import Overloaded

__all__ = ["Passwords"]

Result = TypeVar("Result")
_QUEUE = 100
"""How many may wait, some three seconds with the usual cost; more are refused at once."""


class Passwords:
    """Hashes and checks passwords in threads of its own, so that signing in never stops other requests.

    ``memory_kib`` and ``passes`` are the cost of one computation, ``threads`` how many run at a time. Methods raise
    Overloaded when too many are waiting already.
    """

    def __init__(self, *, memory_kib: int, passes: int, threads: int) -> None:
        self._hash = PasswordHash([Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)])
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._decoy: str | None = None
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash to keep, with its own salt and cost."""
        return await self._run(self._hash.hash, password)

    async def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Whether the password is right, and a new hash if the kept one is of another cost.

        Without a kept hash the same work is done and the answer is no, so that the time does not tell who exists.
        """
        if kept is not None:
            return await self._run(self._hash.verify_and_update, password, kept)
        if self._decoy is None:
            self._decoy = await self.hash("nobody has this password")
        await self._run(self._hash.verify, password, self._decoy)
        return False, None

    async def _run(self, function: Callable[..., Result], *arguments: str) -> Result:
        if self._waiting >= _QUEUE:
            raise Overloaded("too many passwords are waiting to be checked")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Ends the threads after what they are doing."""
        self._pool.shutdown(wait=False, cancel_futures=True)
