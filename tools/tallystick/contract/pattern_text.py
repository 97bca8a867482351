"""Texts that a regular expression matches, made from its own structure. Best effort: the caller checks the match."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["sample_of"]

_LONGEST: Final = 2_000
_DEEPEST: Final = 40
_CLASSES: Final = {"d": "7", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "n": "\n", "t": "\t", "r": "\r"}
_QUANTIFIER: Final = re.compile(r"\{(\d+)(,)?(\d*)\}|[*+?]")
_LOOKAROUND: Final = re.compile(r"\?(?:=|!|<=|<!)")
_GROUP: Final = re.compile(r"\?(?::|P?<\w+>|[aiLmsux-]+:)")


def sample_of(pattern: str, repeats: int = 0) -> str | None:
    """A text that the pattern probably matches; None where the pattern is beyond what is understood here.

    Args:
        pattern: a regular expression as JSON Schema has it (ECMA-262).
        repeats: how often a part is repeated that may be repeated at will.
    """
    try:
        return _Sample(pattern, repeats).text()[:_LONGEST]
    except (IndexError, RecursionError, ValueError):
        return None


class _Sample:
    """One pass over a pattern, taking the first alternative everywhere."""

    def __init__(self, pattern: str, repeats: int) -> None:
        self._pattern = pattern
        self._repeats = repeats
        self._at = 0
        self._depth = 0

    def text(self) -> str:
        """The text for the pattern from the current position to its end or the end of the group."""
        made: list[str] = []
        while self._at < len(self._pattern) and self._pattern[self._at] != ")":
            if self._pattern[self._at] == "|":
                self._skip_alternatives()
                break
            atom = self._atom()
            made.append(atom * min(self._count(), _LONGEST // max(len(atom), 1) + 1))
        return "".join(made)

    def _atom(self) -> str:
        sign = self._pattern[self._at]
        self._at += 1
        if sign in "^$":
            return ""
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        return "a" if sign == "." else sign

    def _group(self) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise RecursionError
        looks = _LOOKAROUND.match(self._pattern, self._at)
        named = looks or _GROUP.match(self._pattern, self._at)
        self._at = named.end() if named else self._at
        text = self.text()
        self._at += 1
        self._depth -= 1
        return "" if looks else text

    def _skip_alternatives(self) -> None:
        while self._at < len(self._pattern) and self._pattern[self._at] != ")":
            self._at += 1
            made = _Sample(self._pattern, 0)
            made._at, made._depth = self._at, self._depth + 1
            made.text()
            self._at = made._at

    def _escape(self) -> str:
        sign = self._pattern[self._at]
        self._at += 1
        if sign in "bBAZz":
            return ""
        if sign in "ux" and (code := re.compile(r"[0-9a-fA-F]{2,4}").match(self._pattern, self._at)):
            self._at = code.end()
            return chr(int(code[0], 16))
        if sign in "pP" and self._pattern[self._at] == "{":
            name = self._pattern[self._at + 1 : self._pattern.index("}", self._at)]
            self._at += len(name) + 2
            return "7" if name.startswith("N") else "-" if name.startswith(("P", "S")) else "A" if name == "Lu" else "a"
        return _CLASSES.get(sign, sign)

    def _class(self) -> str:
        """One sign that a class in brackets takes."""
        negated = self._pattern[self._at] == "^"
        self._at += negated
        begin = self._at
        members = [self._member()]
        while self._pattern[self._at] != "]":
            members.append(self._member())
        self._at += 1
        if not negated:
            return members[0]
        text = f"[^{self._pattern[begin : self._at]}"
        return next((sign for sign in "aA0 -_" if _takes(text, sign)), "~")

    def _member(self) -> str:
        sign = self._pattern[self._at]
        self._at += 1
        return self._escape() if sign == "\\" else sign

    def _count(self) -> int:
        """How often the atom before is repeated."""
        found = _QUANTIFIER.match(self._pattern, self._at)
        if found is None:
            return 1
        self._at = found.end()
        if self._at < len(self._pattern) and self._pattern[self._at] in "?+":
            self._at += 1
        if found[0] in "*+?":
            return min(self._repeats, 1) if found[0] == "?" else max(self._repeats, found[0] == "+")
        least = int(found[1])
        most = least if not found[2] else int(found[3]) if found[3] else least + self._repeats
        return min(max(least, min(self._repeats, most)), _LONGEST)


def _takes(text: str, sign: str) -> bool:
    try:
        return re.fullmatch(text, sign) is not None
    except re.error:
        return False
