"""``tally bundle``: one file out of many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, FileArgument, bundled, description_path
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run

if TYPE_CHECKING:
    from tallystick.document import Bundle
    from tallystick.findings import Finding

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def bundle(
        run: Run,
        file: FileArgument = None,
        canonical: Annotated[
            bool, typer.Option("--canonical", help="Write the canonical OpenAPI 3.1 document that generators are fed.")
        ] = False,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Write a description as one file.

        It goes to --output, or to standard output. It is JSON when the output file, or else the description, ends
        with .json, and YAML otherwise.
        """
        tree = bundled(run, file, allow_host)
        findings, value = _canonical(tree) if canonical else (tree.findings, tree.value)
        return Outcome(findings, product=_text(value, run.output or description_path(run, file)).encode())


def _canonical(tree: Bundle) -> tuple[tuple[Finding, ...], dict[str, Any]]:
    from tallystick.contract import canonicalise, read

    contract = read(tree)
    canonical = canonicalise(contract)
    return (*contract.findings, *canonical.findings), canonical.document


def _text(value: dict[str, Any], path: Path) -> str:
    from tallystick.document.writing import to_json, to_yaml

    return to_json(value) if path.suffix.lower() == ".json" else to_yaml(value)
