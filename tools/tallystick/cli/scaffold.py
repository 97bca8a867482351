"""``tally scaffold``: handlers to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, SpecOption, contract_of, dotted
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import InputError
from tallystick.report import Format

__all__ = ["register"]

_Folder = Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="Folder of your handlers.")]
_Package = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The generated package.  [default: generate.server.package of tally.toml]"),
]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def scaffold(
        run: Run,
        directory: _Folder,
        spec: SpecOption = None,
        package: _Package = None,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Write handlers that answer 501, once; print the methods that existing handlers lack.

        Nothing that exists is written over: missing methods go to --output, or to standard output (with --format json
        into the document).
        """
        from tallystick.contract import canonicalise
        from tallystick.generate.plan import Plan, write
        from tallystick.generate.scaffold import scaffold as planned

        contract = contract_of(run, spec, allow_host)
        result = planned(canonicalise(contract), _configured(run) if package is None else dotted(package), directory)
        if result.files:
            write(Plan(result.files), directory)
        told = [f"written: {directory / name}" for name in result.files]
        if not told and not result.missing:
            told.append(f"nothing to write: {directory} has a handler for every operation")
        facts = {"files": sorted(result.files), "missing": result.missing}
        is_document = bool(result.missing) and run.form is not Format.JSON
        product = result.missing.encode() if is_document else None
        return Outcome(result.findings, facts=facts, preface="\n".join(told), product=product)


def _configured(run: Run) -> str:
    server = run.config.generate.server
    if server is None:
        message = "name the generated package: --package warehouse.contract, or [generate.server] in tally.toml"
        raise InputError.of("usage", message)
    return server.package
