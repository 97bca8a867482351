"""JUnit XML: what fails the run is a failed test case, the rest is listed as passed with its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from tallystick.findings import Finding, exceeds
from tallystick.report.escaping import clipped, one_line, visible
from tallystick.report.model import Context, Gate, GateStatus, Report

__all__ = ["render"]

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(report: Report, context: Context) -> str:
    """One suite per gate, or one for the command; a suite without findings holds one passed case."""
    gates = report.gates or (_only_gate(report, context),)
    suites = [_suite(gate, context) for gate in gates]
    root = ET.Element("testsuites", {"name": "tally"} | _totals(suites))
    root.extend(suites)
    ET.indent(root)
    return f"{_DECLARATION}{ET.tostring(root, encoding='unicode')}\n"


def _only_gate(report: Report, context: Context) -> Gate:
    status: GateStatus = "failed" if exceeds(report.findings, context.fail_on) else "passed"
    return Gate(report.command, status, report.findings)


def _suite(gate: Gate, context: Context) -> ET.Element:
    cases = [_case(gate.name, finding, context) for finding in gate.findings] or [_whole(gate)]
    suite = ET.Element(
        "testsuite",
        name=f"tally {gate.name}",
        tests=str(len(cases)),
        failures=_count(cases, "failure"),
        errors=_count(cases, "error"),
        skipped=_count(cases, "skipped"),
        time=f"{gate.seconds:.3f}",
    )
    suite.extend(cases)
    return suite


def _case(gate: str, finding: Finding, context: Context) -> ET.Element:
    where = one_line(str(finding.place))
    name = clipped(f"{finding.code} {finding.operation or finding.place.pointer}".strip(), 200)
    case = ET.Element("testcase", classname=f"tally.{gate}", name=one_line(name), time="0")
    if finding.place.file:
        case.set("file", one_line(finding.place.file))
        case.set("line", str(finding.place.line))
    message = clipped(visible(finding.message))
    if exceeds((finding,), context.fail_on):
        failure = ET.SubElement(case, "failure", message=clipped(one_line(message), 400), type=finding.level.value)
        failure.text = f"{where}\n{message}"
    else:
        ET.SubElement(case, "system-out").text = f"{finding.level.value}: {where}\n{message}"
    return case


def _whole(gate: Gate) -> ET.Element:
    case = ET.Element("testcase", classname=f"tally.{gate.name}", name=gate.name, time=f"{gate.seconds:.3f}")
    tags = {"failed": "failure", "broken": "error", "skipped": "skipped", "not configured": "skipped"}
    tag = tags.get(gate.status)
    if tag:
        ET.SubElement(case, tag, message=one_line(gate.note))
    return case


def _count(cases: Sequence[ET.Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))


def _totals(suites: Sequence[ET.Element]) -> dict[str, str]:
    return {name: str(sum(int(suite.get(name, "0")) for suite in suites)) for name in ("tests", "failures", "errors")}
