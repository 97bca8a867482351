"""From a reply to a value or an error."""

import httpx2
import pytest

from tallystick.generate.runtime.client import errors
from tallystick.generate.runtime.client.operation import Operation, ReplyType
from tallystick.generate.runtime.client.reply import ReplyInfo


class OutOfStock(errors.Conflict):
    uri = "https://api.test/out-of-stock"
    declared_retryable = True


OPERATION = Operation(
    "op",
    "GET",
    "/x",
    replies=(
        ReplyType("200", "application/json", "json", read=lambda data: ("model", data["a"])),
        ReplyType("200", "text/csv", "text"),
        ReplyType("200", "image/*", "bytes"),
        ReplyType("204"),
        ReplyType("4XX", "application/json", "json"),
        ReplyType("default", "application/json", "json"),
    ),
    problem_class=lambda uri: OutOfStock if uri == OutOfStock.uri else None,
)


def parse(status, media_type, body, operation=OPERATION):
    return operation.parse(ReplyInfo(status, httpx2.Headers({"content-type": media_type} if media_type else {})), body)


@pytest.mark.parametrize(
    ("status", "media_type", "body", "value"),
    [
        (200, "application/json; charset=utf-8", b'{"a":1}', ("model", 1)),
        (200, "text/csv; charset=latin-1", "é".encode("latin-1"), "é"),
        (200, "image/png", b"\x89PNG", b"\x89PNG"),
        (200, "application/vnd.x+json", b'{"a":1}', ("model", 1)),
        (200, "", b'{"a":1}', ("model", 1)),
        (204, "", b"", None),
    ],
)
def test_the_media_type_of_the_reply_decides(status, media_type, body, value):
    """Of several documented media types, the one that arrived is read."""
    assert parse(status, media_type, body) == value


@pytest.mark.parametrize(
    ("status", "media_type", "body", "message"),
    [
        (200, "text/html", b"<html>", "200 with text/html, expected application/json, text/csv, image/*"),
        (200, "application/json", b'{"a":', "broken JSON"),
        (200, "application/json", b'{"b":1}', "lacks the required property 'a'"),
        (200, "application/json", b"[]", "has not the documented shape"),
    ],
)
def test_a_reply_that_breaks_the_contract_is_named(status, media_type, body, message):
    """InvalidReply tells what is wrong and keeps status, headers and body."""
    with pytest.raises(errors.InvalidReply, match="GET /x") as caught:
        parse(status, media_type, body)
    assert message in str(caught.value)
    assert (caught.value.status, caught.value.body) == (status, body)


def test_a_success_that_is_not_documented_is_named():
    """A status that the contract does not list is no silent None."""
    narrow = Operation("op", "GET", "/x", replies=(ReplyType("200", "application/json", "json"),))
    with pytest.raises(errors.InvalidReply, match="status 202 is not in the contract"):
        parse(202, "application/json", b"{}", narrow)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (304, errors.NotModified), (301, errors.Redirected), (400, errors.BadRequest), (401, errors.Unauthorized),
        (404, errors.NotFound), (409, errors.Conflict), (412, errors.PreconditionFailed), (418, errors.ClientError),
        (422, errors.UnprocessableContent), (429, errors.TooManyRequests), (500, errors.ServerError),
        (503, errors.ServiceUnavailable),
    ],
)  # fmt: skip
def test_each_status_has_its_class(status, kind):
    """The class of an error is that of its status, whether documented or not."""
    with pytest.raises(kind) as caught:
        parse(status, "text/html", b"<html>proxy</html>")
    assert caught.value.status == status
    assert caught.value.body == b"<html>proxy</html>"


def test_a_problem_has_the_class_of_its_type():
    """A declared problem type gives its own class, which also is the class of the status."""
    with pytest.raises(OutOfStock) as caught:
        parse(409, "application/problem+json", b'{"type":"https://api.test/out-of-stock","available":3}')
    assert isinstance(caught.value, errors.Conflict)
    assert caught.value.member("available") == 3
    assert caught.value.retryable


def test_an_unknown_problem_has_the_class_of_its_status():
    """A problem type of tomorrow is still an error of its status, with all its members."""
    with pytest.raises(errors.Conflict) as caught:
        parse(409, "application/problem+json", b'{"type":"https://api.test/new","title":"New","x":1}')
    assert not isinstance(caught.value, OutOfStock)
    assert caught.value.problem["x"] == 1
    assert caught.value.type == "https://api.test/new"


def test_redirects_can_be_what_the_contract_promises():
    """For an operation that only answers 302, a 302 is its success."""
    redirecting = Operation("op", "GET", "/x", replies=(ReplyType("302"),))
    assert parse(302, "", b"", redirecting) is None


def test_an_empty_success_of_head_is_nothing():
    """HEAD has no body to read."""
    head = Operation("op", "HEAD", "/x", replies=(ReplyType("200", "application/json", "json"),))
    assert parse(200, "application/json", b"", head) is None
