"""Proof that a canonical document accepts and refuses the same values as the description it was made from.

For every schema that an operation uses, values are drawn from the original schema, and near-misses of them; an
independent validator judges each by both schemas. Draws are deterministic.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from tallystick.contract.canonical import Canonical
from tallystick.contract.model import Contract, MediaType, Operation, Schema
from tallystick.contract.sampling import Sampler, near_misses
from tallystick.document import children, fragment_tokens, join, pointer_tokens, value_at
from tallystick.findings import Finding, Level

__all__ = ["JUSTIFICATIONS", "Difference", "Judge", "Proof", "difference_findings", "prove", "schema_pairs"]

JUSTIFICATIONS: Final[Mapping[str, str]] = {
    "canonical-closed-allof": "a closed member of allOf is read as closing the whole object",
    "canonical-depth": "what lies too deep is left out",
    "canonical-inheritance": "a schema that others inherit from stands for them",
    "canonical-never": "the schema false cannot be generated",
    "canonical-type-inferred": "a schema without `type` is generated as the type its keywords speak of",
    "canonical-union": "a union of many members beside other keywords is generated as those",
    "enum-type": "values that the type excludes are left out",
    "ref-cycle-usable": "a schema that is nothing but itself has no values",
    "schema-satisfiable": "a contradiction has no values; its first half is generated",
}
"""Findings of the canonical form that change what is accepted, and why that is right."""

_TRIES: Final = 40  # draws for a schema of which no value has been accepted yet


@dataclass(frozen=True, slots=True)
class Difference:
    """A value on which the two schemas disagree."""

    pointer: str
    """The schema in the original description."""
    value: Any
    original_accepts: bool


@dataclass(slots=True)
class Proof:
    """What was tried, and what came of it."""

    schemas: int = 0
    accepted: int = 0
    """Values that both accept."""
    refused: int = 0
    """Values that both refuse."""
    differences: list[Difference] = field(default_factory=list)
    never_accepted: list[str] = field(default_factory=list)
    """Schemas in the original of which no value that was drawn is accepted."""
    unusable: list[str] = field(default_factory=list)
    """Schemas that the validator cannot compile, for example for a pattern beyond it."""

    @property
    def values(self) -> int:
        """How many values were tried."""
        return self.accepted + self.refused + len(self.differences)


class Judge:
    """Validates values by schemas of one document. Source of truth: jsonschema-rs, JSON Schema 2020-12."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        import jsonschema_rs

        self._make = jsonschema_rs.Draft202012Validator
        self._uri = "urn:tally:document"
        self._registry = jsonschema_rs.Registry([(self._uri, dict(document))])

    def validator(self, pointer: str) -> Any:
        """The validator of the schema at a pointer. Formats are annotations, as the standard has them.

        Raises:
            ValueError: the schema cannot be compiled.
        """
        reference = {"$ref": f"{self._uri}#{quote(pointer, safe=_FRAGMENT)}"}
        return self._make(reference, registry=self._registry)


_FRAGMENT: Final = "/~!$&'()*+,;=:@?-._"


def schema_pairs(canonical: Canonical) -> Iterator[tuple[Schema, Schema]]:
    """The schemas that operations use, each with its canonical form."""
    origin, contract = canonical.origin, canonical.contract
    for before, after in zip(origin.every_operation(), contract.every_operation(), strict=True):
        for one, other in zip(_schemas(before), _schemas(after), strict=True):
            if one is not None and other is not None:
                yield one, other


def _schemas(operation: Operation) -> Iterator[Schema | None]:
    for parameter in operation.parameters:
        yield parameter.schema
        yield from _of_content(parameter.content)
    if operation.body is not None:
        yield from _of_content(operation.body.content)
    for reply in operation.replies:
        yield from _of_content(reply.content)
        for header in reply.headers:
            yield header.schema
            yield from _of_content(header.content)


def _of_content(content: tuple[MediaType, ...]) -> Iterator[Schema | None]:
    for media in content:
        yield media.schema
        yield media.item_schema


def prove(canonical: Canonical, *, draws: int = 8, seed: int = 0) -> Proof:
    """Tries values on every schema that an operation uses, in both forms.

    Args:
        canonical: the canonical form of a contract.
        draws: values drawn from each schema; each gives near-misses besides.
        seed: of the random draws.
    """
    proof = Proof()
    before, after = Judge(canonical.origin.document), Judge(canonical.document)
    done: set[str] = set()
    for original, form in schema_pairs(canonical):
        pointer = original.location.pointer
        if pointer in done or not _stands_there(canonical.origin, original):
            continue
        done.add(pointer)
        try:
            judges = before.validator(pointer), after.validator(form.location.pointer)
        except ValueError:
            proof.unusable.append(pointer)
            continue
        source = random.Random(f"{seed} {pointer}")  # noqa: S311 - draws, no secret
        _try(proof, original, judges, _Draws(canonical.origin, original, draws, source))
    return proof


