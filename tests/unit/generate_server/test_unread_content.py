"""Content of any media type is JSON where its schema describes no text; what nobody reads by its schema is told."""

from __future__ import annotations

from typing import Any

import pytest

PET = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 5}}}
TEXT = {"type": "string"}
SCHEMAS = {"Pet": PET, "Pets": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}}
A_PET = {"$ref": "#/components/schemas/Pet"}
PETS = {"$ref": "#/components/schemas/Pets"}


def _operation(reply: dict[str, Any] | None = None, body: dict[str, Any] | None = None) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": "ask"}
    if reply is not None:
        operation["responses"] = {"200": {"description": "Ok.", "content": reply}}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": body}
    return {"POST /": operation}


@pytest.mark.parametrize("media_type", ["*/*", "application/*"])
def test_replies_of_any_media_type_are_json(server, describe, media_type) -> None:
    """They are typed, written as JSON and checked."""

    def ask(made: Any) -> Any:
        return made.modules("replies").Ask200(bodies.pop())

    bodies: list[Any] = ["no pets"]
    made = server(describe(_operation({media_type: {"schema": PETS}}), SCHEMAS), handlers={"ask": ask})
    bodies.append([made.modules("models").Pet(name="Rex")])
    reply = made.call("POST", "/")
    assert (reply.headers["content-type"], reply.json()) == ("application/json", [{"name": "Rex"}])
    with pytest.raises(made.modules("_runtime.problems").ContractViolation):
        made.call("POST", "/")


def test_bodies_of_any_media_type_may_be_json(server, describe) -> None:
    """JSON is read by the schema; what is sent otherwise reaches the handler as it came."""
    made = server(describe(_operation(body={"*/*": {"schema": A_PET}}), SCHEMAS))
    assert made.call("POST", "/", json={"name": "Rex"}).status_code == 204
    assert made.calls[0]["body"].name == "Rex"
    assert made.call("POST", "/", json={"name": 5}).status_code == 422
    assert made.call("POST", "/", content="name: Rex", headers={"Content-Type": "application/yaml"}).status_code == 204
    assert type(made.calls[0]["body"]).__name__ == "BodyStream"


@pytest.mark.parametrize("media_type", ["*/*", "image/*"])
def test_texts_of_any_media_type_stay_what_they_are(server, describe, media_type) -> None:
    """A text may be content of any kind, so the handler says which."""

    def ask(made: Any) -> Any:
        return made.modules("replies").Ask200("GIF", content_type="image/gif")

    made = server(describe(_operation({media_type: {"schema": TEXT}})), handlers={"ask": ask})
    reply = made.call("POST", "/")
    assert (reply.headers["content-type"], reply.text) == ("image/gif", "GIF")


def test_declared_json_is_not_replaced(server, describe) -> None:
    """Where JSON is described by itself, a range beside it stands for the rest."""
    content = {"*/*": {"schema": PETS}, "application/json": {"schema": A_PET}}
    made = server(describe(_operation(content, content), SCHEMAS))
    assert made.modules("operations").ask.body.media_types == ("*/*", "application/json")
    assert made.modules("operations").ask.replies[0].media_types == ("*/*", "application/json")


UNREAD_BODIES = [
    ("application/yaml", {"schema": PET}),
    ("application/xml", {"schema": PET}),
    ("application/octet-stream", {"schema": {"type": "string", "maxLength": 5}}),
    ("text/csv", {"schema": {"type": "array", "items": TEXT}}),
    ("text/plain", {"schema": {"type": "integer"}}),
    ("text/event-stream", {"schema": PET}),
    ("multipart/related", {"schema": PET}),
]
UNREAD_REPLIES = [
    *(each for each in UNREAD_BODIES if each[0] != "text/event-stream"),
    ("application/x-www-form-urlencoded", {"schema": PET}),
    ("multipart/form-data", {"schema": PET}),
    ("text/plain; charset=latin1", {"schema": {"type": "string", "maxLength": 5}}),
]
READ = [
    ("application/json", {"schema": PET}),
    ("application/xml", {"schema": TEXT}),
    ("application/octet-stream", {"schema": {"type": "string", "format": "binary"}}),
    ("application/pdf", {"schema": {}}),
    ("application/pdf", {}),
    ("text/plain", {"schema": {"type": "string", "maxLength": 5}}),
    ("application/x-ndjson", {"schema": PET}),
    ("application/yaml", {"schema": {"$ref": "#/components/schemas/Nowhere"}}),
]


def _told(plan: Any) -> list[str]:
    return [each.message for each in plan.findings if each.code == "server-unchecked"]


@pytest.mark.parametrize(("media_type", "media"), UNREAD_BODIES)
def test_bodies_that_nobody_reads_are_told(plan_of, describe, media_type, media) -> None:
    """A finding names the media type."""
    plan = plan_of(describe(_operation(body={media_type: media})))
    assert _told(plan) == [f"a body of {media_type} is handed over unread: nothing checks it against its schema"]


@pytest.mark.parametrize(("media_type", "media"), UNREAD_REPLIES)
def test_replies_that_nobody_checks_are_told(plan_of, describe, media_type, media) -> None:
    """A finding names the status and the media type."""
    message = f"the reply 200 of {media_type} is sent as the handler gives it: nothing checks it against its schema"
    assert _told(plan_of(describe(_operation({media_type: media})))) == [message]


@pytest.mark.parametrize(("media_type", "media"), READ)
def test_what_is_read_or_has_nothing_to_check_is_not_told(plan_of, describe, media_type, media) -> None:
    """A finding means that something is lost."""
    assert _told(plan_of(describe(_operation({media_type: media}, {media_type: media})))) == []


def test_items_of_parts_are_told(plan_of, describe) -> None:
    """``itemSchema`` speaks of the parts of a multipart body, which are not taken apart."""
    description = describe(_operation(body={"multipart/mixed": {"itemSchema": PET}})) | {"openapi": "3.2.0"}
    assert _told(plan_of(description)) == [
        "a body of multipart/mixed is handed over unread: nothing checks it against its schema"
    ]


def test_the_rest_of_a_range_is_told(plan_of, describe) -> None:
    """JSON is read, anything else is not."""
    plan = plan_of(describe(_operation(body={"*/*": {"schema": PET}})))
    assert _told(plan) == [
        "a body of */* is handed over unread unless it is application/json: nothing checks it against its schema"
    ]
