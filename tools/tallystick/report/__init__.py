"""Reports: pure functions from findings to text, one module per format.

``render(format, report, context)`` gives the whole text of a report. Nothing here reads a file or looks at a terminal;
what a format needs to know comes in by the ``Context``.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final

from tallystick.report import as_json, github, gitlab, junit, markdown, sarif, text
from tallystick.report.model import Context, Gate, GateStatus, Report, RuleText

__all__ = ["Context", "Format", "Gate", "GateStatus", "Report", "RuleText", "render"]


class Format(enum.StrEnum):
    """The formats of a report."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"


_RENDERERS: Final[dict[Format, Callable[[Report, Context], str]]] = {
    Format.TEXT: text.render,
    Format.JSON: as_json.render,
    Format.GITHUB: github.render,
    Format.GITLAB: gitlab.render,
    Format.SARIF: sarif.render,
    Format.JUNIT: junit.render,
    Format.MARKDOWN: markdown.render,
}


def render(form: Format, report: Report, context: Context) -> str:
    """The report in the given format, as text that ends with a line feed (or is empty)."""
    return _RENDERERS[form](report, context)
