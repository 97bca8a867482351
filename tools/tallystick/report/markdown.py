"""Markdown (GitHub flavour): a table for pull request comments and job summaries."""

from __future__ import annotations

import re
from typing import Final

from tallystick.findings import Finding
from tallystick.report.escaping import clipped, one_line
from tallystick.report.model import Context, Gate, Report
from tallystick.report.text import closing_line

__all__ = ["escaped", "render"]

_MARKUP: Final = re.compile(r"[\\`*_\[\]~!(){}]|(?<!&)#")  # a # after & belongs to an entity
# HTML, table cells, mentions, and addresses that would become links without being marked up
_ENTITIES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",
    "@": "&#64;",
    "://": "&#58;//",
    "www.": "www&#46;",
}


def render(report: Report, _context: Context) -> str:
    """The closing line as a heading, the table of gates if there is one, the table of findings if there are any."""
    lines = [f"### {escaped(closing_line(report, Context()))}", ""]
    if report.gates:
        lines += [_row("Gate", "Result", "Findings", "Seconds", "Note"), "|---|---|--:|--:|---|"]
        lines += [*map(_gate, report.gates), ""]
    if report.findings:
        lines += [_row("Level", "Place", "Operation", "What", "Code"), "|---|---|---|---|---|"]
        lines += [*map(_finding, report.findings), ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Text that shows as itself: no markup, no HTML, no table cell, no mention, no link."""
    text = one_line(text)
    for plain, entity in _ENTITIES.items():
        text = text.replace(plain, entity)
    return _MARKUP.sub(r"\\\g<0>", text)


def _finding(finding: Finding) -> str:
    message = clipped(finding.message, 1000)
    return _row(
        *map(escaped, (finding.level.value, str(finding.place), finding.operation or "", message, finding.code))
    )


def _gate(gate: Gate) -> str:
    return _row(gate.name, gate.status, str(len(gate.findings)), f"{gate.seconds:.1f}", escaped(gate.note))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
