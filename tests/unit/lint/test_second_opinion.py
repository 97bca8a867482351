"""openapi-spec-validator as a second judge, and that it finds nothing which our own rules do not."""

import os
from pathlib import Path

import pytest

from tallystick.document import bundle, load
from tallystick.lint import Settings, run
from tallystick.lint.samples import sample
from tallystick.lint.second_opinion import second_opinion, validator_findings

FOLDER = Path(os.environ.get("TALLY_CORPUS", "no collection of descriptions"))
LARGEST = 4_000_000


def roots():
    """Root files of the collection: those that say which OpenAPI they are."""
    if not FOLDER.is_dir():
        return []
    files = (path for path in sorted(FOLDER.glob("*/**/*")) if path.suffix in (".yaml", ".yml", ".json"))
    return [path for path in files if "pairs" not in path.parts and _is_root(path)]


def _is_root(path):
    with path.open("rb") as file:
        start = file.read(400)
    return b"openapi" in start and path.stat().st_size <= LARGEST


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="no collection of descriptions")
@pytest.mark.parametrize("path", [pytest.param(path, id=path.parent.name) for path in roots()])
def test_our_rules_see_whatever_the_validator_sees(path):
    """Each of its findings has one of ours at, above or below its place."""
    tree = bundle(load(path))
    assert second_opinion(tree, run(tree)) == []


def opinion(text, tmp_path):
    """What the validator says by itself."""
    file = tmp_path / "openapi.yaml"
    file.write_text(sample(text).text)
    return validator_findings(bundle(load(file)))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("paths:\n  /a:\n    get:\n      responses: {'200': {}}\n", 8, 26),
        ("paths: {}\ncomponents:\n  schemas:\n    A: {type: strng}\n", 8, 15),
        ("paths: {}\ncomponents:\n  schemas:\n    A: {type: integer, default: x}\n", 8, 33),
        ("paths:\n  /{a}:\n    get: {}\n", 7, 10),
    ],
)
def test_its_findings_have_places(text, line, column, tmp_path):
    """It says where in its own terms, or not at all; the place is found again."""
    found = opinion(text, tmp_path)
    assert (line, column) in {(f.place.line, f.place.column) for f in found}, [str(f) for f in found]


def test_patterns_are_not_python(tmp_path):
    """It reads patterns as Python's; those of JSON Schema know Unicode classes."""
    assert opinion("paths: {}\ncomponents: {schemas: {A: {type: string, pattern: '\\p{L}+'}}}\n", tmp_path) == []


def test_what_we_have_said_is_not_said_again(tmp_path):
    """A run with the second opinion has no finding of the validator where ours stand."""
    file = tmp_path / "openapi.yaml"
    file.write_text(sample("paths: {}\ncomponents: {schemas: {A: {type: strng}}}\n").text)
    tree = bundle(load(file))
    assert run(tree, Settings(validator=True)) == run(tree, Settings(validator=False))


def test_a_description_that_it_cannot_take_is_a_warning(tmp_path, monkeypatch):
    """Its own faults are no faults of the description."""
    import openapi_spec_validator

    def broken(_self):
        raise RuntimeError("out of order")

    monkeypatch.setattr(openapi_spec_validator.OpenAPIV31SpecValidator, "iter_errors", broken)
    (found,) = opinion("paths: {}\n", tmp_path)
    assert found.message == "openapi-spec-validator gave up on this description: RuntimeError: out of order"
