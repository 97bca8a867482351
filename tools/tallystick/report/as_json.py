"""JSON for programs: ``{"findings": [...], "summary": {...}}`` with what else the command reports."""

from __future__ import annotations

import json
from typing import Any

from tallystick.findings import as_json, summary
from tallystick.report.model import Context, Gate, Report

__all__ = ["dumped", "render"]


def render(report: Report, _context: Context) -> str:
    """One JSON document. Text is exact; the encoding is ASCII, so nothing in it can act on a terminal."""
    value: dict[str, Any] = dict(report.facts)
    if report.gates:
        value["gates"] = [_gate(gate) for gate in report.gates]
    value["findings"] = [as_json(finding) for finding in report.findings]
    value["summary"] = {**summary(report.findings), **report.counts}
    return dumped(value)


def dumped(value: Any) -> str:
    """The one way JSON is written: ASCII, two spaces, keys in the given order, a line feed at the end."""
    return json.dumps(value, indent=2) + "\n"


def _gate(gate: Gate) -> dict[str, Any]:
    return {
        "gate": gate.name,
        "result": gate.status,
        "findings": len(gate.findings),
        "seconds": round(gate.seconds, 3),
        "note": gate.note,
    }
