"""GitHub workflow commands: each finding becomes an annotation of the pull request.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import Final

from tallystick.findings import Finding, Level
from tallystick.report.escaping import clipped, one_line, visible
from tallystick.report.model import Context, Report

__all__ = ["render"]

_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def render(report: Report, _context: Context) -> str:
    """One ``::error``, ``::warning`` or ``::notice`` line per finding."""
    return "".join(f"{_command(finding)}\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    properties = {name: value for name, value in _properties(finding).items() if value}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = f"{finding.message} ({finding.operation})" if finding.operation else finding.message
    return f"::{_COMMANDS[finding.level]} {written}::{_data(clipped(visible(message)))}"


def _properties(finding: Finding) -> dict[str, str | int]:
    place = finding.place
    properties: dict[str, str | int] = {"title": one_line(finding.code)}
    if not place.file or place.file == "-":
        return properties
    properties |= {"file": one_line(place.file), "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:  # GitHub accepts columns within a single line only, the last one included
        properties |= {"col": place.column, "endColumn": max(place.column, place.end_column - 1)}
    return properties


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
