"""The components of a canonical document while they are collected: built once, named at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from tallystick.contract.canonical.flat import source_pointer
from tallystick.contract.canonical.naming import Naming

__all__ = ["Components", "Key", "is_named"]

_SCHEMAS: Final = "/components/schemas/"


class Key(str):
    """A component before it has its name: the pointer of its schema, or of the schemas merged in it."""

    __slots__ = ()


def is_named(pointer: str) -> bool:
    """Whether the description itself names the schema at a pointer."""
    return pointer.startswith(_SCHEMAS) and "/" not in pointer[len(_SCHEMAS) :]


class Components:
    """Components by key, with the names each would take."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._claims: dict[str, tuple[str, ...]] = {}
        self._pending: deque[tuple[Key, Callable[[], dict[str, Any]]]] = deque()
        self.forms: dict[Key, dict[str, Any]] = {}
        self.candidates: dict[Key, tuple[str, ...]] = {}

    def claim(self, key: str, names: tuple[str, ...]) -> None:
        """Says which names a component should take if it comes to be one."""
        self._claims.setdefault(key, names)

    def refer(self, key: str, build: Callable[[], dict[str, Any]], suffix: str = "") -> dict[str, Any]:
        """A reference to the component of that key, which is built later if it is new."""
        identity = Key(key)
        if identity not in self.candidates:
            names = self._claims.get(key) or self._naming.candidates(source_pointer(key), suffix)
            self.candidates[identity] = names
            self._pending.append((identity, build))
        return {"$ref": identity}

    def build_pending(self) -> None:
        """Builds what has been referred to, and what that refers to."""
        while self._pending:
            key, build = self._pending.popleft()
            self.forms[key] = build()

    def split_candidates(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """Wanted names of the components that the description names, and of the others."""
        own: dict[str, tuple[str, ...]] = {}
        others: dict[str, tuple[str, ...]] = {}
        for key, names in self.candidates.items():
            (own if is_named(key) else others)[key] = names
        return own, others
