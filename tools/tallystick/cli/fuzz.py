"""``tally fuzz``: does the running server keep the contract?"""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, SpecOption, contract_of
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import InputError

if TYPE_CHECKING:
    from tallystick.config import Fuzz
    from tallystick.fuzz import Effort, Result

__all__ = ["FuzzCall", "fuzz_result", "register"]


@dataclass(frozen=True, slots=True)
class FuzzCall:
    """What a call says beyond the configuration; None where it says nothing."""

    spec: Path | None = None
    application: str | None = None
    app_dir: Path | None = None
    url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    reports: Path | None = None
    max_examples: int | None = None
    max_seconds: float | None = None
    seed: int | None = None
    workers: int | None = None
    nightly: bool = False
    hosts: tuple[str, ...] = ()


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def fuzz(
        run: Run,
        spec: SpecOption = None,
        application: Annotated[
            str | None,
            typer.Option("--app", metavar="MODULE:ATTR", help="An application, served for the time of the run."),
        ] = None,
        app_dir: Annotated[
            Path | None,
            typer.Option("--app-dir", metavar="DIR", help="Put on the import path.  [default: current folder]"),
        ] = None,
        url: Annotated[
            str | None, typer.Option("--url", metavar="URL", help="A server that runs: where the paths begin.")
        ] = None,
        header: Annotated[
            list[str] | None,
            typer.Option("--header", "-H", metavar="NAME:VALUE", help="Sent with each request; may be repeated."),
        ] = None,
        report_dir: Annotated[
            Path | None, typer.Option("--report-dir", metavar="DIR", help="Write JUnit and HAR reports there.")
        ] = None,
        max_examples: Annotated[int | None, typer.Option(min=1, help="Test cases per operation.")] = None,
        max_seconds: Annotated[float | None, typer.Option(min=1, help="Stop after this time.")] = None,
        seed: Annotated[int | None, typer.Option(min=0, help="Where chance starts; by default there is none.")] = None,
        workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that try at the same time.")] = None,
        nightly: Annotated[bool, typer.Option("--nightly", help="The longer run of [fuzz.nightly].")] = False,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Try whether a running server keeps the contract.

        Valid, invalid, nearly valid and stateful requests. Without --app and --url the server of tally.toml is started.
        """
        call = FuzzCall(
            spec=spec,
            application=application,
            app_dir=app_dir,
            url=url,
            headers=tuple(_header(text) for text in header or ()),
            reports=report_dir,
            max_examples=max_examples,
            max_seconds=max_seconds,
            seed=seed,
            workers=workers,
            nightly=nightly,
            hosts=tuple(allow_host or ()),
        )
        result = fuzz_result(run, call, run.say)
        return Outcome(result.findings, facts=result.facts)


def fuzz_result(run: Run, call: FuzzCall, say: Callable[[str], None]) -> Result:
    """Starts the server if need be and tries it. Raises InputError."""
    from tallystick.fuzz import Trial, ended_by_signals, fuzz

    contract = contract_of(run, call.spec, call.hosts)
    settings = run.config.fuzz.model_copy(update={"headers": {**run.config.fuzz.headers, **dict(call.headers)}})
    with ended_by_signals(), _server(run, call, settings) as url:
        trial = Trial(contract, url, settings, _effort(call, settings), call.reports or settings.reports)
        result = fuzz(trial, say)
    return dataclasses.replace(result, findings=[*contract.findings, *result.findings])


@contextlib.contextmanager
def _server(run: Run, call: FuzzCall, settings: Fuzz) -> Iterator[str]:
    """The address of the server: one that runs, or one that is started until the block is left."""
    from tallystick.fuzz import running

    url = call.url or (settings.url if not (call.application or settings.start or settings.app) else None)
    if url is not None:
        yield _checked(url)
        return
    with running(
        _command(call, settings),
        url=settings.url if settings.start and settings.url and not call.application else "http://127.0.0.1:{port}",
        seconds=settings.start_seconds,
        environment=settings.environment,
        folder=Path.cwd() if call.application else run.config.folder.absolute(),
    ) as server:
        yield server.url


def _command(call: FuzzCall, settings: Fuzz) -> list[str]:
    from tallystick.fuzz import application_command

    if call.application is not None:
        return application_command(call.application, call.app_dir or Path.cwd())
    if settings.start is not None:
        return settings.start
    if settings.app is not None:
        return application_command(settings.app, settings.app_dir)
    message = "no server is named: give --app MODULE:ATTR or --url, or write start, app or url under [fuzz]"
    raise InputError.of("usage", message)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise InputError.of("usage", f"--header is NAME:VALUE, such as X-API-Key:secret, not {name!r}")
    return name.strip(), value.strip()


def _checked(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise InputError.of("usage", f"--url is a web address, such as http://127.0.0.1:8000, not {url!r}")
    return url.rstrip("/")


def _effort(call: FuzzCall, settings: Fuzz) -> Effort:
    from tallystick.fuzz import Effort

    seed = call.seed if call.seed is not None else settings.seed
    if call.nightly:
        return Effort(
            max_examples=call.max_examples or settings.nightly.max_examples,
            workers=call.workers or settings.workers,
            seed=seed if seed is not None else secrets.randbits(32),
            fill_seconds=call.max_seconds or settings.nightly.max_seconds,
        )
    return Effort(
        max_examples=call.max_examples or settings.max_examples,
        workers=call.workers or settings.workers,
        seed=seed,
        max_seconds=call.max_seconds or settings.max_seconds,
    )
