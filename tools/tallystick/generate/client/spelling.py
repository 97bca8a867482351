"""How types, readers and names are written in generated code, without clashing with names of the contract."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tallystick.generate.client.engine_types import (
    AnyProperty,
    BooleanProperty,
    ConstProperty,
    DateProperty,
    DateTimeProperty,
    FloatProperty,
    IntProperty,
    ListProperty,
    ModelProperty,
    NoneProperty,
    PropertyProtocol,
    StringProperty,
    UnionProperty,
)
from tallystick.generate.client.literal import literal

INLINE: Final = "inline_unions"
"""The module of models that reads unions without a name of their own."""
BUILTINS: Final = frozenset(
    (
        "bool",
        "bytes",
        "classmethod",
        "dict",
        "float",
        "frozenset",
        "int",
        "isinstance",
        "list",
        "property",
        "set",
        "str",
        "super",
        "tuple",
        "type",
    )
)

_RUNTIME_MODULES: Final = {
    "auth": ("Credential", "Credentials", "Scheme"),
    "bodies": ("FileInput", "Part"),
    "client": ("AsyncClient", "SyncClient", "async_core", "sync_core"),
    "model": ("Model",),
    "operation": ("BodyType", "Operation", "Paging", "Parameter", "ReplyType", "Request"),
    "paging": ("AsyncPage", "AsyncPaginator", "Page"),
    "reply": ("ReplyInfo",),
    "resource": ("AsyncResource", "Resource"),
    "retry": ("RetryPolicy",),
    "settings": ("Options", "Settings", "from_environment", "resolved_url"),
    "streams": ("AsyncStream", "AsyncStreamedResponse", "RawResponse", "ServerSentEvent", "Stream", "StreamedResponse"),
    "values": (
        "ABSENT", "NOT_GIVEN", "NotGiven", "Unknown", "Variant", "as_is", "by_tag", "choose", "first_readable",
        "is_list", "is_object", "read_date", "read_datetime",
    ),
    "views": ("async_raw", "async_streamed", "raw", "streamed"),
    "webhooks": ("WebhookVerifier",),
}  # fmt: skip
_RUNTIME: Final = {name: module for module, names in _RUNTIME_MODULES.items() for name in names}
_STANDARD_MODULES: Final = {
    "collections.abc": ("Mapping", "Sequence"),
    "functools": ("cache", "cached_property"),
    "typing": ("Any", "ClassVar", "Literal", "TYPE_CHECKING", "TypeAlias", "overload"),
}
_STANDARD: Final = {name: module for module, names in _STANDARD_MODULES.items() for name in names}
_THIRD_PARTY: Final = {"define": "attrs", "deprecated": "typing_extensions", "field": "attrs"}
_PACKAGE: Final = frozenset(("models", "problems"))


class Names:
    """The names that one generated module uses, imported as they are unless the contract takes the name itself."""

    def __init__(self, taken: Iterable[str] = (), dots: str = "..") -> None:
        self._taken = frozenset(taken)
        self._dots = dots
        self._used: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """The name as it is to be written here; it will be imported."""
        if name in BUILTINS:
            if name not in self._taken:
                return name
            self._used["builtins"] = "builtins"
            return f"builtins.{name}"
        alias = f"_{name}" if name in self._taken else name
        self._used[name] = alias
        return alias

    def lines(self) -> str:
        """The import statements, in the usual order."""
        groups = [_import_lines(self._of(_STANDARD)), _import_lines(self._of(_THIRD_PARTY)), self._local()]
        plain = []
        if "builtins" in self._used:
            plain.append("import builtins")
        if "dt" in self._used:
            plain.append(f"import datetime as {self._used['dt']}")
        groups[0] = [*plain, *groups[0]]
        return "\n\n".join("\n".join(group) for group in groups if group)

    def _of(self, table: Mapping[str, str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, alias in self._used.items():
            if name in table:
                found.setdefault(table[name], []).append(name if alias == name else f"{name} as {alias}")
        return found

    def _local(self) -> list[str]:
        package = [
            name if alias == name else f"{name} as {alias}" for name, alias in self._used.items() if name in _PACKAGE
        ]
        found = {f"{self._dots}runtime.{module}": names for module, names in self._of(_RUNTIME).items()}
        head = [f"from {self._dots} import {', '.join(sorted(package))}"] if package else []
        return head + _import_lines(found)


def _import_lines(modules: Mapping[str, list[str]]) -> list[str]:
    return [
        f"from {module} import {', '.join(sorted(names, key=_import_order))}"
        for module, names in sorted(modules.items())
    ]


def _import_order(name: str) -> tuple[int, str]:
    """Constants, classes, functions: the order of isort."""
    plain = name.partition(" ")[0]
    rank = 0 if plain.isupper() else 1 if plain[0].isupper() else 2
    return rank, plain


class Speller:
    """Types and readers for the properties of the engine."""

    def __init__(self, kinds: Mapping[str, str], modules: Mapping[str, str], reading: frozenset[str]) -> None:
        self._kinds = kinds
        """What each component becomes: model, enum, union, map or alias."""
        self._modules = modules
        self.reading = reading
        """Components whose JSON value differs from their value."""
        self.inline: dict[str, list[PropertyProtocol]] = {}
        """Unions without a name of their own that are read somewhere, by the name of their reader."""

    def type(self, prop: PropertyProtocol, names: Names, *, argument: bool = False) -> str:
        """The type of a property, without regard to whether it is required."""
        if isinstance(prop, ListProperty):
            inner = self.type(prop.inner_property, names, argument=argument)
            return f"{names('Sequence' if argument else 'list')}[{inner}]"
        if isinstance(prop, UnionProperty):
            members = [self.type(one, names, argument=argument) for one in prop.inner_properties]
            if not argument and self._may_be_unknown(prop):
                members.append(names("Unknown"))
            return " | ".join(sorted(dict.fromkeys(members), key=lambda one: one == "None"))
        if isinstance(prop, ModelProperty):
            return f"{names('models')}.{prop.class_info.name}"
        if isinstance(prop, ConstProperty):
            return f"{names('Literal')}[{literal(constant_of(prop))}]"
        return self._scalar(prop, names)

    @staticmethod
    def _scalar(prop: PropertyProtocol, names: Names) -> str:
        if isinstance(prop, DateTimeProperty):
            return f"{names('dt')}.datetime"
        if isinstance(prop, DateProperty):
            return f"{names('dt')}.date"
        for kind, name in _SCALARS:
            if isinstance(prop, kind):
                return names(name)
        if isinstance(prop, NoneProperty):
            return "None"
        assert isinstance(prop, AnyProperty), f"a canonical document has no {type(prop).__name__}"
        return names("Any")

    def needs_reading(self, prop: PropertyProtocol) -> bool:
        """Whether the JSON value differs from the value."""
        if isinstance(prop, ListProperty):
            return self.needs_reading(prop.inner_property)
        if isinstance(prop, UnionProperty):
            return any(self.needs_reading(one) for one in prop.inner_properties)
        if isinstance(prop, ModelProperty):
            return str(prop.class_info.name) in self.reading
        return isinstance(prop, DateTimeProperty | DateProperty)

    def read(self, prop: PropertyProtocol, source: str, names: Names, depth: int = 0) -> str:
        """An expression for the value, from an expression for the JSON value that is evaluated once."""
        if not self.needs_reading(prop):
            return source
        if isinstance(prop, ListProperty):
            item = "item" + (str(depth + 1) if depth else "")
            return f"[{self.read(prop.inner_property, item, names, depth + 1)} for {item} in {source}]"
        if isinstance(prop, UnionProperty):
            return self._read_union(prop, source, names, depth)
        if isinstance(prop, ModelProperty):
            return f"{self.reader(prop, names)}({source})"
        return f"{names('read_datetime' if isinstance(prop, DateTimeProperty) else 'read_date')}({source})"

    def _read_union(self, prop: UnionProperty, source: str, names: Names, depth: int) -> str:
        members = [one for one in prop.inner_properties if not isinstance(one, NoneProperty)]
        if len(members) != 1:
            return f"{names('models')}.{INLINE}.{self._inline(members)}({source})"
        if source.isidentifier():
            return f"None if {source} is None else {self.read(members[0], source, names, depth)}"
        value = "value" + (str(depth + 1) if depth else "")
        return f"None if ({value} := {source}) is None else {self.read(members[0], value, names, depth)}"

    def _may_be_unknown(self, prop: UnionProperty) -> bool:
        members = [one for one in prop.inner_properties if not isinstance(one, NoneProperty)]
        return len(members) > 1 and any(self.is_object(one) for one in members)

    def is_object(self, prop: PropertyProtocol) -> bool:
        """Whether the value is read from a JSON object."""
        return isinstance(prop, ModelProperty) and self._kinds[str(prop.class_info.name)] in {"model", "map", "union"}

    def _inline(self, members: list[PropertyProtocol]) -> str:
        """The function that reads a union without a name of its own, named after its members."""
        text = " | ".join(self.type(one, Names()) for one in members)
        name = f"read_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        self.inline[name] = members
        return name

    def reader(self, prop: ModelProperty, names: Names) -> str:
        """The function that reads a component."""
        name = str(prop.class_info.name)
        if self._kinds[name] == "model":
            return f"{names('models')}.{name}.from_dict"
        return f"{names('models')}.{self._modules[name]}.read"

    def function(self, prop: PropertyProtocol, names: Names) -> str:
        """A function of the JSON value, as an expression that imports nothing before it is called; or ``None``."""
        if not self.needs_reading(prop):
            return "None"
        return f"lambda data: {self.read(prop, 'data', names)}"


_SCALARS: Final[tuple[tuple[type, str], ...]] = (
    (BooleanProperty, "bool"),
    (IntProperty, "int"),
    (FloatProperty, "float"),
    (StringProperty, "str"),
)


def constant_of(prop: ConstProperty) -> Any:
    """The value of a constant."""
    raw = prop.value.raw_value
    return raw.get_untrusted_value() if hasattr(raw, "get_untrusted_value") else raw


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def doc_text(text: str) -> str:
    """Text from a description for a docstring: nothing in it can end the docstring or escape."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\t", "    "))
    lines = [line.rstrip() for line in plain.strip().split("\n")]
    return "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def json_text(value: Any) -> str:
    """JSON text for data files, the same on every machine."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