def _stands_there(contract: Contract, schema: Schema) -> bool:
    """Whether the description holds the schema; it does not for a path parameter that is missing there."""
    try:
        return value_at(contract.document, pointer_tokens(schema.location.pointer)) is schema.value
    except KeyError:
        return False


@dataclass(frozen=True, slots=True)
class _Draws:
    contract: Contract
    schema: Schema
    count: int
    source: random.Random

    def values(self, judge: Any) -> Iterator[Any]:
        """Values and their near-misses; further ones until the judge has accepted one."""
        sampler = Sampler(self.contract.document, self.source)
        accepted = False
        for attempt in range(max(self.count, _TRIES)):
            if attempt >= self.count and accepted:
                return
            value = sampler.value(self.schema.value)
            accepted = accepted or judge.is_valid(value)
            if attempt < self.count or accepted:
                yield value
                yield from near_misses(value, self.source)


def _try(proof: Proof, schema: Schema, judges: tuple[Any, Any], draws: _Draws) -> None:
    before, after = judges
    proof.schemas += 1
    any_accepted = False
    for value in draws.values(before):
        one, other = before.is_valid(value), after.is_valid(value)
        any_accepted = any_accepted or one
        if one != other:
            proof.differences.append(Difference(schema.location.pointer, value, one))
        elif one:
            proof.accepted += 1
        else:
            proof.refused += 1
    if not any_accepted:
        proof.never_accepted.append(schema.location.pointer)


# -- differences as findings -------------------------------------------------------------------------------------------


def difference_findings(canonical: Canonical, proof: Proof) -> tuple[Finding, ...]:
    """One finding per schema on whose values the two forms disagree.

    It is an information where findings of the canonical form, at a schema that this one consists of, say why; else it
    is an error: the canonical form is wrong there.
    """
    by_schema: dict[str, list[Difference]] = {}
    for difference in proof.differences:
        by_schema.setdefault(difference.pointer, []).append(difference)
    reasons = _reasons(canonical)
    return tuple(_finding(canonical, pointer, found, reasons) for pointer, found in by_schema.items())


def _reasons(canonical: Canonical) -> dict[tuple[str, str], set[str]]:
    """Codes of justifying findings by the place they name."""
    found: dict[tuple[str, str], set[str]] = {}
    for finding in canonical.findings:
        if finding.code in JUSTIFICATIONS:
            found.setdefault((finding.place.file, finding.place.pointer), set()).add(finding.code)
    return found


def _finding(
    canonical: Canonical, pointer: str, found: list[Difference], reasons: Mapping[tuple[str, str], set[str]]
) -> Finding:
    codes: set[str] = set()
    for part in _consists_of(canonical.origin, pointer):
        place = canonical.origin.location.at(part).place
        codes |= reasons.get((place.file, place.pointer), set())
    accepts = sum(difference.original_accepts for difference in found)
    counts = f"{accepts} values are refused and {len(found) - accepts} accepted by the canonical form alone"
    place = canonical.origin.location.at(pointer).place
    if codes:
        why = "; ".join(JUSTIFICATIONS[code] for code in sorted(codes))
        return Finding("canonical-difference", Level.INFO, f"{counts}: {why}", place)
    message = f"{counts}, and nothing says why: this is a fault of the canonical form, please report it"
    return Finding("canonical-difference", Level.ERROR, message, place)


def _consists_of(contract: Contract, pointer: str) -> Iterator[str]:
    """The pointers of a schema and of all schemas below it, references followed."""
    stack, seen = [pointer], {pointer}
    while stack:
        pointer = stack.pop()
        yield pointer
        try:
            value = contract.at("#" + quote(pointer, safe=_FRAGMENT)).value
        except KeyError:
            continue
        if not isinstance(value, dict):
            continue
        below = [join(pointer, *tokens) for tokens, kind, _ in children("schema", value) if kind == "schema"]
        if isinstance(reference := value.get("$ref"), str) and reference.startswith("#"):
            below.append(join("", *fragment_tokens(reference)))
        stack += [part for part in below if part not in seen]
        seen.update(below)
