"""Names that become code: decided once, from the description alone, the same under any order of it.

A name is first taken as people wrote it, in the case style of its use. Where two fall together, more context is put in
front; where there is none left, a short digest of the full source name tells them apart. Nothing is numbered.
"""

from __future__ import annotations

import hashlib
import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

__all__ = [
    "MODEL_RESERVED",
    "class_name",
    "constant_case",
    "distinct",
    "enum_member_names",
    "is_identifier",
    "pascal_case",
    "property_names",
    "snake_case",
    "words",
]

_SYMBOLS: Final = {
    "+": "plus", "<": "lt", ">": "gt", "=": "eq", "!": "not", "*": "star", "%": "percent", "&": "and", "|": "or",
    "@": "at", "#": "hash", "$": "dollar", "~": "tilde", "^": "caret", "?": "query",
}  # fmt: skip
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[A-Z]")
_OAUTH: Final = re.compile(r"(?<![A-Z])OAuth(?![a-z])")
_LATIN: Final = str.maketrans({
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "ð": "d", "þ": "th", "ı": "i",
})  # fmt: skip
"""Letters of Latin scripts that Unicode does not take apart."""
_SCRIPT: Final = re.compile(r"[!-~]+|[^\W\x00-\x7f]+")
"""Runs of ASCII characters and runs of other letters and digits."""
_DIGEST_LENGTH: Final = 6
_LONGEST: Final = 120  # characters of a source name that a code name is made of; the rest is in a digest

KEYWORDS: Final = frozenset(keyword.kwlist) | {"self", "cls"}
MODEL_RESERVED: Final = KEYWORDS | frozenset((
    "additional_properties", "additional_keys", "construct", "copy", "dict", "fields", "from_dict", "from_orm", "json",
    "parse_file", "parse_obj", "parse_raw", "schema", "schema_json", "to_dict", "to_multipart", "update_forward_refs",
    "validate", "model_computed_fields", "model_config", "model_construct", "model_copy", "model_dump",
    "model_dump_json", "model_extra", "model_fields", "model_fields_set", "model_json_schema",
    "model_parametrized_name", "model_post_init", "model_rebuild", "model_validate", "model_validate_json",
    "model_validate_strings",
))  # fmt: skip
"""Names that a property of a model must not take: keywords, and members of the classes that models derive from."""

HANDLER_RESERVED: Final = frozenset((
    "abstractmethod", "bool", "bytes", "date", "datetime", "dict", "final", "float", "forms", "int", "list", "models",
    "object", "override", "replies", "str", "time", "tuple", "type",
))  # fmt: skip
"""Names that the annotations of handlers use, and that a method of the same class would hide from them."""


def words(text: str, *, symbols: bool = False) -> list[str]:
    """The words of a name: camel case, separators and digits split; letters outside ASCII reduced or spelled.

    With ``symbols``, signs such as ``+`` and ``<`` become words, which tells ``Date<`` from ``Date>``.
    """
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} {digest(text)}"
    plain = unicodedata.normalize("NFKD", text.translate(_LATIN))
    if symbols:
        plain = re.sub(r"^-|(?<=[^A-Za-z0-9])-(?=[0-9])", " minus ", plain)
        plain = "".join(f" {_SYMBOLS[sign]} " if sign in _SYMBOLS else sign for sign in plain)
    found: list[str] = []
    for part in _SCRIPT.findall("".join(sign for sign in plain if not unicodedata.combining(sign))):
        found += _WORD.findall(part) if part.isascii() else [_spelled(part)]
    return found


def _spelled(text: str) -> str:
    """A run of letters outside ASCII: their code points, or a digest where these would be unreadable anyway."""
    return "u" + (f"{ord(text):x}" if len(text) == 1 else digest(text))


def snake_case(text: str, *, symbols: bool = False) -> str:
    """``restockItem`` as ``restock_item``; empty where no letter or digit is left. OAuth is one word."""
    text = _OAUTH.sub("Oauth", text)
    parts = words(text, symbols=symbols)
    joined = ""
    for index, part in enumerate(parts):
        glued = index > 0 and part.isdigit() and parts[index - 1].isalpha() and _adjacent(text, parts[index - 1], part)
        joined += part.lower() if not index or glued else "_" + part.lower()
    return joined


def _adjacent(text: str, left: str, right: str) -> bool:
    """Whether a number directly follows its word in the source: ``sha256`` stays one word."""
    return left + right in text


