"""The forms that names take in code, remembered: a description uses the same names over and over."""

from __future__ import annotations

import functools

from tallystick.contract import names

__all__ = ["snake_case", "words"]

_REMEMBERED = 1 << 16


@functools.lru_cache(maxsize=_REMEMBERED)
def snake_case(text: str) -> str:
    """``restockItem`` as ``restock_item``."""
    return names.snake_case(text)


@functools.lru_cache(maxsize=_REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """The words of a name."""
    return tuple(names.words(text))
