"""Real descriptions in canonical form: every guarantee, valid OpenAPI, the same form again, telling names."""

import os
import re
from pathlib import Path

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.lint.meta_schema import faults

CORPUS = Path(os.environ.get("TALLY_CORPUS", "no collection of descriptions"))
ROOTS = sorted(
    path
    for pattern in ("*/*.yaml", "*/*.yml", "*/*.json", "*/specification/*.v2.yaml")
    for path in CORPUS.glob(pattern)
)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.slow,
    pytest.mark.skipif(not ROOTS, reason="there is no collection of real descriptions (TALLY_CORPUS)"),
]


@pytest.mark.parametrize("path", ROOTS, ids=lambda path: path.parent.name)
def test_real_descriptions_in_canonical_form(path, broken, form_again):
    """No guarantee is broken, the document is valid, and its own canonical form is itself."""
    contract = read(bundle(load(path)))
    made = canonicalise(contract)
    assert broken(made.document) == []
    assert [fault.message for fault in faults(made.document)] == []
    assert form_again(made) == made.document
    assert [operation.call for operation in contract.operations] == [o.call for o in made.contract.operations]
    names = list(made.contract.schemas)
    numbered = [name for name in names if re.search(r"Variant\d|Part\d|[0-9A-F]{6}$", name)]
    assert len(numbered) <= len(names) / 100
