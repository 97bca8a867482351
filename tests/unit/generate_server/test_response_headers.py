"""Response headers: written as their style says, and never with a value that their schema refuses."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import typing
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
POINT = {
    "type": "object",
    "required": ["x"],
    "properties": {"x": {"type": "integer"}, "label-text": {"type": "string"}, "y": {"type": ["integer", "null"]}},
    "additionalProperties": False,
}
SCHEMAS: dict[str, Any] = {"Point": POINT}
SCALARS: dict[str, Any] = {
    "Text": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
    "Count": {"type": "integer", "minimum": 1},
    "Share": {"type": "number", "exclusiveMaximum": 1},
    "Flag": {"type": "boolean"},
    "State": {"type": "string", "enum": ["on", "off"]},
    "Level": {"type": "integer", "enum": [1, 2]},
    "Moment": {"type": "string", "format": "date-time"},
    "Day": {"type": "string", "format": "date"},
    "Http-Date": {"type": "string"},
    "Uuid": {"type": "string", "format": "uuid"},
    "Usual": {"type": "integer", "default": 7},
    "Either": {"oneOf": [{"type": "integer", "maximum": 9}, {"type": "string", "pattern": "^x"}]},
    "Maybe": {"type": ["integer", "null"]},
}
PARTS: dict[str, Any] = {
    "Numbers": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3, "uniqueItems": True},
    "Names": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]"}},
    "Mixed": {"type": "array", "items": {"type": ["integer", "null", "string"]}},
    "Days": {"type": "array", "items": {"type": "string", "format": "date"}},
    "Point": {"$ref": "#/components/schemas/Point"},
    "Free": {"type": "object", "additionalProperties": {"type": "integer"}},
    "Set-Cookie": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+="}},
}
HEADERS: dict[str, Any] = {
    **{f"X-{name}": {"schema": schema} for name, schema in SCALARS.items()},
    **{name if name == "Set-Cookie" else f"X-{name}": {"schema": schema} for name, schema in PARTS.items()},
    "X-Exploded": {"schema": {"$ref": "#/components/schemas/Point"}, "explode": True},
    "X-Exploded-Numbers": {"schema": PARTS["Numbers"], "explode": True},
    "X-Json": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Point"}}}},
    "X-Json-List": {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "string"}}}}},
    "X-Plain": {"content": {"text/plain": {"schema": {"type": "string", "maxLength": 3}}}},
    "X-Any": {},
}
PROBLEM = {"type": "https://t.example/slow-down", "title": "Slow down"}
OPERATIONS: dict[str, Any] = {
    "GET /item": {
        "operationId": "getItem",
        "responses": {
            "204": {"description": "Done.", "headers": HEADERS},
            "429": {
                "description": "Later.",
                "x-tally-problem": PROBLEM,
                "headers": {
                    "Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}},
                    "X-Numbers": {"schema": PARTS["Numbers"]},
                },
            },
        },
    },
    "GET /other": {
        "operationId": "getOther",
        "responses": {
            "204": {"description": "Done.", "headers": {"X-Needed": {"required": True, "schema": {"type": "string"}}}},
            "429": {"description": "Later.", "x-tally-problem": PROBLEM},
        },
    },
}


@pytest.fixture(scope="module")
def made(tmp_path_factory, module_server, describe_module) -> Any:
    """A server that answers what the test has put into ``box.answer``."""
    box = SimpleNamespace(answer=None)

    def answer(server: Any) -> Any:
        return box.answer(server)

    handlers = {"get_item": answer, "get_other": answer}
    folder = tmp_path_factory.mktemp("headers")
    server = module_server(describe_module(OPERATIONS, SCHEMAS), folder, handlers=handlers)
    server.box = box
    return server


def _sent(made: Any, **headers: Any) -> Any:
    def answer(server: Any) -> Any:
        given = {name: value(server) if callable(value) else value for name, value in headers.items()}
        return server.modules("replies").GetItem204(**given)

    made.box.answer = answer
    return made.call("GET", "/item").headers


def _point(**values: Any) -> Any:
    return lambda server: server.modules("models").Point.model_validate(values)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("x_text", "abc", "abc"),
        ("x_count", 3, "3"),
        ("x_share", 0.5, "0.5"),
        ("x_share", 1e-7, "1e-07"),
        ("x_share", decimal.Decimal("0.10"), "0.10"),
        ("x_flag", True, "true"),
        ("x_flag", False, "false"),
        ("x_state", "on", "on"),
        ("x_state", lambda server: server.modules("models").GetItemResponseXState("off"), "off"),
        ("x_level", 2, "2"),
        ("x_moment", WHEN, "2026-01-02T03:04:05Z"),
        ("x_moment", WHEN.astimezone(dt.timezone(dt.timedelta(hours=1))), "2026-01-02T04:04:05+01:00"),
        ("x_day", WHEN.date(), "2026-01-02"),
        ("x_http_date", "Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 03:04:05 GMT"),
        ("x_uuid", uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("x_either", 9, "9"),
        ("x_either", "x9", "x9"),
        ("x_maybe", 5, "5"),
        ("x_numbers", [1], "1"),
        ("x_numbers", [1, 2, 3], "1,2,3"),
        ("x_exploded_numbers", [1, 2], "1,2"),
        ("x_names", ["a", "b c"], "a,b c"),
        ("x_names", ("a",), "a"),
        ("x_names", [], ""),
        ("x_mixed", [1, None, "a"], "1,,a"),
        ("x_days", [WHEN.date(), dt.date(1999, 12, 31)], "2026-01-02,1999-12-31"),
        ("x_point", _point(x=1), "x,1,y,"),  # the absent label is left out; y may be null
        ("x_point", _point(**{"x": 1, "label-text": "a b", "y": 2}), "x,1,label-text,a b,y,2"),
        ("x_point", {"x": 1, "label-text": "a"}, "x,1,label-text,a"),
        ("x_exploded", _point(**{"x": 1, "label-text": "a"}), "x=1,label-text=a,y="),
        ("x_free", {"a": 1, "b": 2}, "a,1,b,2"),
        ("x_json", _point(**{"x": 1, "label-text": "é,\n", "y": 2}), '{"x":1,"label-text":"\\u00e9,\\n","y":2}'),
        ("x_json_list", ["a,b", "日本"], '["a,b","\\u65e5\\u672c"]'),
        ("x_plain", "abc", "abc"),
        ("x_any", "anything", "anything"),
    ],
)
def test_values(made, name: str, value: Any, text: str) -> None:
    """Every value that fits the schema is written as its style or media type says."""
    assert _sent(made, **{name: value})[name.replace("_", "-")] == text


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x_text", "ABC", "x-text does not fit its schema: does not match"),
        ("x_text", "abcdef", "x-text does not fit its schema: is longer than 5 characters"),
        ("x_count", 0, "x-count does not fit its schema: is less than the minimum of 1"),
        ("x_count", True, 'x-count does not fit its schema: is not of type "integer"'),
        ("x_count", 1.5, 'x-count does not fit its schema: is not of type "integer"'),
        ("x_count", "1_0", 'x-count does not fit its schema: is not of type "integer"'),
        ("x_share", 1.0, "x-share does not fit its schema: is greater than or equal to the maximum of 1"),
        ("x_share", float("nan"), 'x-share does not fit its schema: is not of type "number"'),
        ("x_flag", 1, 'x-flag does not fit its schema: is not of type "boolean"'),
        ("x_state", "maybe", "x-state does not fit its schema: is not one of"),
        ("x_level", 3, "x-level does not fit its schema: is not one of"),
        ("x_moment", WHEN.replace(tzinfo=None), 'x-moment does not fit its schema: is not a "date-time"'),
        ("x_moment", "Fri, 02 Jan 2026 03:04:05 GMT", 'x-moment does not fit its schema: is not a "date-time"'),
        ("x_day", WHEN, 'x-day does not fit its schema: is not a "date"'),
        ("x_uuid", "1", 'x-uuid does not fit its schema: is not a "uuid"'),
        ("x_either", 10, "x-either does not fit its schema: is not valid under any of"),
        ("x_numbers", [], "x-numbers does not fit its schema"),
        ("x_numbers", [1, 2, 3, 4], "x-numbers does not fit its schema: has more than 3 items"),
        ("x_numbers", [1, 1], "x-numbers does not fit its schema: has non-unique elements"),
        ("x_numbers", [1, "a"], 'x-numbers does not fit its schema: /1 is not of type "integer"'),
        ("x_numbers", [[1], 2], 'x-numbers does not fit its schema: /0 is not of type "integer"'),
        ("x_names", ["a", "B"], "x-names does not fit its schema: /1 does not match"),
        ("x_names", ["a,b"], "x-names has a part with ',', which would end that part"),
        ("x_days", [dt.date(1999, 12, 31), "soon"], 'x-days does not fit its schema: /1 is not a "date"'),
        ("x_point", {"label-text": "a"}, 'x-point does not fit its schema: "x" is a required property'),
        ("x_point", {"x": "a"}, 'x-point does not fit its schema: /x is not of type "integer"'),
        ("x_point", {"x": 1, "z": 1}, "x-point does not fit its schema: .*Additional properties"),
        ("x_point", {"x": 1, "label-text": "a,b"}, "x-point has a part with ','"),
        ("x_exploded", {"x": 1, "label=text": "a"}, "x-exploded has a part with '='"),
        ("x_free", {"a": "b"}, 'x-free does not fit its schema: /a is not of type "integer"'),
        ("x_json", {"x": "1"}, 'x-json does not fit its schema: /x is not of type "integer"'),
        ("x_json_list", [1], 'x-json-list does not fit its schema: /0 is not of type "string"'),
        ("x_json_list", [float("nan")], "x-json-list cannot be written: Out of range float"),
        ("x_json", object(), "x-json cannot be written: Unable to serialize"),
        ("x_plain", "abcd", "x-plain does not fit its schema: is longer than 3 characters"),
        ("set_cookie", ["a=1", "B=2"], "set-cookie does not fit its schema: /1 does not match"),
        ("x_any", "a\r\nb: c", "must not hold line breaks"),
        ("x_any", " a", "must not begin or end with white space"),
        ("x_any", "a\t", "must not begin or end with white space"),
        ("x_names", ["a\nb"], "must not hold line breaks"),
    ],
)
def test_values_that_the_schema_refuses(made, name: str, value: Any, message: str) -> None:
    """A value outside the schema is an alarm before the commit that names the header and the fault."""
    with pytest.raises(Exception, match=message) as caught:
        _sent(made, **{name: value})
    assert type(caught.value).__name__ == "ContractViolation"
    assert made.log == ["open", "get_item", "rollback"]
    assert any("getItem" in note for note in caught.value.__notes__)


def test_refused_values_stay_secret(made) -> None:
    """The alarm does not tell the value, which may be a credential."""
    with pytest.raises(Exception, match="set-cookie") as caught:
        _sent(made, set_cookie=["SECRET=hunter2"])
    assert "hunter2" not in str(caught.value)


def test_cookies_are_lines_of_their_own(made) -> None:
    """The one header whose values cannot be joined with commas (RFC 9110, section 5.3) has a line for each."""
    cookies = ["a=1; Expires=Fri, 02 Jan 2026 03:04:05 GMT", "b=2"]
    assert _sent(made, set_cookie=cookies).get_list("set-cookie") == cookies


def test_headers_that_are_not_given(made) -> None:
    """An optional header is left out, also one with a default: the default is what its absence means."""
    headers = _sent(made)
    assert not [name for name in headers if name.startswith("x-")]


def test_constructors(made) -> None:
    """Required headers are required arguments, optional ones optional; others do not exist."""
    replies = made.modules("replies")
    with pytest.raises(TypeError, match="x_needed"):
        replies.GetOther204()
    with pytest.raises(TypeError, match="unexpected keyword argument 'x_unknown'"):
        replies.GetOther204(x_needed="a", x_unknown="b")
    assert all(each.default is None for each in dataclasses.fields(replies.GetItem204))


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("x_count", int | None),
        ("x_day", dt.date | None),
        ("x_moment", dt.datetime | None),
        ("x_numbers", list[int] | None),
        ("x_json_list", list[str] | None),
        ("x_plain", str | None),
    ],
)
def test_types(made, field: str, kind: Any) -> None:
    """The constructor's arguments have the types of the schema, those with ``content`` included."""
    module = made.modules("replies.default")
    assert typing.get_type_hints(module.GetItem204)[field] == kind


