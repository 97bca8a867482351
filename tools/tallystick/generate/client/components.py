"""The models package: what each component schema becomes, and the text of its module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tallystick.contract import property_names, snake_case
from tallystick.contract.model import Contract, Schema
from tallystick.generate.client.engine import Component, Engine
from tallystick.generate.client.engine_types import (
    ConstProperty,
    ListProperty,
    ModelProperty,
    NoneProperty,
    PropertyProtocol,
    UnionProperty,
)
from tallystick.generate.client.heights import heights
from tallystick.generate.client.literal import literal, tuple_text
from tallystick.generate.client.spelling import INLINE, Names, Speller, constant_of, doc_text

__all__ = ["Models", "build_models", "kind_of", "module_names"]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a model, as its module writes it."""

    attribute: str
    name: str
    declaration: str
    read: str
    doc: str


@dataclass(frozen=True, slots=True)
class Models:
    """Everything about components that other modules need."""

    contract: Contract
    engine: Engine
    kinds: Mapping[str, str]
    modules: Mapping[str, str]
    speller: Speller
    attributes: Mapping[str, Mapping[str, str]]
    """Attribute by property name, for each model."""
    heights: Mapping[str, float]
    """How deep the smallest value of each component is."""

    def files(self) -> Iterator[tuple[str, str]]:
        """Path below ``models/`` and text of every module."""
        for name in self.contract.schemas:
            yield f"{self.modules[name]}.py", self._module(name)
        listed = sorted(self.contract.schemas)
        readers = sorted(self.modules[name] for name in listed if self.kinds[name] != "model")
        if self.speller.inline:
            yield f"{INLINE}.py", self._inline_unions()
            readers = sorted([*readers, INLINE])
        yield (
            "__init__.py",
            self.engine.project.render("models_init.py.jinja", names=listed, modules=self.modules, readers=readers),
        )

    def _module(self, name: str) -> str:
        kind, schema = self.kinds[name], self.contract.schemas[name]
        component = self.engine.components.get(name)
        if component is None:
            return self._alias(name, schema, Names([name], dots=".."), "Any", None)
        if kind == "model":
            return self._model(name, schema, component)
        names = Names([name])
        if kind == "enum":
            return self._alias(name, schema, names, _enum_type(schema, names), None)
        if kind == "union":
            return self._union(name, schema, component, names)
        if kind == "map":
            return self._map(name, schema, component, names)
        prop = component.slots["value"]
        return self._alias(name, schema, names, self.speller.type(prop, names), self._reading(prop, names))

    def _reading(self, prop: PropertyProtocol, names: Names) -> str | None:
        return self.speller.read(prop, "data", names) if self.speller.needs_reading(prop) else None

    def _alias(self, name: str, schema: Schema, names: Names, type_text: str, read: str | None) -> str:
        quoted = type_text if "models." not in type_text else literal(type_text)
        alias = names("TypeAlias")
        any_name = names("Any") if read else ""
        return self.engine.project.render(
            "alias.py.jinja",
            name=name,
            type=quoted,
            read=read,
            names=names,
            alias=alias,
            any=any_name,
            doc=_doc(schema, name),
        )

    def _map(self, name: str, schema: Schema, component: Component, names: Names) -> str:
        inner = component.additional
        text = self.speller.type(inner, names) if inner is not None else names("Any")
        read = None
        if inner is not None and self.speller.needs_reading(inner):
            read = f"{{key: {self.speller.read(inner, 'item', names)} for key, item in data.items()}}"
        return self._alias(name, schema, names, f"{names('dict')}[{names('str')}, {text}]", read)

    def _model(self, name: str, schema: Schema, component: Component) -> str:
        attributes = self.attributes[name]
        names = Names([name, *attributes.values()])
        properties = [
            self._property(attributes[wire], wire, prop, component.slots[wire], names, schema)
            for wire, prop in schema.properties.items()
        ]
        additional = component.additional
        extra_type = self.speller.type(additional, names) if additional is not None else names("Any")
        extra_read = self.speller.read(additional, "item", names) if additional is not None else "item"
        return self.engine.project.render(
            "model.py.jinja",
            name=name,
            properties=properties,
            names=names,
            extra_type=extra_type,
            extra_read=extra_read,
            exact=all("data.get(" not in one.read for one in properties),
            doc=_doc(schema, name),
        )

    def _property(
        self, attribute: str, wire: str, schema: Schema, prop: PropertyProtocol, names: Names, owner: Schema
    ) -> Property:
        required = wire in owner.required
        flags = flags_of_property(self.contract, schema)
        text = self.speller.type(prop, names)
        read = self._property_reader(wire, prop, names, always=required and "writeOnly" not in flags)
        if not required:
            declaration = f"{attribute}: {text} | {names('NotGiven')} = {names('NOT_GIVEN')}"
        elif isinstance(prop, ConstProperty):
            declaration = f"{attribute}: {text} = {literal(constant_of(prop))}"
        elif "readOnly" in flags:
            declaration = f"{attribute}: {text} = {names('ABSENT')}"
        else:
            declaration = f"{attribute}: {text}"
        return Property(attribute, wire, declaration, read, property_doc(self.contract, schema))

    def _property_reader(self, wire: str, prop: PropertyProtocol, names: Names, *, always: bool) -> str:
        key = literal(wire)
        if always:
            return self.speller.read(prop, f"data[{key}]", names)
        absent = names("ABSENT")
        if not self.speller.needs_reading(prop):
            return f"data.get({key}, {absent})"
        inner = self.speller.read(_not_none(prop), "value", names)
        return f"{inner} if (value := data.get({key})) is not None else data.get({key}, {absent})"

    def _union(self, name: str, schema: Schema, component: Component, names: Names) -> str:
        members = list(component.slots.values())
        texts = list(dict.fromkeys(self.speller.type(one, names) for one in members))
        if any(map(self.speller.is_object, members)):
            texts = [*dict.fromkeys([*texts, names("Unknown")])]
        ordered = " | ".join(sorted(texts, key=lambda one: one == "None"))
        quoted = literal(ordered) if "models." in ordered else ordered
        values: dict[str, Any] = {"name": name, "type": quoted, "names": names, "doc": _doc(schema, name)}
        if not any(map(self.speller.needs_reading, members)):
            return self.engine.project.render("alias.py.jinja", read=None, any="", alias=names("TypeAlias"), **values)
        reader = self._reader("read", "", members, self._mapping(schema, names), names)
        return self.engine.project.render("union.py.jinja", alias=names("TypeAlias"), readers=[reader], **values)

    def _inline_unions(self) -> str:
        """Readers of unions that the contract does not name."""
        names = Names()
        written: dict[str, dict[str, Any]] = {}
        while more := sorted(self.speller.inline.keys() - written.keys()):  # a reader may need further readers
            for name in more:
                written[name] = self._reader(name, f"_{name}", self.speller.inline[name], ("", []), names)
        readers = [written[name] for name in sorted(written)]
        return self.engine.project.render("union.py.jinja", name=None, readers=readers, names=names)

    def union_reader(self, members: list[PropertyProtocol], names: Names) -> dict[str, Any]:
        """The parts of a function that reads one of several components."""
        return self._reader("read", "", members, ("", []), names)

    def _reader(
        self,
        name: str,
        suffix: str,
        members: list[PropertyProtocol],
        mapping: tuple[str, list[tuple[str, str]]],
        names: Names,
    ) -> dict[str, Any]:
        objects = [one for one in members if isinstance(one, ModelProperty) and self.speller.is_object(one)]
        variants = [] if mapping[1] else [self._variant(one, names) for one in self._flat(objects)]
        return {
            "name": name,
            "suffix": suffix,
            "tag": mapping[0],
            "mapping": mapping[1],
            "variants": variants,
            "lists": [self.speller.read(one, "data", names) for one in members if _is_list(one)],
            "texts": self._text_readers(members, names),
        }

    def _text_readers(self, members: list[PropertyProtocol], names: Names) -> list[str]:
        """Readers for times, where plain text is no member."""
        kinds = {type(one).__name__ for one in members}
        if "StringProperty" in kinds:
            return []
        return [self.speller.read(one, "data", names) for one in members if type(one).__name__.startswith("Date")]

    def _flat(self, members: list[ModelProperty]) -> list[ModelProperty]:
        """The members, with those of inner unions in their place."""
        found: dict[str, ModelProperty] = {}
        pending = list(members)
        seen: set[str] = set()
        while pending:
            prop = pending.pop(0)
            name = str(prop.class_info.name)
            if name in seen:
                continue
            seen.add(name)
            if self.kinds[name] == "union" and name in self.engine.components and not self._mapping_of(name):
                inner = self.engine.components[name].slots.values()
                pending = [one for one in inner if isinstance(one, ModelProperty)] + pending
            elif self.kinds[name] in {"model", "map", "union"}:
                found[name] = prop
        return list(found.values())

    def _mapping_of(self, name: str) -> Mapping[str, str]:
        discriminator = self.contract.schemas[name].get("discriminator") or {}
        mapping = discriminator.get("mapping") or {}
        known = {tag: ref.rpartition("/")[2] for tag, ref in mapping.items() if isinstance(ref, str)}
        return {tag: target for tag, target in known.items() if target in self.kinds}

    def _mapping(self, schema: Schema, names: Names) -> tuple[str, list[tuple[str, str]]]:
        mapping = self._mapping_of(schema.name or "")
        discriminator = schema.get("discriminator") or {}
        readers = [(literal(tag), self._reader_of(target, names)) for tag, target in mapping.items()]
        return literal(discriminator.get("propertyName", "")), readers

    def _reader_of(self, name: str, names: Names) -> str:
        component = self.engine.components.get(name)
        if component is None or name not in self.speller.reading:
            return names("as_is")
        return self.speller.reader(component.model, names)

    def _variant(self, prop: ModelProperty, names: Names) -> str:
        name = str(prop.class_info.name)
        schema = self.contract.schemas[name]
        parts = [self._reader_of(name, names)]
        required = [wire for wire in schema.required if "writeOnly" not in _flags_of(self.contract, schema, wire)]
        if self.kinds[name] == "model":
            parts.append(f"required={_frozen(required, names)}")
            parts.append(f"known={_frozen(list(schema.properties), names)}")
            constants = {
                wire: values for wire, one in schema.properties.items() if (values := _constants(self.contract, one))
            }
            if constants:
                listed = ", ".join(f"{literal(wire)}: {tuple_text(values)}" for wire, values in constants.items())
                parts.append(f"constants={{{listed}}}")
        return f"{names('Variant')}({', '.join(parts)})"


