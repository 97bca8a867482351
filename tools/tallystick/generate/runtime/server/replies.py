"""Replies: what a handler returns. The generated classes derive from ``Reply``, one per status and media type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

__all__ = ["Encoded", "Reply", "status_of"]


class Reply:
    """A typed answer to one operation.

    Generated classes are frozen dataclasses with a ``status`` (a class attribute, or a field where the contract
    declares a range), a ``media_type``, a ``body`` unless the reply is empty, and a field per declared header.
    """

    __slots__ = ()

    media_type: ClassVar[str | None] = None
    header_names: ClassVar[Mapping[str, str]] = {}
    """Header name by field name."""


@dataclass(frozen=True, slots=True)
class Encoded(Reply):
    """An answer as it goes over the wire, e.g. one that was recorded to be repeated (idempotency)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes


def status_of(reply: Reply) -> int:
    """The HTTP status of a reply, whatever its class."""
    generated: Any = reply
    status: int = generated.status
    return status
