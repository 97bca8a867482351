"""Real descriptions: each is read, bundled into a valid description, written and read again without any difference."""

import json
import os
from pathlib import Path

import pytest

from tallystick.contract import read
from tallystick.document import bundle, load
from tallystick.document.limits import Limits
from tallystick.document.reader import parse
from tallystick.document.writing import to_json, to_yaml

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
def test_bundling_again_changes_nothing(path, tmp_path):
    """A bundle has no outside references, is its own bundle, and the contract read from it is the same."""
    tree = bundle(load(path))
    out = tmp_path / "openapi.json"
    out.write_text(to_json(tree.value), "utf-8")
    again = bundle(load(out))
    assert again.value is again.source.root.value
    assert json.dumps(again.value) == json.dumps(tree.value)
    before, after = read(tree), read(again)
    assert [operation.call for operation in before.operations] == [operation.call for operation in after.operations]
    assert list(before.schemas) == list(after.schemas)


@pytest.mark.parametrize("path", ROOTS, ids=lambda path: path.parent.name)
def test_yaml_comes_back_as_it_was(path):
    """The YAML that is written has the same values, in the same order, and nothing that YAML 1.1 reads otherwise."""
    value = bundle(load(path)).value
    parsed = parse(to_yaml(value), Limits())
    assert json.dumps(parsed.value) == json.dumps(value)
    assert parsed.remarks == []


@pytest.mark.parametrize("path", ROOTS, ids=lambda path: path.parent.name)
def test_places_are_exact(path):
    """Each value of a bundle is found in its file: the text at its place begins as the value does."""
    tree = bundle(load(path))
    lines = {document.name: document.text.split("\n") for document in tree.source.documents}
    for operation in read(tree).operations:
        place = tree.place(operation.location.pointer, key=True)
        stated = lines[place.file][place.line - 1][place.column - 1 : place.end_column - 1].strip("\"'")
        assert stated.upper() == operation.method
