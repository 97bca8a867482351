"""The descriptors of operations are written so that a reader finds at each what belongs to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.server.operations_module import operations_module


def _module(tmp_path: Path, responses: dict[str, Any], **more: Any) -> str:
    """The module of two operations with the same responses."""
    operations = {f"/{name}": {"get": {"operationId": name, **more, "responses": responses}} for name in ("one", "two")}
    description = {
        "openapi": "3.1.0",
        "info": {"title": "Shelf", "version": "1"},
        "paths": operations,
        "components": {"responses": {"NotFound": {"description": "There is none."}}},
    }
    (tmp_path / "openapi.json").write_text(json.dumps(description))
    contract = canonicalise(read(bundle(load(tmp_path / "openapi.json")))).contract
    return operations_module(contract, contract.operations, "shelf")


def test_replies_with_a_name(tmp_path: Path) -> None:
    """A component that several operations use is written once, under its name."""
    text = _module(tmp_path, {"404": {"$ref": "#/components/responses/NotFound"}})
    assert text.count("There is none.") == 1
    assert text.count("NOT_FOUND_REPLY") == 3


def test_replies_of_one_name_with_several_statuses(tmp_path: Path) -> None:
    """A component that stands for several statuses has a name for each."""
    component = {"$ref": "#/components/responses/NotFound"}
    text = _module(tmp_path, {"404": component, "410": component, "4XX": component})
    assert [text.count(f"NOT_FOUND_{status}_REPLY") for status in ("404", "410", "4_XX")] == [3, 3, 3]


def test_replies_without_a_name(tmp_path: Path) -> None:
    """Others stand at each operation: the name of one operation would mislead at the other."""
    text = _module(tmp_path, {"204": {"description": "Done."}})
    assert text.count("Reply(status='204', description='Done.')") == 2
    assert "_REPLY" not in text


def test_bodies_without_encodings(tmp_path: Path) -> None:
    """What the contract does not say is not written."""
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    assert "encoding=" not in _module(tmp_path, {"204": {"description": "Done."}}, requestBody=body)
