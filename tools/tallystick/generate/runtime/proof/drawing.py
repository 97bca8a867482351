"""Values drawn from the schemas of a canonical contract, by Hypothesis, and the Python values that stand for them."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
import re
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from .contract import Contract

_DEEP = 4
"""Below this depth only what is required is drawn."""
_MOST_WAYS = 16
"""Of the ways to meet the conditions of an object, so many are tried."""
_JSON = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("abc", max_size=3))
_LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
_SIGNS = st.one_of(st.sampled_from("abcXYZ019-_ "), st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")))
_SAMPLES = {
    "email": ["a@example.com", "b.c@example.org"],
    "uri": ["https://example.com/a?b=c", "https://example.com/a", "urn:x:y"],
    "date-time": ["2026-01-31T12:00:00Z"],
    "uuid": ["7b0e1f6a-3c52-4f0e-9d58-0e4f2a6c1d3b"],
}
_FORMATS = {
    "date-time": st.integers(631_152_000, 3_786_912_000).map(  # 1990 to 2090
        lambda value: dt.datetime.fromtimestamp(value, dt.UTC).isoformat().replace("+00:00", "Z")
    ),
    "date": st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)).map(dt.date.isoformat),
    "time": st.times().map(lambda value: value.replace(microsecond=0).isoformat() + "Z"),
    "duration": st.sampled_from(["PT1H", "P1D"]),
    "uuid": st.uuids().map(str),
    "email": st.sampled_from(["a@example.com", "b.c@example.org"]),
    "idn-email": st.just("a@example.com"),
    "uri": st.sampled_from(["https://example.com/a?b=c", "urn:x:y"]),
    "iri": st.just("https://example.com/"),
    "uri-reference": st.sampled_from(["/a/b", "https://example.com/"]),
    "uri-template": st.just("/a/{b}"),
    "hostname": st.just("example.com"),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "json-pointer": st.just("/a/0"),
    "regex": st.just("^a+$"),
    "byte": st.sampled_from(["", "aGVsbG8="]),
}


def drawn(contract: Contract, pointer: str) -> st.SearchStrategy[Any]:
    """JSON values that are valid against the schema at a pointer."""
    stated = [value for value in _stated(contract, pointer) if contract.is_valid(pointer, value)]
    free = strategy(contract, contract.at(pointer), 0).filter(lambda value: contract.is_valid(pointer, value))
    return st.one_of(st.sampled_from(stated), free) if stated else free


def _stated(contract: Contract, pointer: str) -> list[Any]:
    """The examples of the contract, beside the schema and in it."""
    owner, schema = contract.at(pointer.rpartition("/")[0]), contract.resolved(contract.at(pointer))
    found = [owner["example"]] if isinstance(owner, Mapping) and "example" in owner else []
    named = owner.get("examples") if isinstance(owner, Mapping) else None
    found += [one["value"] for one in named.values() if "value" in one] if isinstance(named, Mapping) else []
    if isinstance(schema, Mapping):
        found += [schema["example"]] if "example" in schema else []
        found += schema["examples"] if isinstance(schema.get("examples"), list) else []
    return found


def strategy(contract: Contract, schema: Any, depth: int) -> st.SearchStrategy[Any]:
    """JSON values for a schema, as far as the keywords of the canonical form say."""
    if isinstance(schema, bool) or not schema:
        return _JSON
    if "$ref" in schema:
        target = schema["$ref"].removeprefix("#")
        return st.deferred(lambda: _at(contract, target, depth + 1))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    members = schema.get("oneOf") or schema.get("anyOf")
    if members:
        return _union(contract, schema, members, depth)
    return _typed(contract, schema, depth)


def _at(contract: Contract, pointer: str, depth: int) -> st.SearchStrategy[Any]:
    """Values of a component; one with conditions is judged on its own, for a whole with it would hardly ever fit."""
    schema = contract.at(pointer)
    values = strategy(contract, schema, depth)
    if not isinstance(schema, Mapping) or "then" not in schema:
        return values
    stated = [value for value in _stated(contract, pointer) if contract.is_valid(pointer, value)]
    fitting = values.filter(lambda value: contract.is_valid(pointer, value))
    return st.one_of(st.sampled_from(stated), fitting) if stated else fitting


def _union(contract: Contract, schema: Mapping[str, Any], members: list[Any], depth: int) -> st.SearchStrategy[Any]:
    if depth > _DEEP:
        members = sorted(members, key=lambda one: "$ref" in one)[:1]
    discriminator = schema.get("discriminator") or {}
    mapping = discriminator.get("mapping")
    if mapping:
        name = discriminator["propertyName"]
        return st.one_of([_tagged(contract, name, tag, ref, depth) for tag, ref in sorted(mapping.items())])
    return st.one_of([strategy(contract, member, depth + 1) for member in members])


def _tagged(contract: Contract, name: str, tag: str, ref: str, depth: int) -> st.SearchStrategy[Any]:
    inner = strategy(contract, {"$ref": ref}, depth + 1)
    return inner.map(lambda value: {**value, name: tag} if isinstance(value, dict) else value)


def _typed(contract: Contract, schema: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
    kind = schema.get("type") or ("object" if "properties" in schema else None)
    if kind == "object":
        return _object(contract, schema, depth)
    if kind == "array":
        return _array(contract, schema, depth)
    if kind == "string":
        return _text(schema)
    if kind in {"integer", "number"}:
        return _number(schema, kind)
    return {"boolean": st.booleans(), "null": st.none()}.get(str(kind), _JSON)


def _object(contract: Contract, schema: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
    properties = schema.get("properties", {})
    plain = st.one_of([_members(contract, properties, names, depth) for names in _needed(schema)])
    additional = schema.get("additionalProperties")
    if properties or additional is False or depth > _DEEP:
        return plain
    inner = strategy(contract, additional if isinstance(additional, Mapping) else True, depth + 1)
    low = schema.get("minProperties", 0)
    extra = st.dictionaries(st.text("abcxyz", min_size=1, max_size=4), inner, min_size=low, max_size=low + 2)
    return st.builds(lambda one, two: {**two, **one}, plain, extra)


def _members(
    contract: Contract, properties: Mapping[str, Any], needed: frozenset[str], depth: int
) -> st.SearchStrategy[dict[str, Any]]:
    strategies = {
        name: strategy(contract, one, depth + 1) for name, one in properties.items() if name in needed or depth < _DEEP
    }
    fixed = {name: strategies.get(name, _JSON) for name in sorted(needed)}
    optional = {name: one for name, one in strategies.items() if name not in needed}
    return st.fixed_dictionaries(fixed, optional=optional)


def _needed(schema: Mapping[str, Any]) -> list[frozenset[str]]:
    """The sets of properties that objects may be made of: what is required, and one way to meet each condition.

    Conditions that code cannot express stand in the canonical form as ``then`` of an empty ``if``.
    """
    always = frozenset(schema.get("required", ()))
    then = schema.get("then", {}) if schema.get("if") == {} else {}
    conditions = [one for one in then.get("allOf", [then]) if isinstance(one, Mapping)]
    ways = [[_names(way) for way in one.get("anyOf") or one.get("oneOf") or [one]] for one in conditions]
    chosen = itertools.islice(itertools.product(*ways), _MOST_WAYS)
    return list(dict.fromkeys(always.union(*names) for names in chosen))


def _names(way: Any) -> frozenset[str]:
    return frozenset(way.get("required", ())) if isinstance(way, Mapping) else frozenset()


def _array(contract: Contract, schema: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
    low = schema.get("minItems", 0)
    high = low if depth > _DEEP else min(schema.get("maxItems", low + 2), low + 2)
    items = strategy(contract, schema.get("items", True), depth + 1)
    if schema.get("uniqueItems"):
        return st.lists(items, min_size=low, max_size=high, unique_by=lambda one: json.dumps(one, sort_keys=True))
    return st.lists(items, min_size=low, max_size=high)


def _text(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    pattern, low, high = schema.get("pattern"), schema.get("minLength", 0), schema.get("maxLength")
    known = _FORMATS.get(schema.get("format", ""))
    if isinstance(pattern, str):
        spelled = st.sampled_from(_SAMPLES.get(schema.get("format", ""), [""])).filter(
            lambda text: _fits(pattern, text)
        )
        if not any(_fits(pattern, text) for text in _SAMPLES.get(schema.get("format", ""), [])):
            spelled = _matching(_stretched(pattern, low))
        return spelled.filter(lambda text: low <= len(text) <= (len(text) if high is None else high))
    if known is not None:
        return known
    return st.text(_SIGNS, min_size=low, max_size=low + 8 if high is None else min(low + 8, high))


def _fits(pattern: str, text: str) -> bool:
    try:
        return re.search(_python_pattern(pattern), text) is not None
    except re.error:
        return False


_REPEATED = re.compile(r"\^([A-Za-z0-9_-]*)(\[[^\]]+\])[+*]\$\Z")


def _stretched(pattern: str, low: int) -> str:
    """A pattern of one repeated class, repeated often enough for the shortest length."""
    found = _REPEATED.match(pattern)
    if found is None or low < 2:
        return pattern
    least = max(low - len(found[1]), 1)
    return f"^{found[1]}{found[2]}{{{least},{least + 8}}}$"


@functools.cache
def _matching(pattern: str) -> st.SearchStrategy[str]:
    """Texts that match a pattern: mostly letters, and nothing around the match."""
    return st.from_regex(_python_pattern(pattern), fullmatch=True, alphabet=_LETTERS)


def _python_pattern(pattern: str) -> str:
    r"""The pattern for Python, whose ``$`` also matches before a final line break."""
    return pattern[:-1] + r"\Z" if pattern.endswith("$") and not pattern.endswith("\\$") else pattern


def _number(schema: Mapping[str, Any], kind: str) -> st.SearchStrategy[Any]:
    low, high = _bounds(schema)
    step = schema.get("multipleOf")
    if kind == "integer" or (isinstance(step, int) and step):
        step = int(step) if isinstance(step, int | float) and step >= 1 else 1
        first = None if low is None else -int(-low // step)
        last = None if high is None else int(high // step)
        if first is None and last is None:
            first, last = -1000, 1000
        return st.integers(first, last).map(lambda value: value * step)
    return st.floats(low, high, allow_nan=False, allow_infinity=False).map(lambda value: round(value, 2))


def _bounds(schema: Mapping[str, Any]) -> tuple[float | None, float | None]:
    low, high = schema.get("minimum"), schema.get("maximum")
    small = 1 if schema.get("type") == "integer" else 0.01
    if isinstance(schema.get("exclusiveMinimum"), int | float):
        low = schema["exclusiveMinimum"] + small
    if isinstance(schema.get("exclusiveMaximum"), int | float):
        high = schema["exclusiveMaximum"] - small
    if low is not None and high is None:
        high = low + 1000
    if high is not None and low is None:
        low = high - 1000
    return low, high


def widened(contract: Contract, schema: Any, value: Any, depth: int = 0) -> Any:
    """The value with a property more in every object that allows it, and another member in every enum."""
    schema = contract.resolved(schema)
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, str) and len(schema.get("enum", ())) > 1:
        return "a-member-of-tomorrow"
    if isinstance(value, dict) and "properties" in schema:
        inner = {
            name: widened(contract, schema["properties"].get(name, True), one, depth + 1) for name, one in value.items()
        }
        return {**inner, "added_tomorrow": {"deep": [1, None]}} if "additionalProperties" not in schema else inner
    if isinstance(value, list):
        return [widened(contract, schema.get("items", True), one, depth + 1) for one in value]
    return value


def typed(contract: Contract, models: Any, schema: Any, value: Any) -> Any:  # noqa: PLR0911 # one line per kind
    """The Python value that the client takes for a JSON value."""
    if value is None or not isinstance(schema, Mapping):
        return value
    if "$ref" in schema:
        return _component(models, schema["$ref"].rpartition("/")[2], value)
    members = [one for one in schema.get("anyOf") or schema.get("oneOf") or () if one != {"type": "null"}]
    if len(members) == 1:
        return typed(contract, models, members[0], value)
    if members:
        return value
    if isinstance(value, list):
        return [typed(contract, models, schema.get("items", True), one) for one in value]
    if schema.get("format") == "date-time" and isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if schema.get("format") == "date" and isinstance(value, str) else value


def _component(models: Any, name: str, value: Any) -> Any:
    kind = getattr(models, name)
    if hasattr(kind, "from_dict"):
        return kind.from_dict(value)
    module = getattr(models, models._MODULES[name])  # noqa: SLF001 # the one who knows where a model is
    return module.read(value) if hasattr(module, "read") else value