def _frozen(listed: list[str], names: Names) -> str:
    return f"{names('frozenset')}([{', '.join(map(literal, listed))}])" if listed else f"{names('frozenset')}()"


def _is_list(prop: PropertyProtocol) -> bool:
    return isinstance(prop, ListProperty)


def _not_none(prop: PropertyProtocol) -> PropertyProtocol:
    """The property without its null, which has been dealt with."""
    if not isinstance(prop, UnionProperty):
        return prop
    members = [one for one in prop.inner_properties if not isinstance(one, NoneProperty)]
    return members[0] if len(members) == 1 else prop


def _doc(schema: Schema, name: str) -> str:
    text = schema.get("description") or schema.get("title") or ""
    return doc_text(text) if isinstance(text, str) and text.strip() else f"``{name}`` of the contract."


def property_doc(contract: Contract, schema: Schema) -> str:
    """The description of a property, or of the component it refers to, with its default."""
    text = schema.get("description")
    if not isinstance(text, str) and schema.ref:
        text = contract.resolve(schema).get("description")
    doc = doc_text(text) if isinstance(text, str) else ""
    default = schema.get("default")
    if default is not None:
        doc = f"{doc} The server's default is ``{doc_text(literal(default))}``.".strip()
    return doc


def flags_of_property(contract: Contract, schema: Schema) -> frozenset[str]:
    found = {flag for flag in ("readOnly", "writeOnly") if schema.get(flag) is True}
    if schema.ref:
        target = contract.resolve(schema)
        found |= {flag for flag in ("readOnly", "writeOnly") if target.get(flag) is True}
    return frozenset(found)


