"""``tally lint``: is a description valid, unambiguous, safe to generate from?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, description_path
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run

if TYPE_CHECKING:
    from tallystick.findings import Finding

__all__ = ["register"]

FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE...", help="The descriptions, - for standard input.  [default: spec of tally.toml]"),
]
FastOption = Annotated[
    bool, typer.Option("--fast", help="Without the second opinion of openapi-spec-validator.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def lint(
        run: Run,
        files: FilesArgument = None,
        fast: FastOption = False,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Check a description.

        Is it valid, unambiguous, safe to generate from, and pleasant to use? Each finding names its rule;
        `tally explain RULE` says why it is there and how to mend or silence it.
        """
        findings: list[Finding] = []
        for file in files or [description_path(run, None)]:
            findings += _of_one(run, file, fast, allow_host)
        return Outcome(findings, fail_on=run.config.lint.fail_on)


def _of_one(run: Run, file: Path, fast: bool, allow_host: list[str] | None) -> list[Finding]:
    from tallystick.document import bundle, load
    from tallystick.lint import Settings
    from tallystick.lint import run as lint_run

    config = run.config
    source = load(file, allow_hosts=(*config.document.allow_host, *(allow_host or ())))
    return lint_run(bundle(source), Settings.of(config, validator=not fast))
