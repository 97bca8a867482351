"""What a command hands back, and how it becomes a report and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from tallystick import version
from tallystick.atomic import write_atomically
from tallystick.cli.run import Run
from tallystick.findings import Finding, InputError, Threshold, exceeds, ordered
from tallystick.report import Context, Format, Gate, Report, RuleText, render

__all__ = ["CLEAN", "FOUND", "INTERNAL", "WRONG", "Outcome", "emit", "emit_error"]

CLEAN, FOUND, WRONG, INTERNAL = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command found, in any order and with duplicates.

    ``facts`` become further keys of the JSON document, ``counts`` further keys of its summary, ``preface`` is read by
    people. ``product`` is a document the command makes (a bundle): it goes to ``--output`` or standard output, and the
    findings beside it. ``fail_on`` is the threshold of the configuration; ``--fail-on`` wins. ``rule`` explains codes.
    """

    findings: Sequence[Finding] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    gates: tuple[Gate, ...] = ()
    preface: str = ""
    product: bytes | None = None
    fail_on: Threshold | None = None
    rule: Callable[[str], RuleText | None] | None = None


def emit(name: str, outcome: Outcome, run: Run) -> int:
    """Writes the product and the report; returns the exit code.

    0: nothing at or above the threshold; 1: something; 2: a gate could not reach a verdict.
    """
    threshold = run.fail_on or outcome.fail_on or Threshold.ERROR
    report = Report(
        command=name,
        findings=tuple(ordered(outcome.findings)),
        gates=outcome.gates,
        facts=outcome.facts,
        counts=outcome.counts,
        preface=outcome.preface,
    )
    if outcome.product is not None:
        _write_product(outcome.product, run)
    _write_report(report, run, threshold, outcome)
    return _verdict(report, threshold)


def _verdict(report: Report, threshold: Threshold) -> int:
    """Gates have judged their own findings; one that could not is worse than one that found something."""
    statuses = {gate.status for gate in report.gates}
    if not statuses:
        return FOUND if exceeds(report.findings, threshold.level) else CLEAN
    return WRONG if "broken" in statuses else FOUND if "failed" in statuses else CLEAN


def emit_error(name: str, error: InputError, run: Run) -> int:
    """Reports why there is no verdict, in the format asked for; returns the exit code 2."""
    report = Report(command=name, findings=tuple(ordered(error.findings)), verdict=False)
    _write_report(report, run, Threshold.ERROR, Outcome())
    return WRONG


def _write_report(report: Report, run: Run, threshold: Threshold, outcome: Outcome) -> None:
    to_file = run.output if outcome.product is None and report.verdict else None
    stream = _stream(run, outcome)
    context = Context(
        version=version(),
        fail_on=threshold.level,
        color=run.color and run.form is Format.TEXT and to_file is None,
        source_line=run.source_line,
        rule=outcome.rule or (lambda _code: None),
    )
    text = render(run.form, report, context)
    if to_file is None:
        _print(text, stream)
    else:
        _save(to_file, text.encode("utf-8", "backslashreplace"))
        run.say(f"report written to {to_file}")
    if report.gates and run.form not in (Format.TEXT, Format.JSON):
        _print(render(Format.TEXT, replace(report, findings=()), context), sys.stderr)


def _stream(run: Run, outcome: Outcome) -> TextIO:
    """What programs read goes to standard output, what people read to standard error."""
    product_on_stdout = outcome.product is not None and run.output is None
    return sys.stderr if run.form is Format.TEXT or product_on_stdout else sys.stdout


def _write_product(product: bytes, run: Run) -> None:
    if run.output is not None:
        _save(run.output, product)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(product)
    sys.stdout.flush()


def _print(text: str, stream: TextIO) -> None:
    stream.flush()
    stream.buffer.write(text.encode("utf-8", "backslashreplace"))
    stream.flush()


def _save(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.of("output-unwritable", f"cannot write {path}: {reason}; choose another --output") from error
