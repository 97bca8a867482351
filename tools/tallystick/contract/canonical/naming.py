"""Class names for schemas, from where they stand: ``/paths/~1items/post/requestBody/…`` is ``CreateItemRequest``.

A name depends on the pointer of its schema alone, so adding or moving other parts does not change it. Candidates go from
the shortest to the most explicit; :func:`class_names` gives each schema the first that nobody else wants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tallystick.contract.model import Contract
from tallystick.contract.names import digest, pascal_case
from tallystick.contract.operation_names import derived_id
from tallystick.document import METHODS, pointer_tokens

__all__ = ["CLASS_RESERVED", "Naming", "class_names"]

CLASS_RESERVED: Final = frozenset((
    "Annotated", "Any", "AnyUrl", "AwareDatetime", "BaseModel", "Base64Str", "Base64Bytes", "ConfigDict", "Decimal",
    "Dict", "EmailStr", "Enum", "False", "Field", "IntEnum", "List", "Literal", "Mapping", "NaiveDatetime", "None",
    "Optional", "RootModel", "Self", "Sequence", "StrEnum", "True", "Type", "TypeAlias", "TypeVar", "Union", "Unset",
    "UUID",
))  # fmt: skip
"""Names that generated modules import."""

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "items": ("Item", "Item"), "additionalProperties": ("Value", "Value"), "unevaluatedProperties": ("Value", "Value"),
    "contains": ("Item", "Contained"), "propertyNames": ("Name", "Name"), "not": ("", "Not"), "if": ("", "If"),
    "then": ("", "Then"), "else": ("", "Else"), "schema": ("", ""), "itemSchema": ("Item", "Item"),
    "requestBody": ("Request", "Request"), "contentSchema": ("Content", "Content"), "unevaluatedItems": ("Item", "Item"),
}  # fmt: skip
"""What a token adds to a name: normally, and where the name must be told from others."""

_MAPS: Final[Mapping[str, tuple[str, str]]] = {
    "properties": ("", ""), "headers": ("", "Header"), "dependentSchemas": ("", ""), "$defs": ("", ""), "definitions": ("", ""),
    "callbacks": ("", "Callback"), "encoding": ("", "Part"), "examples": ("", "Example"),
}  # fmt: skip
_LONGEST_TITLE: Final = 60
_SECTION_SUFFIX: Final[Mapping[str, tuple[str, str]]] = {
    "schemas": ("", ""), "responses": ("", "Response"), "parameters": ("", "Parameter"), "requestBodies": ("", "Request"),
    "headers": ("", "Header"), "callbacks": ("", "Callback"), "pathItems": ("", "Path"), "mediaTypes": ("", "Content"),
}  # fmt: skip


class Naming:
    """Candidate names by pointer, for one contract."""

    def __init__(self, contract: Contract) -> None:
        self._document = contract.document
        self._operations = {o.location.pointer: pascal_case(o.id) for o in contract.every_operation()}

    def candidates(self, pointer: str, suffix: str = "") -> tuple[str, ...]:
        """Names for the schema at a pointer, the shortest first."""
        short, full = "", ""
        for short_word, full_word in self._steps(pointer_tokens(pointer)):
            short, full = short + short_word, full + full_word
        short, full = _class(short + suffix), _class(full + suffix)
        return tuple(dict.fromkeys((short, full, full + "Model")))

    def _steps(self, tokens: list[str]) -> Iterable[tuple[str, str]]:
        value: Any = self._document
        position = 0
        start = self._start(tokens)
        if start is not None:
            yield start[1]
            position = start[0]
            for token in tokens[:position]:
                value = _step(value, token)
        while position < len(tokens):
            token, holder = tokens[position], value
            value = _step(value, token)
            taken = 1
            words = _WORDS.get(token)
            if words is None and position + 1 < len(tokens):
                taken = 2
                holder, value = value, _step(value, tokens[position + 1])
                words = self._pair(token, tokens[position + 1], holder)
            yield words or (pascal_case(token), pascal_case(token))
            position += taken

    def _start(self, tokens: list[str]) -> tuple[int, tuple[str, str]] | None:
        """The component or operation that a pointer begins with, and how many tokens name it."""
        if len(tokens) >= 3 and tokens[0] == "components":
            name = pascal_case(tokens[2]) or pascal_case(tokens[2], symbols=True)
            short, full = _SECTION_SUFFIX.get(tokens[1], ("", ""))
            return 3, (name + short, name + full)
        for length in range(len(tokens), 2, -1):
            if tokens[length - 1] in METHODS or tokens[length - 2] == "additionalOperations":
                pointer = "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens[:length])
                operation = self._operations.get(pointer)
                if operation is not None:
                    return length, (operation, operation)
        if len(tokens) >= 2 and tokens[0] in ("paths", "webhooks"):
            name = pascal_case(derived_id("", tokens[1]))
            return 2, (name, name)
        return None

    def _pair(self, token: str, key: str, holder: Any) -> tuple[str, str] | None:
        """Two tokens that say one thing: ``properties/sku``, ``responses/404``, ``oneOf/1``."""
        if token == "responses":
            word = "Response" if key[0] in "123" else "Error"
            return word, word + pascal_case(key)
        if token == "content":
            return "", pascal_case(key)
        if token == "parameters":
            return _parameter_words(_step(holder, key), key)
        if token in ("oneOf", "anyOf"):
            word = self.variant(int(key), holder) if key.isdigit() and isinstance(holder, list) else "Variant"
            return word, word
        if token == "allOf":
            return "", f"Part{int(key) + 1}" if key.isdigit() else ""
        if token == "prefixItems":
            return f"Item{int(key) + 1}" if key.isdigit() else "Item", ""
        if token == "patternProperties":
            return "Value", "Value" + pascal_case(key)
        maps = _MAPS.get(token)
        if maps is not None:
            word = pascal_case(key) or pascal_case(key, symbols=True) or "Field" + digest(key)
            spelled = pascal_case(key, symbols=True) or word
            return word + maps[0], spelled + maps[1]
        return None

    @staticmethod
    def variant(index: int, members: Sequence[Any]) -> str:
        """What tells one member of a union from the others: title, a constant, its type, a property, or its number."""
        value = members[index]
        if isinstance(value, dict):
            others = [
                member for position, member in enumerate(members) if position != index and isinstance(member, dict)
            ]
            for word in (_title(value), _tag(value), _kind(value)):
                if word and word not in (_title(other) or _tag(other) or _kind(other) for other in others):
                    return word
            for name in value.get("required") or value.get("properties") or ():
                if isinstance(name, str) and not any(name in (other.get("properties") or ()) for other in others):
                    return "With" + pascal_case(name)
        return f"Variant{index + 1}"


def _title(member: dict[str, Any]) -> str:
    title = member.get("title")
    return pascal_case(title) if isinstance(title, str) and len(title) <= _LONGEST_TITLE else ""


def _tag(member: dict[str, Any]) -> str:
    """The value of a property that has only one, written as a word."""
    properties = member.get("properties")
    for schema in properties.values() if isinstance(properties, dict) else ():
        constant = constant_of(schema)
        if isinstance(constant, str) and (word := pascal_case(constant.lower() if constant.isupper() else constant)):
            return word
    return ""


def _kind(member: dict[str, Any]) -> str:
    if isinstance(member.get("enum"), list):
        return "Choice"
    kind = member.get("type")
    return {"array": "List", "object": "Object"}.get(kind, "") if isinstance(kind, str) else ""


def _parameter_words(parameter: Any, key: str) -> tuple[str, str]:
    if not isinstance(parameter, dict):
        return key, key
    name = parameter.get("name")
    word = pascal_case(name if isinstance(name, str) else key)
    place = parameter.get("in")
    return word, word + (pascal_case(place) if isinstance(place, str) else "")


def constant_of(schema: Any) -> Any:
    """The one value that a schema allows by ``const`` or a one-member ``enum``; None where there is none."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return schema["const"]
    enum = schema.get("enum")
    return enum[0] if isinstance(enum, list) and len(enum) == 1 else None


