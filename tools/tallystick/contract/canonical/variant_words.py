"""What tells the members of a union apart, as a word for a class name: title, tag, base, kind, or a property."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from tallystick.contract.names import pascal_case

__all__ = ["class_word", "constant_of", "variant_words"]

_LONGEST_TITLE: Final = 60
_MOST_VALUES: Final = 3  # values that a word made of a list of values may have
_SCREAMING: Final = re.compile(r"[A-Z0-9]+(?:[^A-Za-z0-9]+[A-Z0-9]+)+")
_KINDS: Final = {"array": "List", "object": "Object"}


@functools.lru_cache(maxsize=4096)
def class_word(text: str, *, symbols: bool = False) -> str:
    """A text as a part of a class name; ``INVALID_COUNTRY_CODE`` is ``InvalidCountryCode``, ``USD`` stays."""
    return pascal_case(text.lower() if _SCREAMING.fullmatch(text) else text, symbols=symbols)


def variant_words(members: Sequence[Any]) -> list[str]:
    """A word for each member of a union, no two alike; empty for the only member besides null.

    Members that nothing tells apart are numbered.
    """
    shown = [index for index, member in enumerate(members) if not _is_null(member)]
    if len(shown) < 2:
        return ["" for _ in members]
    found: dict[int, str] = {}
    for level in _LEVELS:
        words = {index: level(members[index], [members[other] for other in shown if other != index]) for index in shown}
        counts = Counter(word.lower() for word in (*words.values(), *found.values()))
        found.update({
            index: word for index, word in words.items() if word and index not in found and counts[word.lower()] == 1
        })  # fmt: skip
        if len(found) == len(shown):
            break
    rest = [index for index in shown if index not in found]
    if len(rest) == 1 and len(shown) > 1 and "plain" not in {word.lower() for word in found.values()}:
        found[rest[0]] = "Plain"
    return [found.get(index, f"Variant{index + 1}") for index in range(len(members))]


def _is_null(member: Any) -> bool:
    return isinstance(member, dict) and (member.get("type") == "null" or member.get("enum") == [None])


# -- levels: each gives a word for a member, or the empty text -----------------------------------------------------

_Others = Sequence[Any]


def _title(member: Any, _: _Others) -> str:
    for view in _views(member):
        title = view.get("title")
        if isinstance(title, str) and len(title) <= _LONGEST_TITLE and (word := class_word(title)):
            return word
    return ""


def _tag(member: Any, others: _Others) -> str:
    """The value of a property that has only one here, and another in each other member."""
    for name, schema in _properties(member).items():
        constant = constant_of(schema)
        if isinstance(constant, str) and len(constant) <= _LONGEST_TITLE and (word := _value_word([constant])):
            values = [constant_of(_properties(other).get(name)) for other in others]
            if constant not in values:
                return word
    return ""


def _reference(member: Any, others: _Others) -> str:
    """The name of the schema that the member is, or that it and no other extends."""
    shared = {target for other in others for target in _targets(other)}
    targets = [target for target in _targets(member) if target not in shared]
    return class_word(targets[0].rpartition("/")[2]) if len(targets) == 1 else ""


def _kind(member: Any, others: _Others) -> str:
    kind = _kind_word(member)
    return "" if kind == "Object" and any(_kind_word(other) in ("", "Object") for other in others) else kind


def _kind_word(member: Any) -> str:
    if not isinstance(member, dict):
        return ""
    if isinstance(member.get("enum"), list):
        return "Choice"
    kind = member.get("type")
    return _KINDS.get(kind, class_word(kind)) if isinstance(kind, str) else ""


def _list(member: Any, _: _Others) -> str:
    """What a list consists of."""
    items = member.get("items") if isinstance(member, dict) else None
    if not isinstance(items, dict):
        return ""
    inner = class_word(str(items.get("$ref", "")).rpartition("/")[2]) or _kind_word(items)
    return inner and inner + "List"


def _choice(member: Any, others: _Others) -> str:
    """The few values of a property whose values are others in each other member."""
    for name, schema in _properties(member).items():
        values = _values(schema)
        if 1 < len(values) <= _MOST_VALUES:
            elsewhere = [value for other in others for value in _values(_properties(other).get(name))]
            if not set(values) & set(elsewhere):
                return _value_word(values)
    return ""


def _own_property(member: Any, others: _Others) -> str:
    """A property that only this member has; a required one if there is one."""
    required = _required(member)
    for names in (required, list(_properties(member))):
        for name in names:
            if not any(name in _properties(other) or name in _required(other) for other in others):
                return "With" + class_word(name)
    return ""


def _own_requirement(member: Any, others: _Others) -> str:
    """A property that only this member requires."""
    names = [name for name in _required(member) if not any(name in _required(other) for other in others)]
    return "With" + class_word(names[0]) if names else ""


_LEVELS: Final[Sequence[Callable[[Any, _Others], str]]] = (
    _title, _tag, _reference, _kind, _list, _choice, _own_property, _own_requirement,
)  # fmt: skip


def _views(member: Any, *, references: bool = False) -> Iterator[Mapping[str, Any]]:
    """The member and what its ``allOf`` holds in place."""
    if not isinstance(member, dict):
        return
    yield member
    for inner in member.get("allOf", ()):
        if isinstance(inner, dict) and (references or "$ref" not in inner):
            yield inner


def _targets(member: Any) -> list[str]:
    return [view["$ref"] for view in _views(member, references=True) if isinstance(view.get("$ref"), str)]


def _properties(member: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for view in _views(member):
        found.update(view.get("properties", {}))
    return found


def _required(member: Any) -> list[str]:
    return [name for view in _views(member) for name in view.get("required", ())]


def _values(schema: Any) -> list[str]:
    values = schema.get("enum", ()) if isinstance(schema, dict) else ()
    return [value for value in values if isinstance(value, str)]


def _value_word(values: Sequence[str]) -> str:
    words = [class_word(value.lower() if value.isupper() else value) for value in values]
    return "Or".join(words) if all(words) else ""


def constant_of(schema: Any) -> Any:
    """The one value that a schema allows by ``const`` or a one-member ``enum``; None where there is none."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return schema["const"]
    enum = schema.get("enum")
    return enum[0] if isinstance(enum, list) and len(enum) == 1 else None
