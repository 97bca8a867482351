"""SARIF 2.1.0 (OASIS): the format of code scanning services."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from tallystick.findings import Finding, Level, Place, fingerprints
from tallystick.report.as_json import dumped
from tallystick.report.escaping import clipped, visible
from tallystick.report.model import Context, Report

__all__ = ["render"]

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def render(report: Report, context: Context) -> str:
    """One run of the tool; every code that occurs is a rule with its help text."""
    codes = sorted({finding.code for finding in report.findings})
    indices = {code: index for index, code in enumerate(codes)}
    marks = fingerprints(report.findings)
    driver = {"name": "tallystick", "version": context.version, "rules": [_rule(code, context) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, mark, indices[finding.code]) for finding, mark in zip(report.findings, marks, strict=True)
        ],
    }
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, context: Context) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code}
    text = context.rule(code)
    if text is None:
        return rule
    rule["shortDescription"] = {"text": text.summary}
    if text.explanation:
        rule["fullDescription"] = {"text": text.explanation}
        rule["help"] = {"text": text.explanation, "markdown": text.explanation}
    if text.uri:
        rule["helpUri"] = text.uri
    return rule


def _result(finding: Finding, mark: str, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.level],
        "message": {"text": _message(finding.message)},
        "locations": [_location(finding.place, finding.operation)],
        "partialFingerprints": {"tallyFinding/v1": mark},
    }
    if finding.related:
        result["relatedLocations"] = [_location(place) for place in finding.related]
    return result


def _message(text: str) -> str:
    """SARIF reads ``[text](target)`` in messages as a link (section 3.11.6); ours hold none."""
    return clipped(visible(text)).replace("](", "\\](")


def _location(place: Place, operation: str | None = None) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if place.file:
        location["physicalLocation"] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.file and place.line:
        location["physicalLocation"]["region"] = _region(place)
    names = ((operation, "function"), (place.pointer, "member"))
    logical = [{"fullyQualifiedName": name, "kind": kind} for name, kind in names if name]
    if logical:
        location["logicalLocations"] = logical
    return location


def _region(place: Place) -> dict[str, int]:
    values = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    return {name: value for name, value in values.items() if value}


def _uri(file: str) -> str:
    if file == "-":
        return "stdin"
    path = PurePath(file)
    uri = quote(path.as_posix(), errors="backslashreplace")
    return f"file:///{uri.lstrip('/')}" if path.is_absolute() else uri
