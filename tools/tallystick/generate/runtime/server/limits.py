"""How much of a request is taken in."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds in bytes unless said otherwise; what is larger is answered with 413."""

    body: int = 1 << 20
    """A body that is held in memory: JSON, a form, text."""
    stream: int = 1 << 30
    """A body that the handler reads as a stream."""
    file: int = 10 << 20
    """One file of a multipart body, unless the schema's ``maxLength`` says otherwise."""
    line: int = 1 << 20
    """One line of a stream of JSON lines."""
    files: int = 20
    """Files of a multipart body, in number."""
    fields: int = 1000
    """Fields of a form that are not files, in number."""
    memory: int = 1 << 20
    """A file larger than this goes to disk while it is received."""
