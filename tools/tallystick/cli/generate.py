"""``tally generate``: server, client and models from a description."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, SpecOption, bundled, dotted
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import Finding, InputError

if TYPE_CHECKING:
    from tallystick.contract import Canonical, Contract
    from tallystick.generate.targets import Result, Target

__all__ = ["check_findings", "register"]

_Folder = Annotated[Path | None, typer.Option(metavar="DIR", file_okay=False, help="Folder of the generated server.")]
_ClientFolder = Annotated[Path | None, typer.Option(metavar="DIR", file_okay=False, help="Folder of the client.")]
_ModelsFile = Annotated[Path | None, typer.Option(metavar="FILE", dir_okay=False, help="File of the models alone.")]
_Package = Annotated[str | None, typer.Option(metavar="NAME", help="Dotted name the result is imported as.")]
_ClassName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="Name of the API in the client's class names.")
]
_Check = Annotated[bool, typer.Option("--check", help="Write nothing; fail where a file would change.")]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def generate(
        run: Run,
        spec: SpecOption = None,
        server: _Folder = None,
        client: _ClientFolder = None,
        models: _ModelsFile = None,
        package: _Package = None,
        name: _ClassName = None,
        check: _Check = False,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Generate the server layer, the client and models, or --check that they are current.

        Without --server, --client or --models, everything that tally.toml names.
        """
        targets = _targets(run, server, client, models, package, name)
        found, results = _generated(run, spec, targets, allow_host, check=check)
        return Outcome(found, facts=_facts(results), preface=_told(results, check=check))


def check_findings(run: Run) -> list[Finding]:
    """What ``tally generate --check`` finds for everything that the configuration names.

    Raises:
        InputError: nothing is named, or the description cannot be read.
    """
    found, _ = _generated(run, None, _configured(run), None, check=True)
    return found


def _generated(
    run: Run, spec: Path | None, targets: list[Target], allow_host: list[str] | None, *, check: bool
) -> tuple[list[Finding], list[Result]]:
    """Writes (or compares) the targets; the description is read as far as they need it."""
    from tallystick.contract import read
    from tallystick.generate.targets import run_targets

    tree = bundled(run, spec, allow_host)
    contract = functools.cache(lambda: read(tree))
    canonical = functools.cache(lambda: _canonical(contract()))
    results = run_targets(tree, targets, check=check, canonical=canonical)
    found = [*tree.findings, *(f for result in results for f in result.findings)]
    if any(result.described >= 0 for result in results):
        found += contract().findings
    return found, results


def _canonical(contract: Contract) -> Canonical:
    from tallystick.contract import canonicalise

    return canonicalise(contract)


def _targets(
    run: Run, server: Path | None, client: Path | None, models: Path | None, package: str | None, name: str | None
) -> list[Target]:
    from tallystick.generate.targets import Target

    if server is None and client is None and models is None:
        return _configured(run)
    if server is not None and client is not None:
        raise InputError.of("usage", "give --server and --client in two calls: each has a --package of its own")
    found = []
    if server is not None:
        found.append(Target("server", server, dotted(package)))
    if client is not None:
        found.append(Target("client", client, dotted(package), name))
    if models is not None:
        found.append(Target("models", models))
    return found


def _configured(run: Run) -> list[Target]:
    from tallystick.generate.targets import Target

    wanted = run.config.generate
    found = []
    if wanted.models is not None:
        found.append(Target("models", wanted.models.path))
    if wanted.server is not None:
        found.append(Target("server", wanted.server.path, wanted.server.package))
    if wanted.client is not None:
        own = wanted.client
        found.append(Target("client", own.path, own.package, own.name, own.distribution))
    if not found:
        message = "nothing is named to generate: give --server, --client or --models, or [generate.*] in tally.toml"
        raise InputError.of("usage", message)
    return found


def _facts(results: list[Result]) -> dict[str, Any]:
    described = max((result.described for result in results), default=0)
    generated = min((result.generated for result in results if result.generated >= 0), default=-1)
    facts: dict[str, Any] = {"targets": [result.as_json() for result in results]}
    if described >= 0:
        facts["operations"] = {"described": described, "generated": generated}
    facts["files"] = sum(result.files for result in results)
    return facts


def _told(results: list[Result], *, check: bool) -> str:
    from tallystick.findings import shown_path

    lines = []
    for result in results:
        what = "differ" if check else "written"
        counted = "" if result.described < 0 else f"{result.generated} of {result.described} operations, "
        state = f"{result.changed} {what}" if result.changed else "current"
        path = shown_path(result.target.path)
        lines.append(f"{result.target.kind:7} {path}: {counted}{result.files} files, {state}")
    return "\n".join(lines)
