"""What ``tally bundle --canonical --prove`` reports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tallystick.cli.outcome import Outcome
from tallystick.findings import Level

if TYPE_CHECKING:
    from tallystick.contract import Canonical
    from tallystick.contract.canonical.equivalence import Proof

__all__ = ["proven"]


def proven(outcome: Outcome, canonical: Canonical) -> Outcome:
    """The outcome with a proof of equivalence: its numbers, and a finding for each schema on which the forms differ."""
    from tallystick.contract.canonical.equivalence import difference_findings, prove

    proof = prove(canonical)
    found = difference_findings(canonical, proof)
    counts = {
        "schemas": proof.schemas, "values": proof.values, "accepted": proof.accepted, "refused": proof.refused,
        "differences": len(proof.differences), "unexplained": sum(each.level is Level.ERROR for each in found),
    }  # fmt: skip
    findings = (*outcome.findings, *found)
    return replace(outcome, findings=findings, counts=counts, preface=_preface(proof, counts["unexplained"]))


def _preface(proof: Proof, unexplained: int) -> str:
    agreed = f"both forms accept {proof.accepted} and refuse {proof.refused}"
    lines = [
        f"{proof.values} values tried on {proof.schemas} schemas: {agreed}",
        f"they differ on {len(proof.differences)}; schemas where nothing says why: {unexplained}",
    ]
    if proof.never_accepted:
        lines.append(f"schemas of which no accepted value was found: {len(proof.never_accepted)}")
    if proof.unusable:
        lines.append(f"schemas that no validator can compile (a reference leads nowhere): {len(proof.unusable)}")
    return "".join(line + "\n" for line in lines)
