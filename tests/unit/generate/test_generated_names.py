"""Names in generated servers hide nothing and differ where what they name differs; defaults are values."""

from __future__ import annotations

import datetime as dt
import json
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contract import Canonical, canonicalise, class_name, read
from tallystick.contract.names import snake_case
from tallystick.document import bundle, load
from tallystick.generate.models import generate_models
from tallystick.generate.server import generate_server


@pytest.fixture
def canonical(tmp_path: Path):
    """Reads a description of operations by method and path."""

    def made(operations: dict[str, Any], **components: Any) -> Canonical:
        paths: dict[str, Any] = {}
        for call, operation in operations.items():
            method, path = call.split()
            paths.setdefault(path, {})[method] = {"responses": {"204": {"description": "Done."}}, **operation}
        description = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "security": [], "paths": paths}
        (tmp_path / "openapi.json").write_text(json.dumps({**description, "components": components}))
        return canonicalise(read(bundle(load(tmp_path / "openapi.json"))))

    return made


def _text(canonical: Canonical, path: str) -> str:
    return generate_server(canonical, "own").files[path].decode()


@given(st.lists(st.text("ab1_", min_size=1).map(snake_case).filter(lambda name: name[:1].isalpha()), min_size=2))
def test_classes_differ_where_names_do(names: list[str]) -> None:
    """Operations and groups with different names have different classes, which are identifiers."""
    assert len({class_name(name) for name in names}) == len(set(names))
    assert all(class_name(name).isidentifier() for name in names)


def test_operations_that_differ_by_a_separator(canonical) -> None:
    """``a1`` and ``a_1`` have replies and forms of their own."""
    text = _text(canonical({"get /a": {"operationId": "a1"}, "get /b": {"operationId": "a_1"}}), "replies/default.py")
    assert "class A1204(Reply):" in text
    assert "class A_1204(Reply):" in text
    assert "A_1Reply: TypeAlias = A_1204" in text


def test_headers_called_like_types(canonical) -> None:
    """A header called Date is the field ``date_``: the next field may be a date."""
    headers = {"Date": {"schema": {"type": "string", "format": "date-time"}}, "Field": {"schema": {"type": "string"}}}
    reply = {"204": {"description": "Done.", "headers": headers}}
    text = _text(canonical({"get /a": {"operationId": "a", "responses": reply}}), "replies/default.py")
    assert "    date_: datetime | None = field(default=None, kw_only=True)" in text
    assert "    field_: str | None = field(default=None, kw_only=True)" in text


def test_tags_called_like_parts_of_the_wiring(canonical) -> None:
    """A tag never takes the place of another field, nor of a constant of the router."""
    tags = ("settings", "settings handlers", "Document", "field")
    operations = {f"get /{number}": {"operationId": f"a{number}", "tags": [tag]} for number, tag in enumerate(tags)}
    made = canonical(operations)
    wiring, router = _text(made, "wiring.py"), _text(made, "router.py")
    for field in ("settings_handlers:", "settings_handlers_handlers:", "document:", "field_handlers:"):
        assert f"    {field} Callable[[ScopeT], " in wiring
    assert "(DOCUMENT_, contract.document, DocumentHandlers)," in router


@pytest.mark.parametrize(("type_", "name"), [("https://a.example/404", "Problem404"), ("urn:x:🚀", "ProblemProblem")])
def test_problem_types_without_a_word(canonical, type_: str, name: str) -> None:
    """A problem type that ends in a number or a sign has a class nevertheless."""
    reply = {"404": {"description": "None.", "x-tally-problem": {"type": type_, "title": "Gone"}}}
    text = _text(canonical({"get /a": {"operationId": "a", "responses": reply}}), "problems.py")
    assert f"class {name}(Problem):" in text


def test_operations_that_never_return(canonical) -> None:
    """An operation with problems only has the reply type Never, and its protocol is strictly typed all the same."""
    reply = {"404": {"description": "None.", "x-tally-problem": {"type": "urn:gone", "title": "Gone"}}}
    made = canonical({"get /a": {"operationId": "a", "responses": reply}})
    assert "AReply: TypeAlias = Never" in _text(made, "replies/default.py")
    assert "        raise NotImplementedError" in _text(made, "handlers/default.py")


def test_defaults_are_values(canonical, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default of a date, a time or a UUID is one, not the text that JSON has for it."""
    defaults = {
        "on": ("date", "2026-11-20"),
        "at": ("date-time", "2026-11-20T09:30:00Z"),
        "by": ("time", "09:30:00Z"),
        "id": ("uuid", "8f14e45f-ceea-467f-a9b1-1c2d3e4f5a6b"),
    }
    properties = {n: {"type": "string", "format": f, "default": value} for n, (f, value) in defaults.items()}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Visit"}}}}
    made = canonical(
        {"post /a": {"operationId": "a", "requestBody": body}},
        schemas={"Visit": {"type": "object", "properties": {**properties, "name": {"type": "string", "default": "x"}}}},
    )
    (tmp_path / "visit_models.py").write_bytes(generate_models(made).files["models.py"])
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "visit_models", raising=False)
    visit = __import__("visit_models").Visit()
    assert visit.on == dt.date(2026, 11, 20)
    assert visit.at == dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
    assert (visit.by, visit.id) == (dt.time(9, 30, tzinfo=dt.UTC), uuid.UUID(defaults["id"][1]))
    assert visit.name == "x"


def test_a_recursive_list(canonical) -> None:
    """A list of lists of its own kind says what its items are."""
    tree = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}
    made = canonical({"post /a": {"operationId": "a", "requestBody": body}}, schemas={"Tree": tree})
    assert 'Tree = TypeAliasType("Tree", "list[Tree]")' in _text(made, "models.py")


def test_null_stands_once(canonical) -> None:
    """An optional body that may be null is one union with None."""
    body = {"content": {"application/json": {"schema": {"type": ["object", "null"], "properties": {"a": {}}}}}}
    text = _text(canonical({"post /a": {"operationId": "a", "requestBody": body}}), "handlers/default.py")
    assert "body: models.ARequest | None)" in text
