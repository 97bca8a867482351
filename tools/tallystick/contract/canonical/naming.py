"""Class names for schemas, from where they stand: ``/paths/~1items/post/requestBody/…`` is ``CreateItemRequest``.

A name depends on the pointer of its schema alone, so adding or moving other parts does not change it. Candidates go
from the shortest to the most explicit; :func:`class_names` gives each schema the first that nobody else wants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from tallystick.contract.canonical.variant_words import class_word, variant_words
from tallystick.contract.model import Contract
from tallystick.contract.names import digest
from tallystick.contract.operation_names import derived_id
from tallystick.document import METHODS, join, pointer_tokens

__all__ = ["CLASS_RESERVED", "Naming", "class_name", "class_names"]

CLASS_RESERVED: Final = frozenset((
    "Annotated", "Any", "AnyUrl", "AwareDatetime", "BaseModel", "Base64Str", "Base64Bytes", "ConfigDict", "Decimal",
    "Dict", "EmailStr", "Enum", "False", "Field", "IntEnum", "List", "Literal", "Mapping", "NaiveDatetime", "None",
    "Optional", "RootModel", "Self", "Sequence", "StrEnum", "True", "Type", "TypeAlias", "TypeAliasType", "TypeVar",
    "UUID", "Union", "Unset",
))  # fmt: skip
"""Names that generated modules import."""

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "items": ("Item", "Item"), "additionalProperties": ("Value", "Value"), "unevaluatedProperties": ("Value", "Value"),
    "contains": ("Item", "Contained"), "propertyNames": ("Name", "Name"), "not": ("", "Not"), "if": ("", "If"),
    "then": ("", "Then"), "else": ("", "Else"), "schema": ("", ""), "itemSchema": ("Item", "Item"),
    "requestBody": ("Request", "Request"), "contentSchema": ("Content", "Content"),
    "unevaluatedItems": ("Item", "Item"),
}  # fmt: skip
"""What a token adds to a name: normally, and where the name must be told from others."""

_MAPS: Final[Mapping[str, str]] = {
    "properties": "", "headers": "Header", "dependentSchemas": "", "$defs": "", "definitions": "",
    "callbacks": "Callback", "encoding": "Part", "examples": "Example",
}  # fmt: skip
"""Maps whose keys are names, and what tells these names from those of other maps."""

_PAIRS: Final[Mapping[str, Callable[[str], tuple[str, str]]]] = {
    "responses": lambda status: ("Response" if status[:1] in "123" else "Error", _status_word(status)),
    "content": lambda media: ("", class_word(media)),
    "allOf": lambda index: ("", f"Part{int(index) + 1}" if index.isdigit() else ""),
    "prefixItems": lambda index: ("Item", f"Item{int(index) + 1}" if index.isdigit() else "Item"),
    "patternProperties": lambda pattern: ("Value", "Value" + class_word(pattern)),
}
"""Tokens that say one thing together with the next: short and full word."""

_LONGEST: Final = 118  # characters of a name; longer ones are cut, and end with a digest
_SECTION_WORDS: Final[Mapping[str, str]] = {
    "responses": "Response", "parameters": "Parameter", "requestBodies": "Request", "headers": "Header",
    "callbacks": "Callback", "pathItems": "Path", "mediaTypes": "Content",
}  # fmt: skip
"""What tells components of other sections from schemas of the same name."""


class Naming:
    """Candidate names by pointer, for one contract."""

    def __init__(self, contract: Contract) -> None:
        self._document = contract.document
        self._operations: dict[str, tuple[str, str]] = {}
        for operation in contract.every_operation():
            words = class_word(operation.id), class_word(derived_id(operation.method, operation.path))
            known = self._operations.setdefault(operation.location.pointer, words)
            self._operations[operation.location.pointer] = min(known, words)  # path items may be used twice
        self._words: dict[int, list[str]] = {}

    def candidates(self, pointer: str) -> tuple[str, ...]:
        """Names for the schema at a pointer, the shortest first."""
        tokens = pointer_tokens(pointer)
        position, (name, explicit) = self._start(tokens)
        words = list(self._steps(tokens, position))
        short = name + "".join(short for short, _ in words)
        rest = "".join(full for _, full in words)
        brief = explicit + "".join(short for short, _ in words)
        told = (
            (short, brief, explicit + rest)
            if tokens[:1] == ["components"]
            else (short, name + rest, brief, explicit + rest)
        )
        names = [class_name(each) for each in told]
        return tuple(dict.fromkeys((*names, class_name(names[1] + "Model"))))

    def _steps(self, tokens: list[str], position: int) -> Iterable[tuple[str, str]]:
        value: Any = self._document
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
            yield words or (class_word(token), class_word(token))
            position += taken

    def _start(self, tokens: list[str]) -> tuple[int, tuple[str, str]]:
        """How many tokens name the component or operation a pointer begins with; its names, the usual one first."""
        for length in range(len(tokens), 2, -1):
            if tokens[length - 1] in METHODS or tokens[length - 2] == "additionalOperations":
                operation = self._operations.get(join("", *tokens[:length]))
                if operation is not None:
                    return length, operation
        if len(tokens) >= 3 and tokens[0] == "components":
            name = class_word(tokens[2]) or class_word(tokens[2], symbols=True)
            return 3, (name, name + _SECTION_WORDS.get(tokens[1], ""))
        if len(tokens) >= 2 and tokens[0] in ("paths", "webhooks"):
            name = class_word(derived_id("", tokens[1]))
            return 2, (name, name)
        return 0, ("", "")

    def _pair(self, token: str, key: str, holder: Any) -> tuple[str, str] | None:
        """Two tokens that say one thing: ``properties/sku``, ``responses/404``, ``oneOf/1``."""
        if token == "parameters":
            return _parameter_words(_step(holder, key), key)
        if token in ("oneOf", "anyOf"):
            return self._variant(key, holder)
        if token in _MAPS:
            word = class_word(key) or class_word(key, symbols=True) or "Field" + digest(key).upper()
            return word, (class_word(key, symbols=True) or word) + _MAPS[token]
        words = _PAIRS.get(token)
        return words(key) if words is not None else None

    def _variant(self, key: str, members: Any) -> tuple[str, str]:
        """What a member of a union adds to the names of what is in it."""
        if not (key.isdigit() and isinstance(members, list) and int(key) < len(members)):
            return "", "Variant"
        words = self._words.get(id(members))
        if words is None:
            words = self._words[id(members)] = variant_words(members)
        word = words[int(key)]
        return word, word or "Variant"


def _status_word(status: str) -> str:
    return ("Response" if status[:1] in "123" else "Error") + class_word(status)


def _parameter_words(parameter: Any, key: str) -> tuple[str, str]:
    if not isinstance(parameter, dict):
        return key, key
    name = parameter.get("name")
    word = class_word(name if isinstance(name, str) else key)
    place = parameter.get("in")
    return word, word + (class_word(place) if isinstance(place, str) else "")


def _step(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return value.get(token)
    if isinstance(value, list) and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    return None


def class_name(name: str) -> str:
    """A name as a class can have it: not empty, beginning with a letter, and of bounded length."""
    if not name:
        return "Schema"
    name = name[0].upper() + name[1:]
    name = f"Schema{name}" if name[0].isdigit() else name
    return name if len(name) <= _LONGEST else _marked(name, name)


def _marked(name: str, text: str) -> str:
    """The name with a digest of a text, no longer than a name may be."""
    mark = digest(text).upper()
    return name[: _LONGEST - len(mark)] + mark


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
    for key in sorted(undecided):
        names[key] = _marked(candidates[key][0], key)
        taken.add(names[key].lower())
    return names
