"""The whole of ``tally fuzz``: every part, one after the other, on one server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tallystick.config import Fuzz
from tallystick.contract import Contract
from tallystick.findings import Finding, InputError, Level
from tallystick.fuzz.authorization import authorization_matrix
from tallystick.fuzz.client import client_for
from tallystick.fuzz.credentials import credentials
from tallystick.fuzz.engine import Assignment, run_schemathesis
from tallystick.fuzz.expectations import check_expectations
from tallystick.fuzz.near_miss import NearMisses, creating_first
from tallystick.fuzz.record import Record
from tallystick.fuzz.reporting import record_findings
from tallystick.fuzz.resources import Resources
from tallystick.fuzz.settings import Effort

__all__ = ["Result", "Trial", "fuzz"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A server and how it is tried. ``url`` is where the paths of the contract begin."""

    contract: Contract
    url: str
    settings: Fuzz
    effort: Effort
    reports: Path | None = None


@dataclass(slots=True)
class Result:
    """What was found, and what was tried."""

    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def fuzz(trial: Trial, say: Callable[[str], None] = lambda _line: None) -> Result:
    """Tries the server. ``say`` hears how far it is.

    Raises:
        InputError: the configuration does not fit the contract, or the server does not answer.
    """
    check_expectations(trial.contract, trial.settings.expected_statuses)
    _check_excluded(trial)
    result = Result()
    parts = trial.settings.parts
    if "near-miss" in parts or "authorization" in parts:
        _own_parts(trial, result, say)
    if "schemathesis" in parts:
        _schemathesis(trial, result, say)
    return result


def _own_parts(trial: Trial, result: Result, say: Callable[[str], None]) -> None:
    """Near misses and the authorization matrix; what removes things comes last, so that there is something to ask."""
    settings, contract = trial.settings, trial.contract
    resources = Resources(contract)
    operations = creating_first(contract, settings.exclude)
    with client_for(contract, trial.url, settings) as client:
        near = NearMisses(contract, client, settings.expected_statuses, resources)
        wanted = operations if "near-miss" in settings.parts else []
        near.try_all(each for each in wanted if each.method != "DELETE")
        if "authorization" in settings.parts:
            _authorization(trial, resources, result, say)
        near.try_all(each for each in wanted if each.method == "DELETE")
    if wanted:
        say(f"Near misses: {near.result.requests} requests to {len(wanted) - len(near.result.untried)} operations")
        result.findings += near.result.findings
        result.findings += [_untried(contract, name, reason) for name, reason in near.result.untried.items()]
        result.facts["near-miss"] = {"requests": near.result.requests, "untried": near.result.untried}


def _authorization(trial: Trial, resources: Resources, result: Result, say: Callable[[str], None]) -> None:
    settings = trial.settings
    known = credentials(trial.contract, settings.auth)
    with client_for(trial.contract, trial.url, settings, anonymous=True) as client:
        found = authorization_matrix(trial.contract, client, known, resources, exclude=settings.exclude, say=say)
    result.findings += found.findings
    result.facts["authorization"] = {"requests": found.requests, "untried": found.untried}


def _untried(contract: Contract, name: str, reason: str) -> Finding:
    message = f"{name}: near misses are not tried, {reason}; Schemathesis tries the operation"
    return Finding("fuzz-untried", Level.INFO, message, contract.operation(name).location.place, name)


def _check_excluded(trial: Trial) -> None:
    unknown = sorted(set(trial.settings.exclude) - {operation.id for operation in trial.contract.operations})
    if unknown:
        raise InputError.of("fuzz-exclude", f"exclude in [fuzz] names {', '.join(unknown)}, which is no operation")


def _schemathesis(trial: Trial, result: Result, say: Callable[[str], None]) -> None:
    settings = trial.settings
    assignment = Assignment(
        contract=trial.contract,
        url=trial.url,
        effort=trial.effort,
        credentials=credentials(trial.contract, settings.auth),
        headers=settings.headers,
        expected=settings.expected_statuses,
        exclude=tuple(settings.exclude),
        reports=trial.reports,
    )
    record = run_schemathesis(assignment, say)
    record.seed = trial.effort.seed
    result.findings += record_findings(trial.contract, record)
    result.facts["schemathesis"] = _facts(trial.contract, record)


def _facts(contract: Contract, record: Record) -> dict[str, Any]:
    labels = {f"{each.method} {each.path}" for each in contract.operations}
    declared = {(f"{each.method} {each.path}", reply.status) for each in contract.operations for reply in each.replies}
    seen = {(label, str(status)) for label, status in record.seen}
    return {
        "cases": record.cases,
        "seed": record.seed,
        "complete": record.complete,
        "dropped": len(record.dropped),
        "operations": {"described": len(contract.operations), "answered": len(labels & {label for label, _ in seen})},
        "replies": {"described": len(declared), "seen": len(declared & seen)},
    }
