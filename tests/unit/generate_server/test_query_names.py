"""Parameters of a query string whose names meet."""

from __future__ import annotations

import pytest

SORT = {"name": "sort", "in": "query", "schema": {"type": "object", "properties": {"at": {"enum": ["asc", "desc"]}}}}
RANGE = {"type": "object", "properties": {"gt": {"type": "integer"}}}
DEEP = {"name": "at", "in": "query", "style": "deepObject", "schema": RANGE}


@pytest.mark.parametrize(
    ("other", "owner"),
    [
        ({"name": "at", "in": "query", "schema": {"type": "string"}}, "at"),
        ({**DEEP, "schema": {"anyOf": [RANGE, {"type": "string"}]}}, "at"),
        ({**SORT, "name": "order"}, "sort"),
        (DEEP, None),
        ({**SORT, "name": "order", "style": "deepObject"}, None),
        ({"name": "at", "in": "header", "schema": {"type": "string"}}, None),
        ({**SORT, "name": "order", "schema": {"$ref": "#/components/schemas/Nowhere"}}, None),
    ],
)
def test_properties_that_go_by_the_name_of_another_parameter(plan_of, describe, other, owner) -> None:
    """A finding tells which parameter gets what has the name."""
    plan = plan_of(describe({"GET /": {"parameters": [SORT, other]}}))
    told = [(each.message, each.level.value) for each in plan.findings if each.code == "server-query"]
    loser = "order" if owner == "sort" else "sort"
    message = (
        f"the property 'at' of the parameter {loser!r} has a name in the query string that the parameter {owner!r} has "
        "too and gets: rename one, or give the first `style: deepObject`"
    )
    assert told == ([] if owner is None else [(message, "warning")])


@pytest.mark.parametrize(
    ("query", "sort", "at"), [("at[gt]=1&at=desc", {"at": "desc"}, {"gt": 1}), ("at=desc", {"at": "desc"}, None)]
)
def test_a_deep_object_leaves_its_bare_name_to_a_property(server, describe, query, sort, at) -> None:
    """``at[gt]=1`` and ``at=desc`` are told apart by their form."""
    made = server(describe({"GET /": {"parameters": [SORT, DEEP]}}))
    assert made.call("GET", f"/?{query}").status_code == 204
    (call,) = made.calls
    assert [value and value.model_dump(mode="json") for value in (call["sort"], call["at"])] == [sort, at]


def test_a_deep_object_alone_tells_how_it_is_sent(server, describe) -> None:
    """Nobody else wants its bare name, so the refusal explains."""
    answer = server(describe({"GET /": {"parameters": [DEEP]}})).call("GET", "/?at=desc")
    assert answer.status_code == 400
    assert "is an object, whose members are sent as name[member]" in answer.text
