"""Choices of the client generator, each on a description of a few lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.findings import InputError
from tallystick.generate.client import generate_client


def plan_of(tmp_path, operation: dict[str, Any], *, title="Things", name=None, **more):
    operation = {"operationId": "op", "responses": {"204": {"description": ""}}} | operation
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1.2.3"},
        "paths": {"/a": {"post": operation}},
    } | more
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return generate_client(canonicalise(read(bundle(load(str(path))))), package="t_client", name=name)


def call(plan) -> str:
    return plan.files["t_client/resources/default.py"].decode()


def low_level(plan) -> str:
    return plan.files["t_client/api/default/op.py"].decode()


def body(schema, media="application/json", *, required=True):
    return {"requestBody": {"required": required, "content": {media: {"schema": schema}}}}


PERSON = {
    "type": "object",
    "required": ["name", "kind"],
    "properties": {
        "name": {"type": "string"},
        "kind": {"const": "p"},
        "age": {"type": ["integer", "null"]},
        "id": {"type": "integer", "readOnly": True},
    },
}


def test_an_object_body_is_spread(tmp_path):
    """Properties become keyword arguments: required first, constants filled in, read-only ones left out."""
    text = call(plan_of(tmp_path, body(PERSON)))
    assert 'name: str,\n        kind: Literal["p"] = "p",\n        age: int | None | NotGiven = NOT_GIVEN,' in text
    assert "id:" not in text


def test_a_union_body_is_passed_whole(tmp_path):
    """A body that may be one of several has the argument ``body``."""
    text = call(plan_of(tmp_path, body({"oneOf": [PERSON, {"type": "array", "items": {"type": "string"}}]})))
    assert "body: models." in text


def test_an_optional_body_may_be_left_out(tmp_path):
    """All its properties are optional, and nothing is sent when none is given."""
    plan = plan_of(tmp_path, body(PERSON, required=False))
    assert "name: str | NotGiven = NOT_GIVEN" in call(plan)
    assert "body_required=False" in low_level(plan)


def test_several_media_types_are_a_choice(tmp_path):
    """JSON is the default, and the others can be asked for."""
    content = {"multipart/form-data": {"schema": PERSON}, "application/json": {"schema": PERSON}}
    text = call(plan_of(tmp_path, {"requestBody": {"content": content}}))
    assert 'content_type: Literal["application/json", "multipart/form-data"] = "application/json"' in text


def test_what_is_not_offered_is_told(tmp_path):
    """XML beside JSON is not offered, and a finding says so."""
    components = {"schemas": {"P": PERSON}}
    ref = {"$ref": "#/components/schemas/P"}
    content = {"application/xml": {"schema": ref}, "application/json": {"schema": ref}}
    plan = plan_of(tmp_path, {"requestBody": {"content": content}}, components=components)
    assert [finding.code for finding in plan.findings] == ["client-media-type"]
    assert "application/xml" in plan.findings[0].message


def test_a_callback_is_told(tmp_path):
    """The server's own requests are nothing to call: a finding says what there is."""
    callbacks = {
        "done": {"{$request.body#/url}": {"post": {"operationId": "done", "responses": {"204": {"description": ""}}}}}
    }
    assert "client-callback" in [finding.code for finding in plan_of(tmp_path, {"callbacks": callbacks}).findings]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "Stream[ServerSentEvent]"),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, "Stream[models."),
    ],
)
def test_events_have_the_type_of_their_data(tmp_path, schema, expected):
    """Events of text come as they are; events of objects come as models."""
    replies = {"200": {"description": "", "content": {"text/event-stream": {"schema": schema}}}}
    assert expected in call(plan_of(tmp_path, {"responses": replies}))


def test_arguments_never_clash(tmp_path):
    """A body property with the name of a parameter, or of one of our own arguments, gets a prefix."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "options", "self", "body")}}
    parameters = [{"name": "id", "in": "query", "schema": {"type": "integer"}}]
    text = call(plan_of(tmp_path, {"parameters": parameters} | body(schema)))
    for argument in ("id: int", "body_id: str", "body_options: str", "body_body: str"):
        assert f"        {argument} | NotGiven = NOT_GIVEN," in text


@pytest.mark.parametrize(
    ("title", "name", "expected"),
    [
        ("Settings API", None, "ApiSettings"),
        ("The Pet Store", None, "PetStore"),
        ("!!!", None, "TClient"),
        ("x", "Shop", "Shop"),
    ],
)
def test_the_class_is_named_after_the_api(tmp_path, title, name, expected):
    """The title gives the class its name, unless the caller does; names of our own are not taken."""
    text = plan_of(tmp_path, {}, title=title, name=name).files["t_client/client.py"].decode()
    assert f"class {expected}(SyncClient):" in text
    assert f"class Async{expected}(AsyncClient):" in text


def test_a_name_of_our_own_is_refused(tmp_path):
    """``--name Settings`` would hide a class of ours: the error says what to do."""
    with pytest.raises(InputError, match="give the API another name, such as ApiSettings"):
        plan_of(tmp_path, {}, name="Settings")


def test_the_contract_tells_where_calls_go(tmp_path):
    """operations.json lists id, method, path and call."""
    plan = plan_of(tmp_path, {})
    assert json.loads(plan.files["t_client/operations.json"]) == [
        {"id": "op", "method": "POST", "path": "/a", "call": "default.op"}
    ]


def _object(**members):
    return {"type": "object", "required": [*members], "properties": members}


EXPR = {"$ref": "#/components/schemas/Expr"}
RECURSIVE = {
    "not first": (
        {"Expr": {"oneOf": [_object(**{"not": EXPR}), _object(eq={"type": "string"})]}},
        'not_=models.ExprWithEq(eq="text")',
    ),
    "all in lists": (
        {"Expr": {"oneOf": [_object(all={"type": "array", "items": EXPR}), {"type": "null"}]}},
        "all=[]",
    ),
    "at least one": (
        {"Expr": _object(some={"type": "array", "minItems": 1, "items": {"anyOf": [EXPR, {"type": "integer"}]}})},
        "some=[1]",
    ),
    "endless": ({"Expr": _object(more=EXPR, name={"type": "string"})}, 'name="text"'),
}


@pytest.mark.parametrize("which", RECURSIVE)
def test_examples_of_schemas_that_contain_themselves_end(tmp_path, which) -> None:
    """Deep within an example the shortest way out is taken; what has no end is left out."""
    schemas, end = RECURSIVE[which]
    plan = plan_of(tmp_path, body({"type": "array", "items": EXPR}), components={"schemas": schemas})
    snippet = next(text for path, text in plan.files.items() if path.endswith("README.md")).decode()
    assert end in snippet
