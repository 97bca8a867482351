"""What the common options of a command come to."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tallystick.findings import Threshold
from tallystick.report import Format

if TYPE_CHECKING:
    from tallystick.config import Config

__all__ = ["Run"]

_LINE_END: Final = re.compile("\r\n|\n|\r")
_LARGEST_SOURCE: Final = 64 * 2**20  # bytes; larger files are reported without code frames


@dataclass(slots=True)
class Run:
    """The common options of one call. ``texts`` holds sources that cannot be read again, such as ``-``."""

    form: Format = Format.TEXT
    output: Path | None = None
    fail_on: Threshold | None = None
    color: bool = False
    config_path: Path | None = None
    texts: dict[str, str] = field(default_factory=dict)
    _config: Config | None = None
    _sources: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        """The configuration: ``--config``, else the nearest ``tally.toml`` upwards, else the defaults.

        Read on first use, so that commands that need none do not pay for it. Raises InputError.
        """
        if self._config is None:
            from tallystick.config import find, load

            path = self.config_path or find(Path.cwd())
            self._config = load(path)
        return self._config

    def say(self, text: str) -> None:
        """Tells the person at the terminal what is going on: one line on standard error."""
        from tallystick.report.escaping import one_line

        print(one_line(text), file=sys.stderr, flush=True)

    def source_line(self, file: str, line: int) -> str | None:
        """A line of source text for the code frame, None where it cannot be had."""
        if file not in self._sources:
            self._sources[file] = _lines(self.texts[file]) if file in self.texts else _file_lines(file)
        lines = self._sources[file]
        return lines[line - 1] if 0 < line <= len(lines) else None


def _file_lines(file: str) -> tuple[str, ...]:
    path = Path(file)
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_SOURCE:
            return ()
        return _lines(path.read_bytes().decode("utf-8-sig", "replace"))
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return ()


def _lines(text: str) -> tuple[str, ...]:
    return tuple(_LINE_END.split(text))
