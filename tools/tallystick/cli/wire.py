"""``tally wire``: does the generated client send and read what the contract says?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, SpecOption, contract_of
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import InputError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def wire(
        run: Run,
        spec: SpecOption = None,
        client: Annotated[
            Path | None,
            typer.Option(metavar="DIR", file_okay=False, help="The client.  [default: generate.client of tally.toml]"),
        ] = None,
        package: Annotated[str | None, typer.Option(metavar="NAME", help="Its package.  [default: likewise]")] = None,
        examples: Annotated[
            int, typer.Option(min=1, max=1000, metavar="N", help="Values drawn for each request and reply.")
        ] = 5,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Prove the generated client on the wire.

        Values drawn from the schemas go through every call, blocking and asynchronous; the raw requests are read and
        judged by code that shares nothing with the client. Replies, also with what the server may add tomorrow, must be
        written back as they were.
        """
        from tallystick.contract import canonicalise
        from tallystick.generate.client.wire import prove

        configured = run.config.generate.client
        folder = client or (configured.path if configured else None)
        name = package or (configured.package if configured else None)
        if folder is None or name is None:
            raise InputError.of("usage", "no client is named: give --client and --package, or [generate.client]")
        contract = contract_of(run, spec, allow_host or ())
        canonical = canonicalise(contract)
        proven = prove(canonical, name, folder, examples=examples, told=run.say)
        lines = f"{proven.calls} calls examined, blocking and asynchronous"
        return Outcome(proven.findings, counts={"calls": proven.calls}, preface=lines)
