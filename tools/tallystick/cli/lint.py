"""``tally lint``: what is wrong with a description, and with what would be generated from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, bundled, description_path
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import Finding, InputError
from tallystick.report import RuleText

if TYPE_CHECKING:
    from tallystick.document import Bundle

__all__ = ["lint_findings", "register"]

FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE...", help="Descriptions, - for standard input.  [default: spec of tally.toml]"),
]
FastOption = Annotated[
    bool, typer.Option("--fast", help="Without the second opinion of openapi-spec-validator.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def lint(
        run: Run,
        files: FilesArgument = None,
        fast: FastOption = False,
        allow_host: AllowHostOption = None,
    ) -> Outcome:
        """Check a description.

        Is it valid, unambiguous, safe to generate from, and pleasant to use? Each finding names its rule;
        `tally explain RULE` says why it is there and how to mend or silence it.
        """
        paths = files or [description_path(run, None)]
        findings = _of_all(run, paths, allow_host or (), second_opinion=not fast)
        return Outcome(findings, fail_on=run.config.lint.fail_on, rule=_rule_text)


def _of_all(run: Run, paths: Sequence[Path], hosts: Sequence[str], *, second_opinion: bool) -> list[Finding]:
    """The findings of all descriptions. One that cannot be read does not hide what is wrong with the others."""
    findings: list[Finding] = []
    unreadable: list[Finding] = []
    for path in paths:
        try:
            findings += lint_findings(run, path, hosts, second_opinion=second_opinion)
        except InputError as error:
            unreadable += error.findings
    if unreadable:
        raise InputError(*unreadable, *findings)
    return findings


def lint_findings(run: Run, path: Path, hosts: Sequence[str], *, second_opinion: bool) -> list[Finding]:
    """The findings of one description. Raises InputError when it cannot be read."""
    from tallystick.lint import Settings
    from tallystick.lint import run as lint_run

    tree = bundled(run, path, hosts)
    asked = second_opinion and _size(tree) <= run.config.lint.validator_max_bytes
    return lint_run(tree, Settings.of(run.config, validator=asked))


def _size(tree: Bundle) -> int:
    """Bytes of the local files of a description."""
    files = (Path(document.uri) for document in tree.source.documents)
    return sum(file.stat().st_size for file in files if file.is_file())


def _rule_text(code: str) -> RuleText | None:
    from tallystick.lint import all_rules

    rule = all_rules().get(code)
    return RuleText(rule.summary, rule.rationale) if rule else None
