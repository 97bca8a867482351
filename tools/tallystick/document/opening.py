"""Opening a description: its root file, and whether it is one at all."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tallystick.document.file import Document
from tallystick.document.limits import Limits
from tallystick.document.source import Source
from tallystick.findings import InputError, Place, shown_path

__all__ = ["load"]

_STDIN: Final = "-"
_VERSIONS: Final = ("3.0.", "3.1.", "3.2.")
_LONGEST_VERSION: Final = 20


def load(
    path: str | Path,
    *,
    allow_hosts: Iterable[str] = (),
    allow_folders: Iterable[Path] = (),
    limits: Limits | None = None,
) -> Source:
    """Reads the root file of a description (``-`` is standard input).

    Raises:
        InputError: there is no such file, it is no YAML or JSON, or it is no OpenAPI 3.0, 3.1 or 3.2 description.
    """
    limits = limits or Limits()
    if str(path) == _STDIN:
        source = Source(allow_hosts, (Path.cwd(), *allow_folders), limits)
        data = sys.stdin.buffer.read(limits.bytes + 1)
        source.root = source.add_bytes(str(Path.cwd() / "<stdin>"), _STDIN, data)
    else:
        file = _root_file(Path(path))
        source = Source(allow_hosts, (file.parent, *allow_folders), limits)
        source.root = source.add(file, shown_path(path))
    _check_version(source.root)
    return source


def _root_file(path: Path) -> Path:
    try:
        if path.is_dir():
            raise _unreadable(path, f"{path} is a folder: name the root file of the description")
        if not path.exists():
            raise _unreadable(path, f"there is no file {path}: check the path")
        return path.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # a NUL, a name that is too long, a circle of links
        raise _unreadable(path, f"{str(path)!r} is no usable path: {error}") from None


def _unreadable(path: Path, message: str) -> InputError:
    return InputError.of("file-unreadable", message, Place(str(path)))


def _check_version(root: Document) -> None:
    value = root.value
    if not isinstance(value, dict):
        message = "an OpenAPI description is a mapping that begins with `openapi: 3.1.0`"
        raise InputError.of("not-openapi", message, root.place(""))
    if "swagger" in value and "openapi" not in value:
        message = f"this is Swagger {_shown(value['swagger'])}: convert it to OpenAPI 3 first (swagger2openapi does it)"
        raise InputError.of("not-openapi", message, root.place("/swagger"))
    version = value.get("openapi")
    if version is None:
        raise InputError.of("not-openapi", "the key `openapi` is missing: begin with `openapi: 3.1.0`", root.place(""))
    if not isinstance(version, str) or not version.startswith(_VERSIONS) or len(version) > _LONGEST_VERSION:
        message = (
            f"OpenAPI version {_shown(version)} is not supported: write `openapi: 3.0.x`, `3.1.x` or `3.2.x` as text"
        )
        raise InputError.of("not-openapi", message, root.place("/openapi"))


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str | int | float | bool | None) else f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST_VERSION + 2 else text[:_LONGEST_VERSION] + "…"
