"""The canonical form of a small description, byte for byte. To accept a change: ``TALLY_UPDATE_GOLDEN=1 make test``."""

import os
from pathlib import Path

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.document.writing import to_yaml

FOLDER = Path(__file__).parent / "canonical"


@pytest.mark.parametrize("source", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_canonical_form_is_the_one_on_file(source):
    """Names, forms, order and findings."""
    contract = read(bundle(load(source)))
    made = canonicalise(contract)
    findings = sorted(f"{f.place.line}: {f.code}: {f.message}" for f in (*contract.findings, *made.findings))
    text = to_yaml({**made.document, "x-findings": findings})
    golden = source.with_suffix(".golden")
    if os.environ.get("TALLY_UPDATE_GOLDEN"):
        golden.write_text(text, "utf-8")
    assert golden.read_text("utf-8") == text