def _raised(made: Any, path: str = "/item", **headers: Any) -> Any:
    def answer(server: Any) -> Any:
        raise server.modules("problems").SlowDown(**headers)

    made.box.answer = answer
    return made.call("GET", path)


def test_headers_of_problems(made) -> None:
    """Problems have typed headers as well."""
    reply = _raised(made, retry_after=5, x_numbers=[1, 2])
    assert (reply.status_code, reply.headers["retry-after"], reply.headers["x-numbers"]) == (429, "5", "1,2")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"retry_after": 0}, "the header retry-after does not fit its schema: is less than the minimum of 1"),
        ({"retry_after": 1, "x_numbers": ["a"]}, "the header x-numbers does not fit its schema: /0 is not of type"),
        ({}, "the header retry-after is required"),
    ],
)
def test_headers_of_problems_outside_the_contract(made, headers: dict[str, Any], message: str) -> None:
    """A problem without a header that its operation requires, or with a wrong one, is an alarm."""
    with pytest.raises(Exception, match=message) as caught:
        _raised(made, **headers)
    assert type(caught.value).__name__ == "ContractViolation"


def test_what_one_operation_requires_another_may_not(made) -> None:
    """The headers of a problem are held against the reply of the operation that raises it."""
    assert _raised(made, "/other").status_code == 429
    assert _raised(made, "/other", retry_after=0).headers["retry-after"] == "0"


