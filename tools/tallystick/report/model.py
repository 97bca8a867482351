"""What is reported, and what the formats need to know to render it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tallystick.findings import Finding, Level

__all__ = ["Context", "Format", "Gate", "GateStatus", "Report", "RuleText"]


class Format(enum.StrEnum):
    """The formats of a report; each is rendered by the module of its name in ``tallystick.report``."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"


GateStatus = Literal["passed", "failed", "broken", "skipped", "not configured"]


@dataclass(frozen=True, slots=True)
class RuleText:
    """What is known about a finding code: shown as the help of a SARIF rule. ``uri`` is an absolute web address."""

    summary: str
    explanation: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """One row of the table that ``tally check`` prints.

    ``passed`` and ``failed`` are verdicts; ``broken`` means that the gate could not reach one (wrong input),
    ``skipped`` that it was not asked for, ``not configured`` that the project does not say what to look at; ``note``
    gives the reason.
    """

    name: str
    status: GateStatus
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one command: its findings (sorted), and what else belongs into its JSON document.

    ``facts`` are further top-level keys, written before the findings; ``counts`` are further keys of the summary.
    ``preface`` is what a person reads before the findings. ``verdict`` is false when the input or the call was wrong,
    so that the findings say why there is no verdict.
    """

    command: str
    findings: tuple[Finding, ...]
    gates: tuple[Gate, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    preface: str = ""
    verdict: bool = True


def _no_source(_file: str, _line: int) -> str | None:
    return None


def _no_rule(_code: str) -> RuleText | None:
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """What the renderers may ask for.

    ``source_line(file, line)`` gives a line of source text (counted from 1, without its end) or None; ``rule(code)``
    gives the text of a rule or None; ``fail_on`` is the level from which a finding fails the run (None: never).
    """

    version: str = "0"
    fail_on: Level | None = Level.ERROR
    color: bool = False
    source_line: Callable[[str, int], str | None] = _no_source
    rule: Callable[[str], RuleText | None] = _no_rule
