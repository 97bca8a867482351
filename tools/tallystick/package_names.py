"""Which names a generated package may have."""

from __future__ import annotations

import keyword
import sys
from typing import Final

__all__ = ["NEEDED", "fault_of"]

NEEDED: Final = frozenset((
    "annotated_types", "anyio", "attr", "attrs", "fastapi", "httpx2", "hypothesis", "jsonschema_rs", "msgspec",
    "opentelemetry", "pydantic", "pydantic_core", "pytest", "python_multipart", "starlette", "typing_extensions",
))  # fmt: skip
"""What generated packages import besides the standard library."""
_HARMLESS: Final = frozenset(("test",))
"""Modules of the standard library that nobody misses."""


def fault_of(name: str) -> str | None:
    """What a name must be instead, and None for one that will do.

    A package at the top that is called as a module which its own code imports hides that module from everybody.
    """
    parts = name.split(".")
    if not all(part.isascii() and part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        return "must be the dotted name of a package, such as warehouse.contract"
    if parts[0] in (sys.stdlib_module_names - _HARMLESS) | NEEDED:
        return f"must not hide the module {parts[0]} that generated code imports; put a name of yours before it"
    return None
