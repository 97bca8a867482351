"""``tally bundle``: one file out of many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, FileArgument, bundled, description_path
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def bundle(
        run: Run,
        file: FileArgument = None,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Write a description as one file.

        It goes to --output, or to standard output. It is JSON when the output file, or else the description, ends
        with .json, and YAML otherwise.
        """
        tree = bundled(run, file, allow_host)
        product = _text(tree.value, run.output or description_path(run, file))
        return Outcome(tree.findings, product=product.encode())


def _text(value: dict[str, Any], path: Path) -> str:
    from tallystick.document.writing import to_json, to_yaml

    return to_json(value) if path.suffix.lower() == ".json" else to_yaml(value)
