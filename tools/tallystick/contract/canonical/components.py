"""The components of a canonical document while they are collected: built once, named at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from tallystick.contract.canonical.flat import source_pointer
from tallystick.contract.canonical.naming import Naming, class_name

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
        self._stated: dict[str, tuple[str, ...]] = {}
        self._contexts: dict[str, set[tuple[str, str]]] = {}
        self._pending: deque[Key] = deque()
        self._builders: dict[Key, Callable[[], dict[str, Any]]] = {}
        self.forms: dict[Key, dict[str, Any]] = {}

    def claim(self, key: str, names: tuple[str, ...]) -> None:
        """Says which names a component takes if it comes to be one."""
        self._stated.setdefault(key, names)

    def claim_within(self, key: str, context: str, word: str) -> None:
        """Says that a component is named after another and a word. Of several such names it takes the shortest."""
        self._contexts.setdefault(key, set()).add((context, word))

    def refer(self, key: str, build: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A reference to the component of that key, which is built later if it is new."""
        identity = Key(key)
        if identity not in self._builders:
            self._builders[identity] = build
            self._pending.append(identity)
        return {"$ref": identity}

    def define(self, key: str, build: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A reference like that of ``refer``; ``build`` takes the place of what was given before."""
        reference = self.refer(key, build)
        self._builders[reference["$ref"]] = build
        return reference

    def build_pending(self) -> None:
        """Builds what has been referred to, and what that refers to."""
        while self._pending:
            key = self._pending.popleft()
            self.forms[key] = self._builders[key]()

    def candidates(self, key: str, seen: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Names for a component, the most wanted first. All claims must have been made."""
        if key in self._stated:
            return self._stated[key]
        contexts = self._contexts.get(key, ()) if key not in seen else ()
        if not contexts:
            return self._naming.candidates(source_pointer(key))
        options = [
            tuple(class_name(name + word) for name in self.candidates(context, (*seen, key)))
            for context, word in contexts
        ]
        return min(options, key=lambda names: (len(names[0]), names))

    def split_candidates(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """Wanted names of the components that the description names, and of the others."""
        own: dict[str, tuple[str, ...]] = {}
        others: dict[str, tuple[str, ...]] = {}
        for key in self.forms:
            (own if is_named(key) else others)[key] = self.candidates(key)
        return own, others
