"""The canonical form accepts and refuses the same values as the description; where it does not, a finding says why."""

import os
from pathlib import Path

import pytest
import yaml

from tallystick.contract import canonicalise, read
from tallystick.contract.canonical.equivalence import difference_findings, prove
from tallystick.document import bundle, load
from tallystick.findings import Level

CORPUS = Path(os.environ.get("TALLY_CORPUS", "no collection of descriptions"))
ROOTS = sorted(
    path
    for pattern in ("*/*.yaml", "*/*.yml", "*/*.json", "*/specification/*.v2.yaml")
    for path in CORPUS.glob(pattern)
)


def canonical_of(path, schema, **components):
    """The canonical form of an operation with a body of that schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/a": {"post": {"operationId": "a", "requestBody": body, "responses": {"204": {"description": "Y"}}}}
        },
        "components": {"schemas": components},
    }
    file = path / "openapi.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    return canonicalise(read(bundle(load(file))))


def test_equal_forms_have_no_differences(tmp_path):
    """An ordinary object: values of both kinds are tried, and judged alike."""
    proof = prove(
        canonical_of(
            tmp_path, {"type": "object", "required": ["a"], "properties": {"a": {"minimum": 3, "type": "integer"}}}
        )
    )
    assert proof.schemas == 1
    assert proof.accepted > 0
    assert proof.refused > 0
    assert proof.differences == proof.never_accepted == proof.unusable == []
    assert proof.values == proof.accepted + proof.refused


def test_a_difference_with_a_reason_is_an_information(tmp_path):
    """A schema without type accepts texts by the letter; the inferred type is the reason, also behind a reference."""
    canonical = canonical_of(tmp_path, {"$ref": "#/components/schemas/A"}, A={"properties": {"b": {"type": "string"}}})
    proof = prove(canonical)
    (finding,) = difference_findings(canonical, proof)
    assert proof.differences
    assert all(difference.original_accepts for difference in proof.differences)
    assert (finding.code, finding.level) == ("canonical-difference", Level.INFO)
    assert "generated as the type its keywords speak of" in finding.message


def test_a_difference_without_a_reason_is_an_error(tmp_path):
    """A canonical form that was tampered with is caught."""
    canonical = canonical_of(tmp_path, {"type": "object", "properties": {"a": {"type": "string"}}})
    canonical.document["components"]["schemas"]["ARequest"]["required"] = ["a"]
    (finding,) = difference_findings(canonical, prove(canonical))
    assert finding.level is Level.ERROR
    assert "please report it" in finding.message
    assert finding.place.pointer == "/paths/~1a/post/requestBody/content/application~1json/schema"


def test_schemas_that_nothing_can_judge_are_named(tmp_path):
    """A reference that leads nowhere cannot be tried; no value fits ``false``."""
    lost = prove(canonical_of(tmp_path, {"$ref": "#/components/schemas/Lost"}))
    assert lost.unusable == ["/paths/~1a/post/requestBody/content/application~1json/schema"]
    never = prove(canonical_of(tmp_path, {"allOf": [{"type": "string"}, {"type": "integer"}]}))
    assert never.never_accepted == ["/paths/~1a/post/requestBody/content/application~1json/schema"]


def test_the_proof_is_the_same_each_time(tmp_path):
    """Draws depend on the seed and the place alone."""
    canonical = canonical_of(tmp_path, {"properties": {"a": {"type": "string"}}})
    assert prove(canonical).differences == prove(canonical).differences


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.skipif(not ROOTS, reason="there is no collection of real descriptions (TALLY_CORPUS)")
@pytest.mark.parametrize("path", ROOTS, ids=lambda path: path.parent.name)
def test_real_descriptions_and_their_canonical_forms_accept_the_same_values(path):
    """Every difference has a reason, and nearly every schema has an accepted value among those drawn."""
    canonical = canonicalise(read(bundle(load(path))))
    proof = prove(canonical, draws=4)
    unexplained = [f for f in difference_findings(canonical, proof) if f.level is Level.ERROR]
    assert unexplained == []
    assert len(proof.never_accepted) <= proof.schemas / 100
