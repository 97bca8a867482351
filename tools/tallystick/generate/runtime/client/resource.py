"""What the generated groups of operations have in common."""

from __future__ import annotations

from typing import Generic, TypeVar

Owner = TypeVar("Owner")


class Resource(Generic[Owner]):
    """A group of operations of a client."""

    def __init__(self, client: Owner) -> None:
        self._client = client
