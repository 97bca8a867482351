"""The frame of every command: common options, clear errors, one way out.

A command is an ordinary Typer function that takes a ``Run`` and returns an ``Outcome``::

    def register(app: typer.Typer) -> None:
        @command(app)
        def lint(run: Run, files: Annotated[list[Path], typer.Argument(help="...")]) -> Outcome:
            '''Check a description.'''
            from tallystick.document import load  # heavy imports stay inside
            ...
            return Outcome(findings, facts={"title": ...})

``run`` is not seen by the user: it is made from ``--format``, ``--output``, ``--fail-on``, ``--no-color`` and
``--config``, which every command has. An ``InputError`` becomes a report and exit code 2.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from tallystick.cli.outcome import Outcome, emit, emit_error
from tallystick.cli.run import Run
from tallystick.findings import InputError, Threshold
from tallystick.report import Format

__all__ = ["command"]

_Command = Callable[..., Outcome]


def command(app: typer.Typer, name: str | None = None, **settings: Any) -> Callable[[_Command], _Command]:
    """Registers the function as a command of ``app``; ``settings`` are those of ``Typer.command``."""

    def register(function: _Command) -> _Command:
        title = name or function.__name__.replace("_", "-")
        app.command(title, **settings)(_framed(title, function))
        return function

    return register


def _framed(title: str, function: _Command) -> Callable[..., None]:
    @functools.wraps(function)
    def framed(
        form: Format, output: Path | None, fail_on: Threshold | None, no_color: bool, config: Path | None, **own: Any
    ) -> None:
        to_stdout = output is not None and str(output) == "-"
        run = Run(form, None if to_stdout else output, fail_on, _wants_color(no_color), config)
        try:
            code = emit(title, function(run=run, **own), run)
        except InputError as error:
            code = emit_error(title, error, run)
        raise typer.Exit(code)

    own = [p for p in inspect.signature(function, eval_str=True).parameters.values() if p.name != "run"]
    parameters = [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *_common_parameters()]
    framed.__signature__ = inspect.Signature(parameters, return_annotation=None)  # type: ignore[attr-defined]
    framed.__annotations__ = {p.name: p.annotation for p in parameters}
    return framed


def _common_options(
    *,
    form: Annotated[Format, typer.Option("--format", "-f", help="How findings are written.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file, - for standard output.", dir_okay=False)
    ] = None,
    fail_on: Annotated[Threshold | None, typer.Option(help="Lowest level that fails.  [default: error]")] = None,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR=1 does the same.")] = False,
    config: Annotated[Path | None, typer.Option(help="The configuration.  [default: nearest tally.toml]")] = None,
) -> None:
    """Declares the options that every command has; only its signature is used."""


def _common_parameters() -> list[inspect.Parameter]:
    return list(inspect.signature(_common_options, eval_str=True).parameters.values())


def _wants_color(no_color: bool) -> bool:
    """Colours only on a terminal that can show them (https://no-color.org)."""
    refused = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return not refused and sys.stderr.isatty()
