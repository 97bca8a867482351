"""What Schemathesis recorded: failures with their requests and replies, errors, and what was seen at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Exchange", "Failure", "Record", "merged", "read_record"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its reply as they went over the wire. Credentials are filtered."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None
    status: int | None = None
    reply_headers: Mapping[str, str] = field(default_factory=dict)
    reply_body: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed check. ``label`` is ``METHOD /path``; ``type`` and ``code`` are what Schemathesis calls it."""

    check: str
    type: str
    code: str
    label: str
    title: str
    message: str
    phase: str
    exchange: Exchange


@dataclass(slots=True)
class Record:
    """A whole run. ``seen`` holds pairs of label and status; ``dropped`` what the second opinion contradicted."""

    failures: list[Failure] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dropped: list[Mapping[str, Any]] = field(default_factory=list)
    seen: set[tuple[str, int]] = field(default_factory=set)
    cases: int = 0
    seed: int | None = None
    complete: bool = False
    was_cut: bool = False
    """Whether the time was up before the end."""


def read_record(events: Path, dropped: Path) -> Record:
    """Reads the events of a run and the file of dropped failures."""
    record = Record()
    with events.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):  # the last one of a run that was ended is half a line
                _add(record, json.loads(line))
    if dropped.exists():
        record.dropped = [json.loads(line) for line in dropped.read_text("utf-8").splitlines()]
    return record


def merged(records: Iterable[Record]) -> Record:
    """What several runs have recorded together."""
    whole = Record(complete=True)
    for record in records:
        whole.failures += record.failures
        whole.errors += record.errors
        whole.dropped += record.dropped
        whole.seen |= record.seen
        whole.cases += record.cases
        whole.complete &= record.complete
        whole.was_cut |= record.was_cut
        whole.seed = record.seed
    return whole


def _add(record: Record, event: Mapping[str, Any]) -> None:
    ((kind, value),) = event.items()
    if kind == "ScenarioFinished":
        _add_scenario(record, value)
    elif kind == "Initialize":
        record.seed = value.get("seed")
    elif kind == "EngineFinished":
        record.complete = True
    elif kind in ("NonFatalError", "FatalError"):
        record.errors.append(_error_text(value))


def _error_text(value: Mapping[str, Any]) -> str:
    inner = value.get("value") or value.get("exception") or {}
    where = value.get("label")
    what = inner.get("message") if isinstance(inner, Mapping) else str(inner)
    return f"{where}: {what}" if where else str(what)


def _add_scenario(record: Record, value: Mapping[str, Any]) -> None:
    recorder = value["recorder"]
    interactions, cases = recorder.get("interactions", {}), recorder.get("cases", {})
    record.cases += len(interactions)
    for case, interaction in interactions.items():
        made = cases.get(case, {}).get("value", {})
        if interaction.get("response") and made:
            record.seen.add((f"{made.get('method')} {made.get('path')}", interaction["response"]["status_code"]))
    for case, checks in recorder.get("checks", {}).items():
        for check in checks:
            if check["status"] == "failure" and case in interactions:
                record.failures.append(_failure(check, case, value["phase"], interactions))


def _failure(check: Mapping[str, Any], case: str, phase: str, interactions: Mapping[str, Any]) -> Failure:
    failure = check["failure_info"]["failure"]
    culprit = failure.get("case_id") or case
    return Failure(
        check=check["name"],
        type=failure["type"],
        code=failure["code"],
        label=failure.get("operation") or "",
        title=failure["title"],
        message=failure["message"],
        phase=phase,
        exchange=_exchange(interactions.get(culprit) or interactions[case]),
    )


def _exchange(interaction: Mapping[str, Any]) -> Exchange:
    request, reply = interaction["request"], interaction.get("response") or {}
    return Exchange(
        method=request["method"],
        url=request["uri"],
        headers=dict(_single(request.get("headers", {}))),
        body=_text(request.get("body")),
        status=reply.get("status_code"),
        reply_headers=dict(_single(reply.get("headers", {}))),
        reply_body=_text(reply.get("content")) or "",
    )


def _single(headers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in headers.items():
        yield name, ", ".join(values) if isinstance(values, list) else str(values)


def _text(value: Any) -> str | None:
    if isinstance(value, Mapping) and "$base64" in value:
        return base64.b64decode(value["$base64"]).decode("utf-8", "backslashreplace")
    return value if isinstance(value, str) else None