def _flags_of(contract: Contract, schema: Schema, wire: str) -> frozenset[str]:
    return flags_of_property(contract, schema.properties[wire]) if wire in schema.properties else frozenset()


def _constants(contract: Contract, schema: Schema) -> tuple[Any, ...]:
    """The values that tell a variant from others: a constant, or a closed enum of at most a few texts."""
    value = contract.resolve(schema) if schema.ref else schema
    if value.get("const") is not None:
        return (value.get("const"),)
    listed: list[Any] = value.get("enum") or []
    closed = value.get("x-tally-open-enum") is not True
    return tuple(listed) if closed and len(listed) == 1 and not isinstance(listed[0], dict | list) else ()


def _enum_type(schema: Schema, names: Names) -> str:
    """A literal type of the values, and what no literal can hold; an open enum is any text (or number) too."""
    values = [schema.get("const")] if schema.get("const") is not None else list(schema.get("enum") or ())
    literals = dict.fromkeys(literal(one) for one in values if isinstance(one, str | int))
    texts = [f"{names('Literal')}[{', '.join(literals)}]"] if literals else []
    if any(isinstance(one, float) for one in values):
        texts.append(names("float"))
    if any(isinstance(one, dict | list) for one in values):
        texts.append(names("Any"))
    if any(one is None for one in values):
        texts.append("None")
    if schema.get("x-tally-open-enum") is True:
        texts.insert(1 if literals else 0, names("int" if all(isinstance(one, int) for one in values) else "str"))
    return " | ".join(texts) or names("Any")


