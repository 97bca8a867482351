"""``tally.lock``: what a generated folder was made from and what it holds, as hashes.

A check that finds the same hashes need not generate anything; one that does not can tell which input moved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

__all__ = [
    "NAME",
    "Lock",
    "digest",
    "digest_of_files",
    "engine_versions",
    "is_current",
    "moved_inputs",
    "package_digest",
    "read",
]

NAME: Final = "tally.lock"
_VERSION: Final = 1
_SOURCES: Final = (".py", ".jinja", ".toml")


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_of_files(files: Mapping[str, bytes]) -> str:
    """One hash of several files: of their names and contents, whatever their order."""
    lines = [f"{digest(content)}  {name}\n" for name, content in sorted(files.items())]
    return digest("".join(lines).encode())


def package_digest(folder: Path, without: Iterable[str] = ()) -> str:
    """One hash of the Python sources and templates below a folder, but for the folders named in ``without``."""
    left_out = frozenset(without)
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.suffix in _SOURCES and path.is_file()}
    wanted = {name.as_posix(): path for name, path in found.items() if left_out.isdisjoint(name.parts)}
    return digest_of_files({name: path.read_bytes() for name, path in wanted.items()})


def engine_versions(names: Iterable[str]) -> dict[str, str]:
    """The versions of the installed distributions."""
    return {name: metadata.version(name) for name in sorted(names)}


@dataclass(frozen=True, slots=True)
class Lock:
    """The contents of a lock: hashes of inputs and outputs by name, versions of the generators."""

    inputs: Mapping[str, str]
    engines: Mapping[str, str]
    outputs: Mapping[str, str]

    @classmethod
    def of(cls, inputs: Mapping[str, str], engines: Mapping[str, str], files: Mapping[str, bytes]) -> Lock:
        """The lock of a generation."""
        return cls(inputs, engines, {path: digest(content) for path, content in files.items()})

    def as_bytes(self) -> bytes:
        """The file: JSON with sorted keys."""
        value = {
            "version": _VERSION,
            "inputs": dict(self.inputs),
            "engines": dict(self.engines),
            "outputs": dict(self.outputs),
        }
        return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def read(directory: Path) -> Lock | None:
    """The lock of a folder, None where there is none that can be read."""
    try:
        value: Any = json.loads((directory / NAME).read_bytes())
        if value["version"] != _VERSION:
            return None
        return Lock(dict(value["inputs"]), dict(value["engines"]), dict(value["outputs"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_current(directory: Path, inputs: Mapping[str, str]) -> bool:
    """Whether the folder was made from these inputs by the installed generators, and no file has changed since.

    Reads hashes only.
    """
    lock = read(directory)
    if lock is None or lock.inputs != dict(inputs) or lock.engines != _installed(lock.engines):
        return False
    return all(_digest_of(directory / path) == recorded for path, recorded in lock.outputs.items())


def _digest_of(path: Path) -> str | None:
    try:
        return digest(path.read_bytes())
    except OSError:
        return None


def _installed(names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def moved_inputs(directory: Path, inputs: Mapping[str, str]) -> list[str]:
    """The names of the inputs and generators that differ from those the folder was made by; empty without a lock."""
    lock = read(directory)
    if lock is None:
        return []
    now, then = {**inputs, **_installed(lock.engines)}, {**lock.inputs, **lock.engines}
    return sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