def test_checking_can_be_switched_off(made) -> None:
    """With a share of zero headers are written as they are; what would break the header section is refused still."""
    settings = made.modules("wiring").Settings(check_replies=0.0)
    app = made.modules("router").create_app(dataclasses.replace(made.contract, settings=settings))
    made.box.answer = lambda server: server.modules("replies").GetItem204(x_numbers=[0, 0], x_count=0)
    client = type(made.client)(app)
    assert client.get("/item").headers["x-numbers"] == "0,0"
    made.box.answer = lambda server: server.modules("replies").GetItem204(x_any="a\nb")
    with pytest.raises(Exception, match="line breaks"):
        client.get("/item")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Retry-After": "1\r\nX-Other: 2"}, "line breaks"),
        ({"Retry-After\r\nX-Other": "1"}, "no name for a header"),
    ],
)
def test_headers_of_refusals_and_problems(made, headers: dict[str, str], message: str) -> None:
    """Neither a refusal nor a problem can break the header section, be it by a name or by a value."""
    refusal = made.modules("_runtime.problems").Refusal(429, "slow down", "Wait.", headers=headers)
    problem = made.modules("problems").SlowDown("Wait.", retry_after=1)
    problem.headers.update(headers)
    for error in (refusal, problem):

        def fail(_server: Any, error: Exception = error) -> None:
            raise error

        made.box.answer = fail
        with pytest.raises(Exception, match=message) as caught:
            made.call("GET", "/item")
        assert type(caught.value).__name__ == "ContractViolation"
