"""``text-safe``."""

import re
from typing import Final

from tallystick.contract.visit import Prose
from tallystick.findings import Level
from tallystick.lint.rule import Check, Group, on, rule

_QUICK: Final = re.compile(
    '[<`"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]|script:|data:', re.IGNORECASE
)
_CODE: Final = re.compile(r"```[^`]*```|``[^`]*``|`[^`\n]*`|^(?: {4}|\t).*$", re.MULTILINE)
_TAG: Final = re.compile(
    r"</?(?:script|iframe|object|embed|applet|base|form|input|button|link|meta|style|svg|math|template|frame|frameset)\b",
    re.IGNORECASE,
)
_HANDLER: Final = re.compile(r"<[a-z][^<>]{0,500}\son[a-z]{3,20}\s{0,10}=", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(?:\]\(|(?:href|src|action)\s{0,10}=\s{0,10}[\"']?)\s{0,10}(?:javascript|vbscript|data):", re.IGNORECASE
)
_QUOTES: Final = re.compile("\"\"\"|'''")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DIRECTION: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_FAULTS: Final = (
    (_TAG, "the tag {0}> would reach the documentation: remove it, or put it in backquotes"),
    (_HANDLER, "an event handler in a tag would run in the documentation: remove it"),
    (_ADDRESS, "an address that runs code ({0}) would reach the documentation: remove it"),
)
_ANYWHERE: Final = (
    (_CONTROL, "a control character: remove it"),
    (_DIRECTION, "a character that turns the direction of writing can hide code: remove it"),
)


@rule(
    "text-safe",
    Group.PROTOCOL,
    "error",
    minimal="error",
    summary="Texts hold nothing that runs or hides where they end up: no script, triple quotes or control characters.",
    rationale="""
        Descriptions come from many hands and end up in web pages, in docstrings and in terminals. Our own generators
        escape them; other tools that read the same description may not. Harmless markup such as `<br>` is allowed,
        and code in backquotes is left alone.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              summary: «List <script>alert(1)</script> items»
              description: «Ends the docstring with \"\"\" here.»
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              summary: List the items
              description: Use `<script>` for scripts.<br>Nothing runs.
    """,
)
class TextSafe(Check):
    """One finding per text, for the first thing in it."""

    @on(Prose)
    def text(self, prose: Prose) -> None:
        """Reports at the text."""
        if not _QUICK.search(prose.text):
            return
        fault = _fault(prose.text)
        if fault is not None:
            self.report(prose.pointer, fault)
        elif (quotes := _QUOTES.search(prose.text)) is not None:
            message = f"{quotes[0]} would end a docstring in tools that do not escape it: write it otherwise"
            self.report(prose.pointer, message, level=Level.WARNING)


def _fault(text: str) -> str | None:
    for pattern, message in _ANYWHERE:
        found = pattern.search(text)
        if found:
            return message.format(found[0] if found[0].isprintable() else "")
    plain = _CODE.sub("", text) if "`" in text or "    " in text or "\t" in text else text
    for pattern, message in _FAULTS:
        found = pattern.search(plain)
        if found:
            return message.format(found[0][:40])
    return None
