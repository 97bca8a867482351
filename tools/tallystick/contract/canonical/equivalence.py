"""Proof that a canonical document accepts and refuses the same values as the description it was made from.

For every schema that an operation uses, values are drawn from the original schema, and near-misses of them; an
independent validator judges each by both schemas. Draws are deterministic.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tallystick.contract.canonical import Canonical
from tallystick.contract.model import Contract, MediaType, Operation, Schema
from tallystick.contract.sampling import Sampler, near_misses

__all__ = ["Difference", "Judge", "differences", "schema_pairs"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A value on which the two schemas disagree."""

    pointer: str
    """The schema in the original description."""
    value: Any
    original_accepts: bool


class Judge:
    """Validates values by schemas of one document. Source of truth: jsonschema-rs, JSON Schema 2020-12."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        import jsonschema_rs

        self._make = jsonschema_rs.Draft202012Validator
        self._uri = "urn:tally:document"
        self._registry = jsonschema_rs.Registry([(self._uri, dict(document))])

    def accepts(self, pointer: str, values: list[Any]) -> list[bool]:
        """Whether the schema at a pointer accepts each value. Formats are annotations, as the standard has them."""
        validator = self._make({"$ref": f"{self._uri}#{_fragment(pointer)}"}, registry=self._registry)
        return [validator.is_valid(value) for value in values]


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


def differences(canonical: Canonical, *, draws: int = 8, seed: int = 0) -> Iterator[Difference]:
    """Values on which a schema and its canonical form disagree.

    Args:
        canonical: the canonical form of a contract.
        draws: values drawn from each schema; each gives near-misses besides.
        seed: of the random draws.
    """
    before, after = Judge(canonical.origin.document), Judge(canonical.document)
    done: set[str] = set()
    for original, form in schema_pairs(canonical):
        pointer = original.location.pointer
        if pointer in done:
            continue
        done.add(pointer)
        values = _values(canonical.origin, original, draws, random.Random(f"{seed} {pointer}"))  # noqa: S311 - draws, no secret
        verdicts = zip(
            values, before.accepts(pointer, values), after.accepts(form.location.pointer, values), strict=True
        )
        yield from (Difference(pointer, value, one) for value, one, other in verdicts if one != other)


def _values(contract: Contract, schema: Schema, draws: int, source: random.Random) -> list[Any]:
    sampler = Sampler(contract.document, source)
    values = []
    for _ in range(draws):
        value = sampler.value(schema.value)
        values += [value, *near_misses(value, source)]
    return values


def _fragment(pointer: str) -> str:
    from urllib.parse import quote

    return quote(pointer, safe="/~!$&'()*+,;=:@?-._")