def kind_of(schema: Schema) -> str:
    """What a component becomes: model, enum, union, map or alias."""
    if schema.get("oneOf") or schema.get("anyOf"):
        return "union"
    if "enum" in (schema.value if isinstance(schema.value, Mapping) else {}) or schema.get("const") is not None:
        return "enum"
    if schema.get("properties"):
        return "model"
    return "map" if schema.get("type") == "object" or schema.get("additionalProperties") is not None else "alias"


def module_names(components: Iterator[str] | list[str]) -> dict[str, str]:
    """The module of each component: unique, since component names are unique without regard to case."""
    from keyword import iskeyword

    plain = {name: snake_case(name) for name in components}
    return {name: f"{module}_" if iskeyword(module) or module == INLINE else module for name, module in plain.items()}


def build_models(contract: Contract, engine: Engine) -> Models:
    """Decide what every component becomes."""
    kinds = {name: kind_of(schema) for name, schema in contract.schemas.items()}
    modules = module_names(list(contract.schemas))
    reading = _reading(engine, kinds)
    attributes = {
        name: property_names(schema.properties) for name, schema in contract.schemas.items() if kinds[name] == "model"
    }
    speller = Speller(kinds, modules, reading)
    return Models(contract, engine, kinds, modules, speller, attributes, heights(contract))


def _reading(engine: Engine, kinds: Mapping[str, str]) -> frozenset[str]:
    """Components whose JSON value differs from their value: models, and all that contains one or a time."""
    found = {name for name, kind in kinds.items() if kind == "model" and name in engine.components}
    while True:
        speller = Speller(kinds, {}, frozenset(found))
        more = {
            name
            for name, component in engine.components.items()
            if name not in found and kinds[name] != "enum" and any(map(speller.needs_reading, _all_slots(component)))
        }
        if not more:
            return frozenset(found)
        found |= more


def _all_slots(component: Component) -> list[PropertyProtocol]:
    return [*component.slots.values(), *([component.additional] if component.additional is not None else [])]
