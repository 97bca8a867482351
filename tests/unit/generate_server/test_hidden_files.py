"""Files of multipart bodies that are no properties of one object are told: they cannot be sent."""

from __future__ import annotations

from typing import Any

import pytest

FILE = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}
UPLOAD = {"type": "object", "required": ["file"], "properties": {"file": FILE}}
LINKED = {"type": "object", "required": ["url"], "properties": {"url": TEXT}}
JSON = {"$ref": "#/components/schemas/Json"}
ANY_JSON = {"anyOf": [TEXT, {"type": "array", "items": JSON}, {"type": "object", "additionalProperties": JSON}]}
TREE = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}


def _told(plan_of: Any, describe: Any, schema: Any) -> list[str]:
    body = {"content": {"multipart/form-data": {"schema": schema}}}
    schemas = {"Upload": UPLOAD, "Linked": LINKED, "Tree": TREE, "Json": ANY_JSON}
    plan = plan_of(describe({"POST /": {"requestBody": body}}, schemas))
    return [each.message for each in plan.findings if each.code == "server-files"]


@pytest.mark.parametrize(
    ("schema", "places"),
    [
        ({"type": "object", "additionalProperties": FILE}, "additionalProperties"),
        ({"type": "object", "properties": {"file": FILE}, "additionalProperties": FILE}, "additionalProperties"),
        (
            {"oneOf": [{"$ref": "#/components/schemas/Upload"}, {"$ref": "#/components/schemas/Linked"}]},
            "oneOf/0/properties/file",
        ),
        (
            {"type": "object", "properties": {"a": {"anyOf": [FILE, {"type": "integer"}]}}},
            "properties/a",
        ),
    ],
)
def test_files_that_cannot_be_sent(plan_of, describe, schema, places) -> None:
    """A finding names the places of the schema that describe them."""
    message = (
        "files of multipart/form-data are properties of one object that are nothing but a file or a list of files: "
        f"what {places} describes is refused unless it comes as text; declare such a property"
    )
    assert _told(plan_of, describe, schema) == [message]


@pytest.mark.parametrize(
    "schema",
    [
        UPLOAD,
        {"type": "object", "properties": {"files": {"type": "array", "items": FILE}, "name": TEXT}},
        {"type": "object", "properties": {"file": {"anyOf": [FILE, {"type": "null"}]}}},
        {"type": "object", "properties": {"file": {"oneOf": [FILE, {"type": "array", "items": FILE}]}}},
        {"allOf": [{"$ref": "#/components/schemas/Upload"}, {"$ref": "#/components/schemas/Linked"}]},
        {"$ref": "#/components/schemas/Tree"},
        {"type": "object", "properties": {"json": JSON}, "additionalProperties": JSON},
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "patternProperties": {"^f": FILE}},
        {"$ref": "#/components/schemas/Nowhere"},
        {},
    ],
)
def test_files_that_can_be_sent(plan_of, describe, schema) -> None:
    """Properties of one object are files, and where there are none nothing is lost."""
    assert _told(plan_of, describe, schema) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_file_or_several(server, describe, number) -> None:
    """A property that is one file or a list of them is a list of files, however many come."""
    several = {"anyOf": [FILE, {"type": "array", "items": FILE, "maxItems": 2}]}
    schema = {"type": "object", "required": ["image"], "properties": {"image": several}}
    body = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    made = server(describe({"POST /": {"requestBody": body}}))
    status = made.call("POST", "/", files=[("image", ("a.png", b"\xff\x00"))] * number).status_code
    assert status == (204 if number < 3 else 422)
    assert [len(call["body"].image) for call in made.calls] == ([number] if number < 3 else [])
