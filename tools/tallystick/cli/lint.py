"""``tally lint``: what is wrong with a description, and with what would be generated from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, description_path
from tallystick.cli.linting import Linting, accept, accepted_left_out, lint_findings, rule_text
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import InputError

__all__ = ["lint_findings", "register"]

FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE...", help="Descriptions, - for standard input.  [default: spec of tally.toml]"),
]
FastOption = Annotated[
    bool, typer.Option("--fast", help="Without the second opinion of openapi-spec-validator.", show_default=False)
]
BaseOption = Annotated[
    str | None, typer.Option("--base", metavar="REV|FILE", help="Only what is new against a git revision or a file.")
]
UpdateIgnoreOption = Annotated[
    bool, typer.Option("--update-ignore", help="Accept what fails now: write it into the ignore file.")
]
NoCacheOption = Annotated[bool, typer.Option("--no-cache", help="Look again even if nothing changed.")]
ExplainConfigOption = Annotated[
    Path | None,
    typer.Option("--explain-config", metavar="FILE", help="Print a Spectral or Redocly configuration as tally.toml."),
]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def lint(
        run: Run,
        files: FilesArgument = None,
        fast: FastOption = False,
        base: BaseOption = None,
        update_ignore: UpdateIgnoreOption = False,
        no_cache: NoCacheOption = False,
        explain_config: ExplainConfigOption = None,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Check a description.

        Is it valid, unambiguous, safe to generate from, and pleasant to use? Each finding names its rule;
        `tally explain RULE` says why it is there and how to mend or silence it.
        """
        if explain_config is not None:
            return _translated(explain_config)
        if base is not None and update_ignore:
            raise InputError.of("usage", "--base and --update-ignore exclude each other: use one of them")
        paths = files or [description_path(run, None)]
        linting = Linting(run, allow_host or (), opinion=not fast, remember=not no_cache)
        if base is not None:
            found = accepted_left_out(run, linting.only_new(paths, base), linting.files, stale=False)
        else:
            every = linting.every(paths)
            if update_ignore:
                count = accept(run, every, linting.files)
                run.say(f"{run.config.lint.ignore_file} has {count} {'entry' if count == 1 else 'entries'} now")
            found = accepted_left_out(run, every, linting.files)
        return Outcome(found, fail_on=run.config.lint.fail_on, rule=rule_text)


def _translated(path: Path) -> Outcome:
    from tallystick.lint.foreign import translated

    toml, findings = translated(path)
    return Outcome(findings, product=toml.encode())
