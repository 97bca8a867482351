"""Names for the parts of other files that become components: the same whatever the order of the description."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from tallystick.document.grammar import COMPONENT_KINDS
from tallystick.document.pointer import pointer_tokens

__all__ = ["Part", "component_names"]

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")
_STRUCTURAL: Final = frozenset(("components", "properties", "definitions", "$defs", "..", *COMPONENT_KINDS))
_LONGEST: Final = 80
_DIGEST_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A part of another file: what kind of object it is, and where it stands."""

    kind: str
    uri: str
    pointer: str


def component_names(parts: Iterable[Part], taken: Mapping[str, Iterable[str]], folder: str) -> dict[Part, str]:
    """A name for each part, unique within its kind and none of ``taken``.

    The name is the part's own key or file name, as far as that is wanted once only; else folders and files in front
    tell the parts apart, as seen from ``folder``; where even these are equal, a digest does.
    """
    by_kind: dict[str, dict[Part, list[str]]] = {}
    for part in parts:
        by_kind.setdefault(part.kind, {})[part] = _candidates(part, folder)
    names: dict[Part, str] = {}
    for kind, candidates in by_kind.items():
        names |= _distinct(candidates, set(taken.get(kind, ())))
    return names


def _distinct(candidates: Mapping[Part, list[str]], taken: set[str]) -> dict[Part, str]:
    """Each round looks at all parts without a name at once, so that their order does not matter."""
    names: dict[Part, str] = {}
    rest = set(candidates)
    for depth in range(max((len(listed) for listed in candidates.values()), default=0)):
        wanted = {part: candidates[part][min(depth, len(candidates[part]) - 1)] for part in rest}
        counts = Counter(wanted.values())
        settled = {part: name for part, name in wanted.items() if counts[name] == 1 and name not in taken}
        names |= settled
        taken |= set(settled.values())
        rest -= set(settled)
    return names


def _candidates(part: Part, folder: str) -> list[str]:
    tokens = pointer_tokens(part.pointer)
    address = urlsplit(part.uri)
    path = PurePosixPath(unquote(address.path) if address.netloc else _relative(part.uri, folder))
    above = [address.netloc] if address.netloc else []
    parts = [*above, *path.parts[:-1], path.name.partition(".")[0], *tokens]
    clean = [word for text in parts if text not in _STRUCTURAL and (word := _clean(text))] or [part.kind]
    named = ["-".join(clean[-count:])[-_LONGEST:] for count in range(1, len(clean) + 1)]
    return [*named, f"{clean[-1]}-{_digest(path, part)}"]


def _relative(uri: str, folder: str) -> str:
    """Names must not depend on where on a machine the description lies."""
    return os.path.relpath(uri, folder).replace(os.sep, "/")


def _clean(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text).strip("-")[:_LONGEST]


def _digest(path: PurePosixPath, part: Part) -> str:
    text = f"{path}#{part.pointer}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
