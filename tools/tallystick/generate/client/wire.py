"""The wire proof of a client folder against a contract that was just read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tallystick.contract.canonical import Canonical
from tallystick.findings import Finding, InputError, Level, Place, shown_path
from tallystick.generate.client import engine as engine_port
from tallystick.generate.client.components import build_models
from tallystick.generate.client.proving import proof_surfaces
from tallystick.generate.client.surface import surface_of

__all__ = ["Proven", "prove"]


@dataclass(frozen=True, slots=True)
class Proven:
    """How many calls were examined, and what does not hold."""

    calls: int
    findings: tuple[Finding, ...]


def prove(
    canonical: Canonical, package: str, directory: Path, *, examples: int, told: Callable[[str], None] = lambda _: None
) -> Proven:
    """Send drawn values through every call of the client in a folder, and read drawn replies.

    ``told`` hears now and then how far it is.

    Raises:
        InputError: there is no such package in the folder, or it cannot be imported.
    """
    from tallystick.generate.runtime.proof.contract import Contract
    from tallystick.generate.runtime.proof.proof import Proof

    contract = canonical.contract
    engine = engine_port.parse(contract, package)
    models = build_models(contract, engine)
    surfaces = [surface_of(models, one) for one in contract.operations if one.python_name in engine.slots]
    calls = proof_surfaces(models, surfaces)
    sys.path.insert(0, str(directory.resolve()))
    try:
        proof = Proof(package, Contract(canonical.document), calls, examples)
    except ImportError as error:
        message = f"{shown_path(directory)} holds no importable package {package}: {error}"
        raise InputError.of("wire-import", message) from error
    found: list[Finding] = []
    places = {one.id: one.location.place for one in contract.operations}
    for index, call in enumerate(calls):
        found += [_placed(one, places) for one in _examined(proof, call)]
        if index % 100 == 99:
            told(f"{index + 1} of {len(calls)} calls examined, {len(found)} findings")
    found += [_placed(_overlap(*one), places) for one in proof.overlaps]
    return Proven(len(calls), tuple(found))


def _examined(proof: object, call: dict[str, object]) -> Iterator[Finding]:
    from tallystick.generate.runtime.proof.proof import Proof, Unproven

    assert isinstance(proof, Proof)
    operation = str(call["id"])
    for step in (proof.requests, proof.replies, proof.failures):
        try:
            for fault in step(call):
                yield Finding("wire", Level.ERROR, f"{fault.step}: {fault.message}", operation=operation)
        except Unproven as reason:
            yield Finding("wire-unproven", Level.WARNING, str(reason), operation=operation)
        except (AttributeError, ImportError) as error:
            message = f"the client is not the one of this contract ({error}); run `tally generate`"
            yield Finding("wire-stale", Level.ERROR, message, operation=operation)


def _overlap(operation: str, step: str) -> Finding:
    message = f"{step}: no drawn value fits just one member of a oneOf; those that fit several were proven. Write anyOf"
    return Finding("wire-overlap", Level.WARNING, message, operation=operation)


def _placed(finding: Finding, places: Mapping[str, Place]) -> Finding:
    from dataclasses import replace

    return replace(finding, place=places.get(finding.operation or "", finding.place))
