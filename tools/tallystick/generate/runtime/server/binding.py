"""What ties an operation to Python: the types of its arguments, bodies and replies. Generated routers hold these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .descriptors import Operation
from .problems import Problem
from .replies import Reply

__all__ = ["Binding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One operation as Python."""

    operation: Operation
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Type of each parameter, by argument name."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Type of the body, by media type."""
    replies: Mapping[type[Reply], Any] = field(default_factory=dict)
    """Each reply class with the type of its body; for a stream the type of its items."""
    problems: tuple[type[Problem], ...] = ()
    caller: bool = False
    """Whether the handler is told who calls."""
    accept: str | None = None
    """The argument that receives the negotiated media type, where the handler has a choice."""
