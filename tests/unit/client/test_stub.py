"""The server that answers the examples of a generated client."""

import json

import httpx2
import pytest

from tallystick.generate.runtime.proof.contract import Contract
from tallystick.generate.runtime.proof.stub import serving


def operation(method="get", **members):
    """A path item with one operation that answers an object of constants."""
    schema = {"type": "object", "required": list(members), "properties": {k: {"const": v} for k, v in members.items()}}
    return {method: {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}


PATHS = {
    "/things": operation(kind="thing", name="a"),
    "/things#boxes": operation(kind="box", size=1),
    "/things?sort=size": operation(kind="sorted", order="size"),
    "/{any}/latest": operation(kind="any"),
    "/things/latest": operation("put", kind="latest"),
    "/gone": {"post": {"responses": {"410": {"description": "Gone."}}}},
}


@pytest.mark.parametrize(
    ("method", "path", "value"),
    [
        ("GET", "/things", {"kind": "thing", "name": "a", "size": 1, "order": "size"}),
        ("GET", "/things?page=2", {"kind": "thing", "name": "a", "size": 1, "order": "size"}),
        ("GET", "/things/latest", {"kind": "any"}),
        ("PUT", "/things/latest", {"kind": "latest"}),
    ],
)
def test_a_reply_suits_every_operation_that_may_be_meant(tmp_path, method, path, value):
    """Operations that differ in what is never sent share one reply; elsewhere the most exact path answers."""
    (tmp_path / "contract.json").write_text(json.dumps({"openapi": "3.1.0", "paths": PATHS}))
    with serving(Contract.load(tmp_path / "contract.json")) as url:
        answer = httpx2.request(method, url + path)
    assert (answer.status_code, answer.json()) == (200, value)


def test_examples_that_are_wrong_are_not_answered(tmp_path):
    """An example of the description serves where it fits its schema, references in it followed."""
    size = {"type": "integer", "examples": ["large", 4]}
    sizes = {name: {"$ref": "#/components/schemas/Size"} for name in ("size", "default")}
    box = {"type": "object", "required": ["size"], "properties": sizes, "examples": [{"size": "large"}]}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Box"}}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/box": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": {"Box": box, "Size": size}},
    }
    (tmp_path / "contract.json").write_text(json.dumps(document))
    with serving(Contract.load(tmp_path / "contract.json")) as url:
        assert httpx2.get(url + "/box").json() == {"size": 4}


def test_an_operation_that_declares_only_errors_may_still_go_well(tmp_path):
    """Its call in the documentation is answered without content."""
    (tmp_path / "contract.json").write_text(json.dumps({"openapi": "3.1.0", "paths": PATHS}))
    with serving(Contract.load(tmp_path / "contract.json")) as url:
        assert httpx2.post(url + "/gone").status_code == 204
