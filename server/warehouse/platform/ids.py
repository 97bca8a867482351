"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562, section 5.7)."""

from __future__ import annotations

import os
import time
from uuid import UUID

__all__ = ["new_id"]


def new_id(milliseconds: int | None = None) -> UUID:
    """A fresh identifier. ``milliseconds`` since 1970 (UTC) default to the present."""
    stamp = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    random = int.from_bytes(os.urandom(10), "big")
    high, low = random >> 68 & 0xFFF, random & (1 << 62) - 1
    return UUID(int=stamp << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
