"""Do examples and defaults fit their schemas? All of them are judged by one compiled validator.

Each case is a property of one object, so that schemas which many cases share are compiled once. Patterns that the
engine cannot read and references that lead nowhere are taken out first; they have findings of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jsonschema_rs

from tallystick.document import pointer_tokens
from tallystick.lint.meta_schema import Fault, explained

__all__ = ["Case", "Misfit", "misfits"]

_PATTERNS: Final = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000, size_limit=1_000_000)
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MOST_PER_CASE: Final = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A value, the schema it should fit (in normal form), and the pointer it stands at.

    ``lacks`` are names of properties that may be missing although they are required: read-only ones in a request,
    write-only ones in a reply.
    """

    pointer: str
    schema: Mapping[str, Any] | bool
    value: Any
    lacks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Misfit:
    """A case that does not fit, and why; the tokens of the fault start at the value."""

    case: Case
    fault: Fault


def misfits(cases: Sequence[Case], document: Mapping[str, Any]) -> list[Misfit]:
    """The cases that do not fit, each with at most a few reasons.

    Raises:
        ValueError: the schemas cannot be compiled; the text says why.
    """
    if not cases:
        return []
    validator = _compiled(cases, document)
    found: dict[int, list[Misfit]] = {}
    for error in validator.iter_errors({str(index): case.value for index, case in enumerate(cases)}):
        index = int(error.instance_path[0])
        listed = found.setdefault(index, [])
        if len(listed) < _MOST_PER_CASE and not _may_lack(error, cases[index]):
            listed += [Misfit(cases[index], _below(fault)) for fault in explained(error)]
    return [misfit for _, listed in sorted(found.items()) for misfit in listed]


def _below(fault: Fault) -> Fault:
    """The fault as seen from the value: without the number of the case."""
    return Fault(fault.tokens[1:], fault.message, fault.at_key and len(fault.tokens) > 1)


def _may_lack(error: jsonschema_rs.ValidationError, case: Case) -> bool:
    kind = error.kind
    kinds = jsonschema_rs.ValidationErrorKind
    if isinstance(kind, kinds.Required):
        return kind.property in case.lacks
    if isinstance(kind, kinds.OneOfNotValid | kinds.AnyOf):
        return any(branch and all(_may_lack(inner, case) for inner in branch) for branch in kind.context)
    return False


def _compiled(cases: Sequence[Case], document: Mapping[str, Any]) -> jsonschema_rs.Validator:
    root = _root(cases, document)
    try:
        return _validator(root)
    except ValueError:
        return _validator(_Mended(root).value)


def _root(cases: Sequence[Case], document: Mapping[str, Any]) -> dict[str, Any]:
    """One schema for all cases; references of the description lead to the same pointers below it."""
    parts = {
        key: value for key, value in document.items() if isinstance(value, dict) and key not in ("info", "properties")
    }
    return {**parts, "$schema": _DIALECT, "properties": {str(index): case.schema for index, case in enumerate(cases)}}


def _validator(root: dict[str, Any]) -> jsonschema_rs.Validator:
    try:
        return jsonschema_rs.validator_for(root, offline=True, pattern_options=_PATTERNS, validate_formats=False)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        raise ValueError(" ".join(str(error).split())[:200]) from error


class _Mended:
    """A copy of a schema document without what keeps it from compiling."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._good: dict[tuple[str, str], bool] = {}
        self.value = self._copy(root)

    def _copy(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._copy(item) for item in value]
        if not isinstance(value, dict):
            return value
        return dict(self._entries(value))

    def _entries(self, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for key, child in value.items():
            if key == "$ref" and isinstance(child, str) and not self._leads_somewhere(child):
                continue
            if key == "pattern" and isinstance(child, str) and not self._reads(child):
                continue
            if key == "patternProperties" and isinstance(child, dict):
                yield key, {name: self._copy(inner) for name, inner in child.items() if self._reads(name)}
            elif key not in ("$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"):
                yield key, self._copy(child)

    def _reads(self, pattern: str) -> bool:
        known = self._good.get(("pattern", pattern))
        if known is None:
            try:
                jsonschema_rs.validator_for({"pattern": pattern}, pattern_options=_PATTERNS)
                known = True
            except jsonschema_rs.ValidationError:
                known = False
            self._good["pattern", pattern] = known
        return known

    def _leads_somewhere(self, reference: str) -> bool:
        known = self._good.get(("ref", reference))
        if known is None:
            known = self._good["ref", reference] = reference.startswith("#") and self._has(reference[1:])
        return known

    def _has(self, pointer: str) -> bool:
        value: Any = self._root
        try:
            for token in pointer_tokens(pointer):
                value = value[int(token)] if isinstance(value, list) else value[token]
        except (KeyError, IndexError, TypeError, ValueError):
            return False
        return isinstance(value, dict | bool)
