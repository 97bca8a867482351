"""What a class has where a member is absent: the default of the contract, or a finding."""

import json

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.models import generate_models

MONEY = {"type": "object", "properties": {"amount": {"type": "string"}}}
PROPERTIES = {
    "tags": {"type": "array", "items": {"type": "string", "minLength": 1}, "default": ["a", "b"]},
    "shares": {"type": ["array", "null"], "items": {"type": "number"}, "default": [1, 0.5]},
    "prices": {"type": "array", "items": MONEY, "default": []},
    "days": {"type": "array", "items": {"type": "string", "format": "date"}, "default": ["2026-11-20"]},
    "money": {**MONEY, "default": {"amount": "0"}},
}


def made(tmp_path):
    """The class, and the findings on the way."""
    file = tmp_path / "openapi.json"
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {},
        "components": {"schemas": {"Thing": {"type": "object", "properties": PROPERTIES}}},
    }
    file.write_text(json.dumps(document), "utf-8")
    plan = generate_models(canonicalise(read(bundle(load(file)))))
    module = {"__name__": "generated_models"}
    exec(compile(plan.files["models.py"], "models.py", "exec"), module)
    module["Thing"].model_rebuild(_types_namespace=module)
    return module["Thing"], plan.findings


def test_a_list_of_plain_values_is_the_default_of_the_class(tmp_path):
    """An absent member is the list of the contract, a new one for each object, and is not sent."""
    thing, _ = made(tmp_path)
    one, other = thing(), thing()
    one.tags.append("c")
    assert (one.tags, other.tags, other.shares, other.prices) == (["a", "b", "c"], ["a", "b"], [1, 0.5], [])
    assert other.model_dump_json(exclude_unset=True) == "{}"


def test_other_defaults_are_told(tmp_path):
    """A default that would have to become objects of Python is left out of the class, and a finding with its place."""
    thing, findings = made(tmp_path)
    assert (thing().days, thing().money) == (None, None)
    told = {each.place.pointer: each.message for each in findings if each.code == "models-default"}
    assert sorted(told) == [f"/components/schemas/Thing/properties/{name}" for name in ("days", "money")]
    assert "has None where the member is absent" in told["/components/schemas/Thing/properties/days"]
