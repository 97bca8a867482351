"""What reading a description found, under the ids of the rules it belongs to.

Reading stops at nothing and notes what it had to mend; those notes are the first findings of a lint run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from tallystick.findings import Finding, Level

__all__ = ["RULES_OF_READING", "adopted", "rule_for"]

_RULES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ref-unresolved", "ref-kind", "ref-scheme", "ref-outside", "ref-remote"), "ref-resolves"),
    "ref-cycle": "ref-cycle-usable",
    "key-not-text": "yaml-trap",
    **dict.fromkeys(
        ("schema-keyword", "wrong-shape", "status-key", "parameter", "parameter-style", "media-type", "body-content",
         "path-item", "operation", "security-scheme", "security-shape"),
        "schema-valid",
    ),
}  # fmt: skip
_SEEN_BY_RULES: Final[Mapping[str, str]] = {
    "nullable-enum": "enum-type",
    "nullable-without-type": "nullable-once",
    "nullable-in-31": "nullable-once",
    "extension-shape": "extension-valid",
}
"""Notes about spellings that a rule of its own reports with the exact place."""


def rule_for(code: str) -> str:
    """The rule under which lint reports a code of reading; the code itself for any other."""
    return _RULES.get(code, _SEEN_BY_RULES.get(code, code))


def adopted(findings: Iterable[Finding], levels: Mapping[str, Level]) -> Iterator[Finding]:
    """The findings of reading with rule ids; those of rules that are off are left out."""
    for finding in findings:
        if finding.code in _SEEN_BY_RULES:
            continue
        code = _RULES.get(finding.code, finding.code)
        usual = levels.get(code)
        if usual is not None:
            yield replace(finding, code=code, level=min(finding.level, usual))
        elif code not in RULES_OF_READING:
            yield finding  # a fault of a file that is referred to: its own code says what happened


RULES_OF_READING: Final = frozenset(_RULES.values()) | {
    "duplicate-key", "header-ignored", "op-id-unique", "param-unique", "path-params-match", "ref-cycle-usable",
    "ref-placement", "ref-siblings", "security-known", "yaml-trap",
}  # fmt: skip
"""Rules that reading itself decides, wholly or in part."""
