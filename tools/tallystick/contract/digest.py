"""Digests of the parts of a contract: equal digests mean equal parts, with everything that they refer to.

A digest takes the normal form of a part, in which neither the order of keys nor the version of OpenAPI matters, and the
digests of what it refers to, however far away. Parts that refer to each other in a circle are taken together. So two
versions of a description are compared part by part without looking into what is the same in both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from tallystick.contract.circles import strongly_connected
from tallystick.contract.model import Contract, Operation
from tallystick.document import fragment_pointer, join, pointer_tokens, value_at

__all__ = ["Digests", "digest"]

_SIZE: Final = 16  # bytes: equal digests of unequal parts are out of the question below 2**64 parts
_REFERENCE: Final = re.compile(r'"(#(?:/[^"\\]*(?:\\.[^"\\]*)*)?)"')
"""A text that could be a reference, within JSON; one too many does no harm."""


def digest(value: Any) -> str:
    """32 hexadecimal digits for a JSON value, whatever the order of its keys. References in it are just text."""
    return _hash(_text(value))


class Digests:
    """The digests of one contract, each computed once, when first asked for."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._texts: dict[str, str] = {}
        self._targets: dict[str, tuple[str, ...]] = {}
        self._deep: dict[str, str] = {}

    @cached_property
    def document(self) -> str:
        """The digest of the whole description."""
        return digest(self._contract.document)

    def schema(self, name: str) -> str:
        """The digest of a component schema.

        Raises:
            KeyError: there is none of that name.
        """
        if name not in self._contract.schemas:
            raise KeyError(name)
        return self.at(join("/components/schemas", name))

    def at(self, pointer: str) -> str:
        """The digest of the part of the description at a pointer.

        Raises:
            KeyError: there is none.
        """
        value_at(self._contract.document, pointer_tokens(pointer))
        if pointer not in self._deep:
            self._settle(pointer)
        return self._deep[pointer]

    def of(self, value: Any) -> str:
        """The digest of any value whose references lead into this description."""
        text = _text(value)
        return _hash(text, *(self.at(target) for target in self._targets_in(text)))

    def operation(self, operation: Operation) -> str:
        """The digest of all that an operation says or inherits: its path item, servers, security and their schemes."""
        document = self._contract.document
        schemes = {key for requirement in operation.security for key in requirement}
        known = [
            join("/components/securitySchemes", key) for key in sorted(schemes & set(self._contract.security_schemes))
        ]
        return self.of({
            "method": operation.method,
            "path": operation.path,
            "operation": value_at(document, pointer_tokens(operation.location.pointer)),
            "parameters": [value_at(document, pointer_tokens(p.location.pointer)) for p in operation.parameters],
            "servers": [value_at(document, pointer_tokens(s.location.pointer)) for s in operation.servers],
            "security": [{key: list(scopes) for key, scopes in way.items()} for way in operation.security],
            "stated": operation.security_stated,
            "schemes": [{"$ref": "#" + pointer} for pointer in known],
        })  # fmt: skip

    def _settle(self, pointer: str) -> None:
        """Digests of a part and all that it refers to. The circles come in such an order that targets are known."""
        for circle in strongly_connected(pointer, self._targets_of, known=self._deep):
            members = set(circle)
            outside = {target for member in circle for target in self._targets_of(member) if target not in members}
            common = _hash(*sorted(_hash(self._texts[member]) for member in circle), *self._known(outside))
            for member in circle:
                self._deep[member] = _hash(self._texts[member], common)

    def _known(self, pointers: Iterable[str]) -> list[str]:
        return sorted(self._deep[pointer] for pointer in pointers)

    def _targets_of(self, pointer: str) -> tuple[str, ...]:
        if pointer not in self._targets:
            text = self._texts[pointer] = _text(value_at(self._contract.document, pointer_tokens(pointer)))
            self._targets[pointer] = self._targets_in(text)
        return self._targets[pointer]

    def _targets_in(self, text: str) -> tuple[str, ...]:
        """The pointers that references in a JSON text lead to, each once; dangling ones are text."""
        found = []
        for reference in dict.fromkeys(_REFERENCE.findall(text)):
            pointer = fragment_pointer(json.loads(f'"{reference}"'))
            if pointer and _exists(self._contract.document, pointer):
                found.append(pointer)
        return tuple(dict.fromkeys(found))


def _exists(document: Mapping[str, Any], pointer: str) -> bool:
    try:
        value_at(document, pointer_tokens(pointer))
    except KeyError:
        return False
    return True


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _hash(*parts: str) -> str:
    state = hashlib.blake2b(digest_size=_SIZE)
    for part in parts:
        data = part.encode("ascii", "backslashreplace")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()
