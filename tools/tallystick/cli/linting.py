"""From files to findings: reading or remembering, comparing with a base, and the ignore file."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.description import bundled
from tallystick.cli.run import Run
from tallystick.findings import Finding, InputError, exceeds
from tallystick.report import RuleText

if TYPE_CHECKING:
    from tallystick.document import Bundle
    from tallystick.ignore import IgnoreFile
    from tallystick.lint import RuleSet, Settings

__all__ = ["Linting", "lint_findings", "rule_text"]

_STDIN = "-"


@dataclass(slots=True)
class Linting:
    """How the descriptions of one call are looked at. ``files`` gathers the files that were."""

    run: Run
    hosts: Sequence[str] = ()
    opinion: bool = True
    """Whether openapi-spec-validator is asked too."""
    any_size: bool = False
    """Whether it is asked however large the description is."""
    remember: bool = False
    rule_set: RuleSet | None = None
    files: list[str] = field(default_factory=list)

    def every(self, paths: Iterable[Path]) -> list[Finding]:
        """The findings of all descriptions. One that cannot be read does not hide what is wrong with the others."""
        findings: list[Finding] = []
        unreadable: list[Finding] = []
        for path in paths:
            try:
                findings += self.one(path)
            except InputError as error:
                unreadable += error.findings
        if unreadable:
            raise InputError(*unreadable, *findings)
        return findings

    def one(self, path: Path) -> list[Finding]:
        """The findings of one description. Raises InputError when it cannot be read."""
        from tallystick.cli.lint_cache import Cache, default_folder

        folder = default_folder() if self.remember and str(path) != _STDIN and path.is_file() else None
        if folder is None:
            return self._looked_at(path)[0]
        cache = Cache(folder, path, self._settings_text())
        remembered = cache.load()
        if remembered is not None:
            self.files += remembered[1]
            return remembered[0]
        findings, tree = self._looked_at(path)
        if not _may_change_by_itself(tree, findings):
            local = [Path(document.uri) for document in tree.source.documents]
            cache.store(findings, local, [document.name for document in tree.source.documents])
        return findings

    def only_new(self, paths: Sequence[Path], base: str) -> list[Finding]:
        """The findings of one description that its base, a file or a git revision, did not have."""
        from tallystick.cli.revision import at_revision
        from tallystick.lint.baseline import only_new

        if len(paths) != 1 or str(paths[0]) == _STDIN:
            raise InputError.of("usage", "--base compares one file with its base: name one file")
        path = paths[0]
        findings = self.one(path)
        if Path(base).is_file():
            return only_new(findings, path, self._of_base(Path(base)), Path(base))
        with at_revision(path, base) as copy:
            return only_new(findings, path, self._of_base(copy), copy)

    def _of_base(self, path: Path) -> list[Finding]:
        return Linting(self.run, self.hosts, self.opinion, self.any_size, rule_set=self.rule_set).one(path)

    def _looked_at(self, path: Path) -> tuple[list[Finding], Bundle]:
        settings = self._settings(validator=False)
        settings.check()  # a wrong rule in tally.toml is told before a large description is read
        with _collector_off():
            return self._judged(path)

    def _judged(self, path: Path) -> tuple[list[Finding], Bundle]:
        from tallystick.lint import run as lint_run

        tree = bundled(self.run, path, self.hosts)
        self.files += [document.name for document in tree.source.documents]
        if tree.source.root.name == _STDIN:
            self.run.texts[_STDIN] = tree.source.root.text
        asked = self.opinion and (self.any_size or _size(tree) <= self.run.config.lint.validator_max_bytes)
        return lint_run(tree, self._settings(validator=asked)), tree

    def _settings(self, *, validator: bool) -> Settings:
        from dataclasses import replace

        from tallystick.lint import Settings

        settings = Settings.of(self.run.config, validator=validator)
        return settings if self.rule_set is None else replace(settings, set=self.rule_set)

    def _settings_text(self) -> str:
        config = self.run.config
        parts = (config.lint.model_dump_json(), config.document.model_dump_json(), self.rule_set, *self.hosts)
        return "\0".join(map(str, (*parts, self.opinion, self.any_size)))


@contextmanager
def _collector_off() -> Iterator[None]:
    """A run makes a million objects and no cycles; the collector would look through all of them, again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def lint_findings(run: Run, path: Path, hosts: Sequence[str], *, second_opinion: bool) -> Sequence[Finding]:
    """The findings of one description that the project has not accepted; for ``tally check``.

    The second opinion is asked whatever the size. Raises InputError when the description cannot be read.
    """
    linting = Linting(run, hosts, opinion=second_opinion, any_size=True)
    return accepted_left_out(run, linting.one(path), linting.files)


def accepted_left_out(
    run: Run, findings: Sequence[Finding], files: Iterable[str], *, stale: bool = True
) -> Sequence[Finding]:
    """The findings without those in the ignore file, and warnings about entries that are no longer of use."""
    if not run.config.lint.ignore_file.exists():
        return findings
    return _ignore_file(run).apply(findings, today=dt.datetime.now(dt.UTC).date(), files=files, stale=stale)


def accept(run: Run, findings: Iterable[Finding], files: Sequence[str]) -> int:
    """Writes the findings that would fail the run into the ignore file; returns how many entries it then has."""
    threshold = (run.fail_on or run.config.lint.fail_on).level
    updated = _ignore_file(run).updated((f for f in findings if exceeds((f,), threshold)), files=files)
    updated.write()
    return len(updated.entries)


def _ignore_file(run: Run) -> IgnoreFile:
    from tallystick.ignore import read

    return read(run.config.lint.ignore_file)


def _may_change_by_itself(tree: Bundle, findings: Iterable[Finding]) -> bool:
    """Whether the same files may give other findings tomorrow: remote parts, or files that are missing today."""
    remote = any("://" in document.uri for document in tree.source.documents)
    return remote or any(finding.code == "ref-resolves" for finding in findings)


def _size(tree: Bundle) -> int:
    """Bytes of the local files of a description."""
    files = (Path(document.uri) for document in tree.source.documents)
    return sum(file.stat().st_size for file in files if file.is_file())


def rule_text(code: str) -> RuleText | None:
    """What is known about a code, for reports that carry help."""
    from tallystick.lint.pages import explanation

    known = explanation(code)
    return None if known is None else RuleText(known.summary, known.text)
