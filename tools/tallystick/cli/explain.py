"""``tally explain``: what a rule or a finding code means."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from tallystick.cli.command import command
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run
from tallystick.findings import Finding, InputError, Level, Place, shown_path
from tallystick.report import Format

__all__ = ["register"]

CodeArgument = Annotated[
    str | None, typer.Argument(metavar="CODE", help="A rule or another code.  [default: list all]")
]
WriteOption = Annotated[
    Path | None, typer.Option("--write", metavar="FOLDER", help="Write a page for every rule into this folder.")
]
CheckOption = Annotated[bool, typer.Option("--check", help="With --write: write nothing, report pages that differ.")]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def explain(run: Run, code: CodeArgument = None, write: WriteOption = None, check: CheckOption = False) -> Outcome:
        """Say what a finding code means, why it is there, and how to mend or silence it.

        Without a code, all rules are listed.
        """
        from tallystick.lint.pages import index_page

        if write is not None:
            return _folder(run, write, check=check)
        text = index_page() if code is None else _text(code)
        if run.form is Format.JSON:
            return Outcome(facts=_facts(code))
        return Outcome(product=_plain(text).encode())


def _text(code: str) -> str:
    from tallystick.lint import all_rules
    from tallystick.lint.adopted import rule_for
    from tallystick.lint.pages import explanation, page

    rule = all_rules().get(rule_for(code))
    if rule is not None:
        return page(rule)
    known = explanation(code)
    if known is None:
        raise InputError.of("usage", f"there is no code {code!r}{_near(code)}; `tally explain` lists all")
    return f"# {code}\n\n{known.summary}\n\n{known.text}".rstrip() + "\n"


def _near(code: str) -> str:
    from tallystick.lint import all_rules
    from tallystick.lint.notes import NOTES

    near = difflib.get_close_matches(code, [*all_rules(), *NOTES], n=1)
    return f": did you mean {near[0]!r}?" if near else ""


def _plain(page: str) -> str:
    """A page without the mark that its file carries."""
    return page.split("-->\n\n", 1)[-1] if page.startswith("<!--") else page


def _facts(code: str | None) -> dict[str, object]:
    from tallystick.lint import all_rules
    from tallystick.lint.pages import explanation

    if code is not None:
        _text(code)  # refuses what does not exist
    known = {name: explanation(name) for name in ([code] if code is not None else all_rules())}
    rules = [{"code": name, "summary": text.summary, "explanation": text.text} for name, text in known.items() if text]
    return {"rules": rules}


def _folder(run: Run, folder: Path, *, check: bool) -> Outcome:
    """Writes the pages, or compares them with the folder."""
    from tallystick.atomic import write_atomically
    from tallystick.lint.pages import pages

    wanted = pages()
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if check:
        differing = [name for name, text in wanted.items() if _content(folder / name) != text]
        return Outcome([_stale(folder / name) for name in sorted({*differing, *(found - set(wanted))})])
    for name, text in wanted.items():
        write_atomically(folder / name, text.encode())
    for name in found - set(wanted):
        (folder / name).unlink()
    run.say(f"{len(wanted)} pages written to {folder}")
    return Outcome()


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _stale(path: Path) -> Finding:
    message = f"the page is not what the rules say today: run tally explain --write {shown_path(path.parent)}"
    return Finding("generated-stale", Level.ERROR, message, Place(shown_path(path)))