def _step(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return value.get(token)
    if isinstance(value, list) and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    return None


def _class(name: str) -> str:
    if not name:
        return "Schema"
    name = name[0].upper() + name[1:]
    return f"Schema{name}" if name[0].isdigit() else name


def class_names(own: Mapping[str, Sequence[str]], hoisted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A class name per key, unique without regard to case. Components of the description choose first."""
    names = _round(own, set(map(str.lower, CLASS_RESERVED)))
    names.update(_round(hoisted, {name.lower() for name in (*CLASS_RESERVED, *names.values())}))
    return names


def _round(candidates: Mapping[str, Sequence[str]], taken: set[str]) -> dict[str, str]:
    """Keys whose wanted name nobody else wants get it; the others try their next candidate."""
    names: dict[str, str] = {}
    undecided = list(candidates)
    depth = 0
    while undecided and depth < max(len(candidates[key]) for key in undecided):
        wanted = {key: candidates[key][min(depth, len(candidates[key]) - 1)] for key in undecided}
        counts = Counter(name.lower() for name in wanted.values())
        for key, name in wanted.items():
            if counts[name.lower()] == 1 and name.lower() not in taken:
                names[key] = name
                taken.add(name.lower())
        undecided = [key for key in undecided if key not in names]
        depth += 1
    for key in undecided:
        names[key] = candidates[key][0] + digest(key).upper()
        taken.add(names[key].lower())
    return names
