"""``tally check``: every gate, cheapest first, one table, one exit code."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.command import command
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import Finding, InputError, Level, Threshold, deduplicated, exceeds
from tallystick.report import Gate
from tallystick.report.model import GateStatus

if TYPE_CHECKING:
    from tallystick.contract import Operation

__all__ = ["register"]


class NotConfigured(Exception):
    """The gate has nothing to look at. The text says what to write into ``tally.toml``."""


@dataclass(frozen=True, slots=True)
class _Gate:
    """A gate: what it asks, and how its findings are had."""

    name: str
    question: str
    findings: Callable[[Run], Sequence[Finding]]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def check(
        run: Run,
        only: Annotated[
            list[str] | None, typer.Option("--only", metavar="GATE", help="This gate; may be repeated.")
        ] = None,
        skip: Annotated[
            list[str] | None, typer.Option("--skip", metavar="GATE", help="Not this gate; may be repeated.")
        ] = None,
    ) -> Outcome:
        """Hold contract, generated code and running server together.

        The gates lint, generate, drift and fuzz in this order, as tally.toml configures them. Exit code 1 when any
        of them finds something, 2 when one cannot reach a verdict.
        """
        _refuse_unknown([*(only or ()), *(skip or ())])
        left_out = {*(skip or ()), *run.config.check.skip}
        wanted = [gate for gate in _GATES if not only or gate.name in only]
        gates: list[Gate] = []
        for gate in wanted:
            if gate.name in left_out and not only:
                gates.append(Gate(gate.name, "skipped", note="left out by --skip or [check] of tally.toml"))
            else:
                gates.append(_held(run, gate, [finding for done in gates for finding in done.findings]))
        return Outcome([finding for gate in gates for finding in gate.findings], gates=tuple(gates))


def _refuse_unknown(names: Sequence[str]) -> None:
    known = [gate.name for gate in _GATES]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise InputError.of("usage", f"there is no gate {', '.join(unknown)}; the gates are {', '.join(known)}")


def _held(run: Run, gate: _Gate, reported: Sequence[Finding]) -> Gate:
    """Runs one gate; what an earlier one has reported is not said twice."""
    run.say(f"{gate.name}: {gate.question}")
    started = time.perf_counter()
    found: Sequence[Finding] = ()
    note = ""
    try:
        found = gate.findings(run)
        status: GateStatus = "failed" if exceeds(found, _threshold(run, gate)) else "passed"
    except NotConfigured as error:
        status, note = "not configured", str(error)
    except InputError as error:
        status, found, note = "broken", error.findings, "no verdict: see the findings"
    seconds = time.perf_counter() - started
    fresh = [finding for finding in deduplicated(found) if _mark(finding) not in set(map(_mark, reported))]
    run.say(f"{gate.name}: {status} in {seconds:.1f} seconds")
    return Gate(gate.name, status, tuple(fresh), seconds, note)


def _mark(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.message, finding.place


def _threshold(run: Run, gate: _Gate) -> Level | None:
    own = run.config.lint.fail_on if gate.name == "lint" else Threshold.ERROR
    return (run.fail_on or own).level


def _lint(run: Run) -> Sequence[Finding]:
    from tallystick.cli.lint import lint_findings

    if run.config.spec is None:
        raise NotConfigured('write spec = "openapi.yaml" into tally.toml')
    return lint_findings(run, run.config.spec, (), second_opinion=True)


def _generate(run: Run) -> Sequence[Finding]:
    from tallystick.cli.generate import check_findings

    targets = run.config.generate
    if targets.server is None and targets.client is None and targets.models is None:
        raise NotConfigured("name what is generated under [generate] of tally.toml")
    return _naming_operations(run, check_findings(run))


def _naming_operations(run: Run, findings: Sequence[Finding]) -> list[Finding]:
    """Says of each generated file which operations its first difference belongs to."""
    from tallystick.cli.description import contract_of
    from tallystick.contract import canonicalise
    from tallystick.drift import operations_at

    if not findings:
        return []
    contract = canonicalise(contract_of(run, None)).contract
    return [
        _naming(finding, operations_at(contract, _lines(finding), finding.place.line, _changed(finding)))
        for finding in findings
    ]


def _changed(finding: Finding) -> list[str]:
    """The lines that differ, without their signs."""
    diff = str(finding.details.get("diff", "")).splitlines()
    return [line[1:] for line in diff if line[:1] in ("+", "-") and not line.startswith(("+++", "---"))]


def _lines(finding: Finding) -> list[str]:
    path = Path(finding.place.file)
    return path.read_text("utf-8", "replace").splitlines() if finding.place.file and path.is_file() else []


def _naming(finding: Finding, operations: Sequence[Operation]) -> Finding:
    if finding.operation is not None or not operations:
        return finding
    names = [operation.id for operation in operations]
    said = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return replace(finding, operation=names[0], message=f"{finding.message} (concerns {said})")


def _drift(run: Run) -> Sequence[Finding]:
    from tallystick.cli.drift import drift_findings

    if run.config.drift.app is None:
        raise NotConfigured("name the application under [drift] of tally.toml")
    return drift_findings(run, None, None, None, None, (), ())


def _fuzz(run: Run) -> Sequence[Finding]:
    from tallystick.cli.fuzz import FuzzCall, fuzz_result

    settings = run.config.fuzz
    if settings.start is None and settings.app is None and settings.url is None:
        raise NotConfigured("name a server under [fuzz] of tally.toml: start, app or url")
    return fuzz_result(run, FuzzCall(), run.say).findings


_GATES = (
    _Gate("lint", "is the description valid, unambiguous and safe to generate from?", _lint),
    _Gate("generate", "are the generated files those of the contract?", _generate),
    _Gate("drift", "does the application serve exactly the contract?", _drift),
    _Gate("fuzz", "does the running server keep the contract?", _fuzz),
)
