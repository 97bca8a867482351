"""The application: its commands, and what happens when a call goes wrong."""

from __future__ import annotations

import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Final

import typer

import tallystick.cli
from tallystick import version
from tallystick.cli.outcome import INTERNAL, emit_error
from tallystick.cli.run import Run
from tallystick.findings import InputError
from tallystick.report import Format

__all__ = ["application", "main"]

_ORDER: Final = ("lint", "bundle", "inspect", "generate", "drift", "diff", "fuzz", "mutate", "check", "explain")
_DESCRIPTION: Final = """Contract-first OpenAPI: check a description, generate from it, prove that the parts match.

Exit codes: 0 clean, 1 findings, 2 the call or the input is wrong, 3 a fault of tally itself.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs ``tally`` and leaves the process with its exit code."""
    sys.exit(_exit_code(list(sys.argv[1:] if arguments is None else arguments)))


def application() -> typer.Typer:
    """The Typer application with every command of this package."""
    app = typer.Typer(
        name="tally",
        help=_DESCRIPTION,
        rich_markup_mode=None,  # rich costs more start-up time than all else, and help reads well without
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_frame)
    for name in sorted(_modules(), key=_position):
        module = import_module(f"tallystick.cli.{name}")
        if hasattr(module, "register"):
            module.register(app)
    return app


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tally {version()}")
        raise typer.Exit


def _frame(
    _version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version."),
    ] = False,
) -> None:
    """Replaced by the help of the application."""


def _modules() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(tallystick.cli.__path__)]


def _position(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _exit_code(arguments: list[str]) -> int:
    try:
        code = _call(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader went away (tally ... | head); nothing more can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERNAL
    return code


def _call(arguments: list[str]) -> int:
    run = Run(form=_asked_format(arguments))
    try:
        return int(typer.main.get_command(application())(arguments, prog_name="tally", standalone_mode=False) or 0)
    except typer.TyperException as error:
        return _usage_error(error, run)
    except typer.Abort:
        typer.echo("aborted", err=True)
        return 130
    except (BrokenPipeError, SystemExit):
        raise
    except Exception as error:  # noqa: BLE001  the last resort: a clear line instead of a traceback
        return _internal_error(error, run)


def _usage_error(error: typer.TyperException, run: Run) -> int:
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(message, err=True)
        return error.exit_code
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "tally"
    text = f"{' '.join(message.split()).rstrip('.')}; see {path} --help"
    return emit_error(path, InputError.of("usage", text), run)


def _internal_error(error: Exception, run: Run) -> int:
    if os.environ.get("TALLY_TRACEBACK"):
        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    text = f"internal error, please report it: {what} (TALLY_TRACEBACK=1 shows where it happened)"
    emit_error("tally", InputError.of("internal-error", text), run)
    return INTERNAL


def _asked_format(arguments: Sequence[str]) -> Format:
    """The format a call asks for, also when the rest of the call cannot be understood."""
    asked = Format.TEXT
    for index, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in ("--format", "-f"):
            value = value if equals else next(iter(arguments[index + 1 : index + 2]), "")
            asked = Format(value) if value in set(Format) else asked
    return asked
