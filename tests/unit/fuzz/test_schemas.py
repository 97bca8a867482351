"""Schemas that judge what is sent and what comes back."""

import pytest

from tallystick.contract import read
from tallystick.document import bundle, load
from tallystick.findings import InputError
from tallystick.fuzz.schemas import Schemas

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n"


@pytest.mark.parametrize(
    ("schema", "reason"),
    [("{$dynamicRef: '#node'}", "Anchor 'node' does not exist"), ("{pattern: '['}", '"[" is not a "regex"')],
)
def test_a_schema_that_cannot_be_compiled_is_named_with_its_place(tmp_path, schema, reason):
    """What is wrong, where, and what to do, before anything is sent."""
    path = tmp_path / "openapi.yaml"
    path.write_text(f"{HEAD}components: {{schemas: {{A: {schema}}}}}\n")
    contract = read(bundle(load(path)))
    with pytest.raises(InputError) as error:
        Schemas(contract).is_valid(contract.schemas["A"], 1)
    (finding,) = error.value.findings
    assert finding.code == "fuzz-schema"
    assert f"no value can be judged by this schema: {reason}; correct it" in finding.message
    assert (finding.place.line, finding.place.column) == (4, 27)
