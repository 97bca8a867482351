"""``tally bundle``: one file out of many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, FileArgument, bundled, description_path
from tallystick.cli.outcome import Outcome
from tallystick.cli.proof import proven
from tallystick.cli.run import Run
from tallystick.findings import InputError

if TYPE_CHECKING:
    from tallystick.document import Bundle

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
        prove: Annotated[
            bool,
            typer.Option("--prove", help="With --canonical: try values on both forms of every schema, and report."),
        ] = False,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Write a description as one file.

        It goes to --output, or to standard output: JSON when the output file, or else the description, ends with .json,
        YAML when it ends with .yaml or .yml, and else what the description is. A description that is one file already
        is written as it stands, comments included; of several files the comments are left out.
        """
        if prove and not canonical:
            raise InputError.of("usage", "--prove compares the canonical form with the description: add --canonical")
        tree = bundled(run, file, allow_host)
        as_json = _is_json(run.output or description_path(run, file), tree)
        if canonical:
            return _canonical(tree, as_json=as_json, prove=prove)
        return Outcome(
            tree.findings, product=_as_it_stands(tree, as_json=as_json) or _text(tree.value, as_json=as_json)
        )


def _is_json(target: Path, tree: Bundle) -> bool:
    suffix = target.suffix.lower()
    return suffix == ".json" if suffix in (".json", ".yaml", ".yml") else tree.source.root.is_json


def _canonical(tree: Bundle, *, as_json: bool, prove: bool) -> Outcome:
    from tallystick.contract import canonicalise, read

    contract = read(tree)
    form = canonicalise(contract)
    outcome = Outcome((*contract.findings, *form.findings), product=_text(form.document, as_json=as_json))
    return proven(outcome, form) if prove else outcome


def _as_it_stands(tree: Bundle, *, as_json: bool) -> bytes | None:
    """The text of the root file where it is the bundle, in the notation asked for; else None."""
    root = tree.source.root
    if tree.value is not root.value or root.is_json != as_json or any(r.code == "duplicate-key" for r in root.remarks):
        return None
    return root.text.encode()


def _text(value: dict[str, Any], *, as_json: bool) -> bytes:
    from tallystick.document.writing import to_json, to_yaml

    return (to_json(value) if as_json else to_yaml(value)).encode()
