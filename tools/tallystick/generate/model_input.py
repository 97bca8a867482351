"""What the engine of the models is fed: the components of the canonical document, brought to what it writes well."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import SchemaError, SchemaValidator, core_schema

from tallystick.contract import enum_member_names
from tallystick.contract.canonical.flat import CONFUSED, UNTYPED, split

if TYPE_CHECKING:
    from tallystick.contract import Canonical, Contract

__all__ = [
    "BOUNDS", "IN_UNION", "ease", "lost_defaults", "model_input", "python_bounds", "reads_alike", "told_apart",
    "unnested",
]  # fmt: skip

_EXACT: Final = 2**53
"""Integers below this one are doubles."""
_ROUNDED: Final[Mapping[str, Callable[[Any], int]]] = {
    "minimum": math.ceil, "exclusiveMinimum": math.floor, "maximum": math.floor, "exclusiveMaximum": math.ceil,
}  # fmt: skip
_READ_OTHERWISE: Final = re.compile(
    r"\\[^\\.^$|?*+()\[\]{}x-]|\(\?|(?<!\\)\.(?![^\[]*\])"
    r"|\\x\{|\{,|&&|--|~~|\[\^?\]|\[(?:[^\\\]]|\\.)*\["  # codes, counts and sets of signs that only Rust has
)
IN_UNION: Final = "x-tally-in-union"
"""Marks a class of requests that is one of several, with no discriminator to tell which."""
_FORMATS: Final = frozenset(("date-time", "date", "time", "uuid"))
"""Formats that become Python types. Others stay text or numbers: `AnyUrl` rewrites addresses, `SecretStr` sends
asterisks, `timedelta` has no months, and decoding base64 is the handler's choice."""
LIST_DEFAULT: Final = "x-tally-default"
"""Where the canonical document keeps defaults that are lists or objects."""
_PLAIN: Final[Mapping[str, tuple[type, ...]]] = {
    "boolean": (bool,), "integer": (int,), "number": (int, float), "string": (str,),
}  # fmt: skip
BOUNDS: Final = (
    "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip


def model_input(canonical: Canonical) -> dict[str, Any]:
    """The components alone, with the members of enums named as the contract decides."""
    components = copy.deepcopy(canonical.document.get("components", {}).get("schemas", {}))
    _ease_sides(components, canonical.contract)
    _keep_unknown(components, canonical)
    components = {name: _as_map(_opened(schema)) for name, schema in components.items()}
    for _, part in _members(components):
        if _has_plain_default(part):
            part["default"] = part.pop(LIST_DEFAULT)
    for schema in components.values():
        if isinstance(schema, dict) and "enum" in schema:
            names = enum_member_names(schema["enum"])
            schema["x-enum-varnames"] = [names[value] for value in schema["enum"]]
        ease(schema)
    info = {"title": "models", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": components}}


def lost_defaults(components: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The class and the name of each member whose default is a list or an object that the class does not have."""
    for name, schema in components.items():
        for member, part in _members({name: schema}):
            if LIST_DEFAULT in part and not _has_plain_default(part):
                yield name, member


def _members(components: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for schema in components.values():
        properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
        yield from ((name, part) for name, part in properties.items() if isinstance(part, dict))


def _has_plain_default(part: Mapping[str, Any]) -> bool:
    """Whether the default of a member is a list that is in Python what it is in JSON: empty, or of plain scalars."""
    default, members = part.get(LIST_DEFAULT), part.get("anyOf")
    if isinstance(members, list) and len(members) == 2 and members[1] == {"type": "null"}:
        part = members[0]
    if not isinstance(default, list) or part.get("type") != "array":
        return False
    items = part.get("items")
    if not default or not isinstance(items, dict):
        return not default
    kinds = _PLAIN.get(str(items.get("type")), ())
    return items.get("format") not in _FORMATS and "enum" not in items and all(type(each) in kinds for each in default)


def _keep_unknown(components: dict[str, Any], canonical: Canonical) -> None:
    """Lets classes keep undeclared members of requests where the description invites them.

    A class of replies alone has what it declares: openness asks patience of clients, it does not make a server chatty.
    Of two members of a union that fit, the chosen one must not lose what the other declares.
    """
    requested: set[str] = set()
    for operation in canonical.contract.operations:
        media = operation.body.content if operation.body is not None else ()
        stated = [each.schema for each in media]
        for parameter in operation.parameters:
            stated += [parameter.schema, *(each.schema for each in parameter.content)]
        _reach([schema.value for schema in stated if schema is not None], components, requested)
    in_unions = _in_unions(canonical.document, components)
    for name, schema in components.items():
        if schema.get("type") != "object" or "properties" not in schema:
            continue
        if name in requested and name in in_unions:
            schema.setdefault("additionalProperties", True)
            schema[IN_UNION] = True
        elif name not in requested and "if" not in schema and schema.get("additionalProperties") is True:
            del schema["additionalProperties"]


def _in_unions(document: Any, components: Mapping[str, Any]) -> set[str]:
    """The components that stand in unions without discriminator, beside others."""
    found: set[str] = set()
    waiting = [document]
    while waiting:
        value = waiting.pop()
        waiting.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
        for members in _loose_unions(value):
            if len(members) - ({"type": "null"} in members) > 1:
                found.update(_named(members, components))
    return found


def _named(members: list[Any], components: Mapping[str, Any]) -> set[str]:
    """The components that the members of a union refer to, and the members of unions among them."""
    found: set[str] = set()
    waiting = list(members)
    while waiting:
        member = waiting.pop()
        name = str(member.get("$ref", "")).rpartition("/")[2] if isinstance(member, dict) else ""
        if name in components and name not in found:
            found.add(name)
            waiting.append(components[name])
        waiting += [
            inner for keyword in ("anyOf", "oneOf") if isinstance(member, dict) for inner in member.get(keyword, ())
        ]
    return found


def _loose_unions(value: Any) -> list[list[Any]]:
    if not isinstance(value, dict) or "discriminator" in value:
        return []
    return [value[keyword] for keyword in ("anyOf", "oneOf") if isinstance(value.get(keyword), list)]


def _as_map(schema: dict[str, Any]) -> dict[str, Any]:
    """An object of which nothing is declared as ``dict[str, Any]``: the engine would write a class without fields."""
    if schema.get("type") == "object" and "properties" not in schema and schema.get("additionalProperties") is True:
        return {**schema, "additionalProperties": {"description": "Anything."}}
    return schema


def _opened(schema: Any) -> Any:
    """The schema with ``X | Any`` where the description does not say the type X, so that it is only a guess."""
    if not isinstance(schema, dict):
        return schema
    parts = ("items", "additionalProperties")
    result = {key: _opened(child) if key in parts else child for key, child in schema.items() if key != CONFUSED}
    if "properties" in schema:
        result["properties"] = {name: _opened(part) for name, part in schema["properties"].items()}
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            members = told_apart(schema[keyword]) if CONFUSED not in schema else []
            guessed = "discriminator" not in schema and any(UNTYPED in member for member in members)
            result[keyword] = [*map(_opened, members), *([{}] if guessed else ())]
            if not members:
                del result[keyword]
    return _or_anything(result) if result.pop(UNTYPED, False) else result


def told_apart(members: list[Any]) -> list[Any]:
    """The members of a union in an order in which Pydantic finds the right one; none where the union can be anything.

    1 and true are equal in Python and not in JSON; 1.0 is an integer, which Pydantic reads as true or a time as well.
    """
    members = list(unnested(members))
    if not all(map(_says_something, members)):
        return []
    scalars = [member for member in members if member.get("type") in ("boolean", "integer", "number")]
    booleans = any(member["type"] == "boolean" for member in scalars)
    is_guessed = any(UNTYPED in member for member in members)
    listed = [member for member in scalars if {"const", "enum"} & member.keys()]
    if listed and ((booleans and len(scalars) > 1) or is_guessed):
        return []
    if len({member.get("type") for member in members if {"const", "enum"} & member.keys()}) > 1:
        return []  # the engine makes one enumeration of them all, of texts
    texts = [member for member in members if member.get("type") == "string"]
    if len(texts) > 1 and any(member.get("format") in _FORMATS for member in texts):
        members = [_without_format(member) if member in texts else member for member in members]
    first = [member for member in scalars if member["type"] == "integer"]
    if first and (booleans or any(member.get("format") in _FORMATS for member in members)):
        return [*first, *(member for member in members if member not in first)]
    return members


def unnested(members: list[Any]) -> Iterator[Any]:
    """The members, with those of inner unions in their place."""
    for member in members:
        stated = split(member)[0].keys() if isinstance(member, dict) and UNTYPED not in member else ()
        if len(stated) == 1 and stated <= {"anyOf", "oneOf"}:
            yield from unnested(member[next(iter(stated))])
        else:
            yield member


def _without_format(member: dict[str, Any]) -> dict[str, Any]:
    """Text that stays text: beside other texts Pydantic would take ``1`` for a second of 1970."""
    return {key: value for key, value in member.items() if key != "format"}


def _says_something(member: Any) -> bool:
    """Whether a member is more than anything, perhaps with assertions that no class has."""
    return isinstance(member, dict) and bool(split(member)[0].keys() - {"if", "then"})


def _or_anything(schema: dict[str, Any]) -> dict[str, Any]:
    core, notes = split(schema)
    if "$ref" in core or core.get("type") in ("array", "object"):
        return {"anyOf": [core, {}], **notes}
    return notes


def _ease_sides(components: dict[str, Any], contract: Contract) -> None:
    """Lets a class that both sides use lack what only the other side must hold (OpenAPI 3.1.1, section 4.8.24.1)."""
    requested, replied = set[str](), set[str]()
    for operation in (*contract.operations, *contract.webhooks):
        body = [media.schema for media in operation.body.content] if operation.body is not None else []
        answers = [media.schema for reply in operation.replies for media in reply.content]
        for schemas, found in ((body, requested), (answers, replied)):
            _reach([schema.value for schema in schemas if schema is not None], components, found)
    for side, names in (("readOnly", requested), ("writeOnly", replied)):
        for name in names:
            _drop_required(components[name], side)


def _reach(waiting: list[Any], components: Mapping[str, Any], found: set[str]) -> None:
    """Adds the components that values refer to, directly or through others."""
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            name = str(value.get("$ref", "")).rpartition("/")[2]
            if name in components and name not in found:
                found.add(name)
                waiting.append(components[name])
            waiting.extend(value.values())


def _drop_required(schema: Any, side: str) -> None:
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    of_side = {name for name, part in properties.items() if isinstance(part, dict) and part.get(side) is True}
    if of_side & set(schema.get("required", ())):
        schema["required"] = [name for name in schema["required"] if name not in of_side]


def ease(schema: Any) -> None:
    """Brings a component to what the engine writes without further classes.

    Bounds stay at properties. Those of items, map values and union members would each become a class with a name of its
    own; they are written afterwards. Compiled schemas enforce patterns that Pydantic's expressions read differently.
    """
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties", {})
    for part in properties.values():
        _drop_format(part)
        _flatten_null(part)
    properties.update({name: python_bounds(part) for name, part in properties.items()})
    for part in properties.values():
        _keep_shared_pattern(part)
        _ease_parts(part)
    _drop_format(schema)
    for keyword in schema.keys() - python_bounds(schema).keys():
        del schema[keyword]
    schema.update(python_bounds(schema))
    _keep_shared_pattern(schema)
    _ease_parts(schema)


def _ease_parts(schema: Any) -> None:
    if not isinstance(schema, dict):
        return
    parts = [schema.get("items"), schema.get("additionalProperties")]
    parts += [member for keyword in ("anyOf", "oneOf") for member in schema.get(keyword, ())]
    for part in parts:
        if isinstance(part, dict):
            _drop_format(part)
            _flatten_null(part)
            for keyword in BOUNDS:
                part.pop(keyword, None)
            _ease_parts(part)


def python_bounds(schema: Any) -> Any:
    """The bounds of a number as Python compares with them, without those that it takes otherwise than JSON Schema.

    An integer's are integers: more than 1.5 is more than 1, less than 1.5 less than 2.
    """
    types = schema.get("type") if isinstance(schema, dict) else None
    if types == "number" or (isinstance(types, list) and "number" in types):
        return {key: value for key, value in schema.items() if not _is_rounded(key, value)}
    if types != "integer" and not (isinstance(types, list) and "integer" in types):
        return schema
    rounded = {key: _ROUNDED[key](Decimal(repr(value))) for key, value in schema.items() if key in _ROUNDED}
    kept = {**schema, **rounded}
    step = kept.pop("multipleOf", None)
    return {**kept, "multipleOf": int(step)} if step is not None and step == int(step) else kept


def _is_rounded(keyword: str, value: Any) -> bool:
    """Whether doubles, which Python holds, are compared otherwise than the numbers that JSON writes."""
    if keyword == "multipleOf":
        return bool(value != int(value)) or value >= _EXACT
    return keyword in _ROUNDED and abs(value) >= _EXACT


def _drop_format(schema: Any) -> None:
    if isinstance(schema, dict) and (schema.get("format") not in _FORMATS or schema.get("type") != "string"):
        schema.pop("format", None)


def _keep_shared_pattern(schema: Any) -> None:
    if isinstance(schema, dict) and isinstance(schema.get("pattern"), str) and not reads_alike(schema["pattern"]):
        del schema["pattern"]


def reads_alike(pattern: str) -> bool:
    """Whether ECMA-262 and Rust surely mean the same: no classes that differ in Unicode, nothing Rust does not have."""
    if _READ_OTHERWISE.search(pattern):
        return False
    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError:
        return False
    return True


def _flatten_null(schema: Any) -> None:
    """Writes ``anyOf [X, null]`` as a type list where X is no reference, which the engine reads without a class."""
    members = schema.get("anyOf") if isinstance(schema, dict) else None
    if isinstance(members, list) and len(members) == 2 and members[1] == {"type": "null"}:
        first = members[0]
        _drop_format(first)
        if isinstance(first, dict) and isinstance(first.get("type"), str) and not {"enum", "const"} & set(first):
            del schema["anyOf"]
            schema.update({**first, **schema, "type": [first["type"], "null"]})
