"""From the command line to a contract: which file, which hosts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.run import Run
from tallystick.findings import InputError
from tallystick.package_names import fault_of

if TYPE_CHECKING:
    from tallystick.contract import Contract
    from tallystick.document import Bundle

__all__ = ["AllowHostOption", "FileArgument", "SpecOption", "bundled", "contract_of", "description_path", "dotted"]

FileArgument = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="The description, - for standard input.  [default: spec of tally.toml]"),
]
SpecOption = Annotated[
    Path | None,
    typer.Option(
        "--spec", metavar="FILE", help="The description, - for standard input.  [default: spec of tally.toml]"
    ),
]
AllowHostOption = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="HOST", help="References may be fetched from this host; may be repeated."),
]


def description_path(run: Run, file: Path | None) -> Path:
    """The named file, or the one of the configuration. Raises InputError when neither is given."""
    path = file or run.config.spec
    if path is None:
        message = 'no description is named: give its file, or write spec = "openapi.yaml" into tally.toml'
        raise InputError.of("usage", message)
    return path


def bundled(run: Run, file: Path | None, allow_host: Sequence[str] | None = None) -> Bundle:
    """The description as one tree. Raises InputError when it cannot be read."""
    from tallystick.document import bundle, load

    path, settings = description_path(run, file), run.config.document
    hosts = (*settings.allow_host, *(allow_host or ()))
    return bundle(load(path, allow_hosts=hosts, allow_folders=settings.allow_folder))


def contract_of(run: Run, file: Path | None, allow_host: Sequence[str] | None = None) -> Contract:
    """The contract that the description states; what is wrong in it are its findings. Raises InputError."""
    from tallystick.contract import read

    return read(bundled(run, file, allow_host))


def dotted(package: str | None) -> str:
    """The name of a package as it can be imported. Raises InputError for anything else."""
    fault = fault_of(package or "")
    if package and fault is None:
        return package
    told = "it is missing" if package is None else f"it is {package!r}"
    raise InputError.of("usage", f"--package {fault}; {told}")