def pascal_case(text: str, *, symbols: bool = False) -> str:
    """``stock_movement`` as ``StockMovement``; runs of capitals are kept (``APIKey``)."""
    return "".join(part[0].upper() + part[1:] for part in words(text, symbols=symbols))


def class_name(name: str) -> str:
    """The class of an operation or a group of them, by its name in snake_case: ``list_items`` is ``ListItems``.

    Names that differ give classes that differ: an underscore stays before a digit (``a1`` and ``a_1``).
    """
    first, *parts = name.strip("_").split("_")
    return first.capitalize() + "".join(f"_{part}" if part[:1].isdigit() else part.capitalize() for part in parts)


def constant_case(text: str, *, symbols: bool = False) -> str:
    """``in-stock`` as ``IN_STOCK``."""
    return snake_case(text, symbols=symbols).upper()


def is_identifier(name: str) -> bool:
    """Whether a name can stand in Python code as it is."""
    return name.isidentifier() and not keyword.iskeyword(name)


def digest(text: str) -> str:
    """A short, stable mark of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


def distinct(
    candidates: Mapping[str, Sequence[str]], *, reserved: Iterable[str] = (), fold_case: bool = False
) -> dict[str, str]:
    """One name per key such that no two are equal and none is reserved.

    Args:
        candidates: per key, names from the most to the least wanted.
        reserved: names nobody may take; a candidate that is reserved is tried with ``_`` behind it.
        fold_case: whether names that differ in case alone count as equal.

    Each round looks at all undecided keys at once, so the order of the keys does not matter: a name wanted by several
    goes to none of them. When all candidates are used up, the last one gets a digest of the key.
    """
    fold = str.lower if fold_case else str
    taken = {fold(name) for name in reserved}
    names: dict[str, str] = {}
    open_keys = list(candidates)
    for depth in range(max((len(options) for options in candidates.values()), default=0)):
        wanted = {
            key: _unreserved(candidates[key][min(depth, len(candidates[key]) - 1)], taken, fold) for key in open_keys
        }
        counts = Counter(fold(name) for name in wanted.values())
        decided = {key: name for key, name in wanted.items() if counts[fold(name)] == 1}
        names |= decided
        taken |= set(map(fold, decided.values()))
        open_keys = [key for key in open_keys if key not in names]
    for key in open_keys:
        name, mark = candidates[key][-1].rstrip("_"), digest(key)
        names[key] = f"{name}_{mark.upper() if name.isupper() else mark}"
    return {key: names[key] for key in candidates}


def _unreserved(name: str, taken: set[str], fold: Callable[[str], str]) -> str:
    while fold(name) in taken:
        name += "_"
    return name


def _identifier(text: str, prefix: str, *, symbols: bool = False) -> str:
    name = snake_case(text, symbols=symbols)
    if not name:
        return prefix
    return name if not name[0].isdigit() else f"{prefix}_{name}"


def property_names(properties: Iterable[str], *, reserved: Iterable[str] = ()) -> dict[str, str]:
    """Attribute names for the properties of one model, by their names on the wire; ``reserved`` are not given."""
    candidates = {name: (_identifier(name, "field"), _identifier(name, "field", symbols=True)) for name in properties}
    return distinct(candidates, reserved=MODEL_RESERVED | set(reserved))


def enum_member_names(values: Iterable[Any]) -> dict[Any, str]:
    """Member names for the values of an enum, upper case: ``-`` before a number is ``MINUS``, the empty text ``EMPTY``.

    A value that Python takes for an earlier one (1, 1.0 and True are one key) has no entry of its own, and neither has
    a list or a map, which no enum class can hold.
    """
    listed = dict.fromkeys(value for value in values if not isinstance(value, list | dict))
    candidates = {}
    for value in listed:
        text = value if isinstance(value, str) else str(value)
        spelled = constant_case(text, symbols=True)
        names = [_member(name, text) for name in (constant_case(text) or spelled, spelled)]
        candidates[f"{type(value).__name__} {text}"] = (*names, f"{names[1]}_{_letter_case(text)}")
    decided = distinct(candidates, reserved=("NAME", "VALUE", "MRO"))
    return dict(zip(listed, decided.values(), strict=True))


def _letter_case(text: str) -> str:
    return "LOWER" if text.islower() else "UPPER" if text.isupper() else "MIXED"


def _member(name: str, text: str) -> str:
    if not name:
        return "EMPTY" if not text else "VALUE_" + digest(text).upper()
    return name if not name[0].isdigit() else f"VALUE_{name}"
