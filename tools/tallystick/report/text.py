"""Text for people: one line per finding with its place first, the source below it, a closing line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tallystick.findings import Finding, Level, summary
from tallystick.report.escaping import clipped, one_line, visible
from tallystick.report.frame import frame
from tallystick.report.model import Context, Gate, Report

__all__ = ["closing_line", "gate_table", "painted", "render"]

_COLORS: Final = {Level.ERROR: "31", Level.WARNING: "33", Level.INFO: "36"}
_STATUS_COLORS: Final = {"passed": "32", "failed": "31", "broken": "31", "skipped": "2", "not configured": "33"}
_BOLD: Final = "1"
_FAINT: Final = "2"


def render(report: Report, context: Context) -> str:
    """The preface, all findings, the table of gates if there is one, the closing line if there is a verdict."""
    lines = [*visible(report.preface).rstrip().split("\n"), ""] if report.preface else []
    for finding in report.findings:
        lines += [*_finding(finding, context), ""]
    if report.gates:
        lines += [*gate_table(report.gates, context), ""]
    if report.verdict:
        lines.append(closing_line(report, context))
    return "\n".join(lines).rstrip() + "\n"


def closing_line(report: Report, context: Context) -> str:
    """How many findings there are, by level; the same words in every command."""
    counts = summary(report.findings)
    if not counts["total"]:
        return painted(f"{report.command}: no findings", "32", context)
    by_level = (
        _counted(counts[level.value], level.value) for level in sorted(Level, reverse=True) if counts[level.value]
    )
    text = f"{report.command}: {_counted(counts['total'], 'finding')} ({', '.join(by_level)})"
    return painted(text, _BOLD, context)


def gate_table(gates: tuple[Gate, ...], context: Context) -> list[str]:
    """One row per gate: name, result, findings, seconds, remark."""
    rows = [("gate", "result", "findings", "seconds", "")]
    rows += [(g.name, g.status, str(len(g.findings)), f"{g.seconds:.1f}", one_line(g.note)) for g in gates]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [_row(row, widths) for row in rows]
    lines.insert(1, "-" * max(len(line) for line in lines))
    for index, gate in enumerate(gates, start=2):
        lines[index] = lines[index].replace(gate.status, painted(gate.status, _STATUS_COLORS[gate.status], context), 1)
    return lines


def painted(text: str, color: str, context: Context) -> str:
    """The text in an ANSI colour when the context asks for colour."""
    return f"\x1b[{color}m{text}\x1b[0m" if context.color else text


def _row(row: tuple[str, ...], widths: list[int]) -> str:
    name, status, count, seconds, note = row
    cells = (name.ljust(widths[0]), status.ljust(widths[1]), count.rjust(widths[2]), seconds.rjust(widths[3]), note)
    return "  ".join(cells).rstrip()


def _finding(finding: Finding, context: Context) -> Iterator[str]:
    first, *rest = clipped(visible(finding.message)).split("\n")
    where = one_line(str(finding.place) or finding.operation or "")
    level = painted(finding.level.value, _COLORS[finding.level], context)
    code = painted(f"[{one_line(finding.code)}]", _FAINT, context)
    place = painted(where, _BOLD, context) + ": " if where else ""
    yield f"{place}{level}: {first} {code}"
    yield from (f"    {line}".rstrip() for line in rest)
    yield from (f"    {line}" for line in _source(finding, context))
    if finding.operation and finding.place.file:
        yield f"    operation: {one_line(finding.operation)}"
    for place_ in finding.related:
        yield f"    see also: {one_line(f'{place_} {place_.pointer}'.strip())}"


def _source(finding: Finding, context: Context) -> list[str]:
    if not finding.place.file or not finding.place.line:
        return []
    line = context.source_line(finding.place.file, finding.place.line)
    return [] if line is None else frame(finding.place, line)


def _counted(number: int, noun: str) -> str:
    plural = noun if number == 1 or noun == "info" else f"{noun}s"
    return f"{number} {plural}"
