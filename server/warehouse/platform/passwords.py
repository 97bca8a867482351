"""Passwords, hashed with argon2id away from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

__all__ = ["Passwords"]

Result = TypeVar("Result")


class Passwords:
    """Hashes and checks passwords in threads of its own, so that signing in never stops other requests.

    ``memory_kib`` and ``passes`` are the cost of one computation, ``threads`` how many run at a time.
    """

    def __init__(self, *, memory_kib: int, passes: int, threads: int) -> None:
        self._hash = PasswordHash([Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)])
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._decoy: str | None = None

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
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    def close(self) -> None:
        """Ends the threads after what they are doing."""
        self._pool.shutdown(wait=False, cancel_futures=True)
