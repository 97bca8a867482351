"""Generated Python, formatted by the pinned ruff, whatever configuration the surroundings have."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["formatted"]

_COMMON: Final = ("--isolated", "--no-cache", "--quiet", "--target-version", "py311", "--line-length", "120")


def formatted(sources: Mapping[str, str], *, first_party: str | None = None) -> dict[str, bytes]:
    """The Python sources by path, with unused imports removed, imports sorted and code formatted.

    ``first_party`` is the package whose imports come last. Raises RuntimeError where a source is not Python: a fault
    of the generator.
    """
    if not sources:
        return {}
    with tempfile.TemporaryDirectory(prefix="tally-") as folder:
        root = Path(folder)
        for path, text in sources.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", newline="\n")
        _run(root, "check", "--fix-only", "--select", "F401,I001", *_isort(first_party))
        _run(root, "format")
        return {path: (root / path).read_bytes() for path in sources}


def _isort(first_party: str | None) -> tuple[str, ...]:
    names = f'["{first_party.partition(".")[0]}"]' if first_party else "[]"
    return ("--config", f"lint.isort.known-first-party={names}", "--config", "lint.isort.combine-as-imports=true")


def _run(root: Path, command: str, *arguments: str) -> None:
    from ruff import find_ruff_bin  # type: ignore[import-untyped]

    result = subprocess.run(  # noqa: S603 - our own arguments
        [find_ruff_bin(), command, *_COMMON, *arguments, "."], cwd=root, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise RuntimeError(f"ruff {command} refuses generated code: {result.stderr.strip() or result.stdout.strip()}")
