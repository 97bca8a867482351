"""What the generated groups of operations have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import AsyncCore, SyncCore


class Resource:
    """A group of operations."""

    def __init__(self, core: SyncCore) -> None:
        self._core = core


class AsyncResource:
    """A group of operations to await."""

    def __init__(self, core: AsyncCore) -> None:
        self._core = core
