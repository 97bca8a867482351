"""Reports: pure functions from findings to text, one module per format.

``render(format, report, context)`` gives the whole text of a report. Nothing here reads a file or looks at a terminal;
what a format needs to know comes in by the ``Context``.
"""

from __future__ import annotations

from importlib import import_module

from tallystick.report.model import Context, Format, Gate, GateStatus, Report, RuleText

__all__ = ["Context", "Format", "Gate", "GateStatus", "Report", "RuleText", "render"]


def render(form: Format, report: Report, context: Context) -> str:
    """The report in the given format, as text that ends with a line feed (or is empty)."""
    name = "as_json" if form is Format.JSON else form.value
    text: str = import_module(f"tallystick.report.{name}").render(report, context)
    return text
