"""GitLab code quality (Code Climate): a list of issues shown beside the merge request.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import Any, Final

from tallystick.findings import Finding, Level, fingerprints
from tallystick.report.as_json import dumped
from tallystick.report.escaping import clipped, visible
from tallystick.report.model import Context, Report

__all__ = ["render"]

_SEVERITIES: Final = {Level.ERROR: "major", Level.WARNING: "minor", Level.INFO: "info"}
_NO_FILE: Final = "openapi"  # GitLab insists on a path, also for findings about a running server


def render(report: Report, _context: Context) -> str:
    """One JSON list; fingerprints stay the same when lines above a finding move."""
    marks = fingerprints(report.findings)
    return dumped([_issue(finding, mark) for finding, mark in zip(report.findings, marks, strict=True)])


def _issue(finding: Finding, mark: str) -> dict[str, Any]:
    place = finding.place
    lines = {"begin": max(place.line, 1)}
    if place.end_line > place.line > 0:
        lines["end"] = place.end_line
    return {
        "description": clipped(visible(finding.message)),
        "check_name": finding.code,
        "fingerprint": mark,
        "severity": _SEVERITIES[finding.level],
        "location": {"path": place.file or finding.operation or _NO_FILE, "lines": lines},
    }
