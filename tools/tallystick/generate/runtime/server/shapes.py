"""What a schema says about the values at one place: enough to read text as JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from .lexical import readings

__all__ = ["Shape", "json_type"]

Resolve = Callable[[str], Any]
Judge = Callable[[Any], Callable[[Any], bool]]
"""Compiles a schema to what tells whether it accepts a value."""
_Union = tuple[Any, tuple["Shape", ...]]
"""Alternatives, with a key that is the same wherever they come from the same place of the document."""

_EVERY_TYPE: Final = frozenset(("array", "boolean", "integer", "null", "number", "object", "string"))
_SCALARS: Final = frozenset(("boolean", "integer", "null", "number", "string"))
_SPOKEN_OF: Final = {
    "object": frozenset(("properties", "required", "additionalProperties", "minProperties", "maxProperties")),
    "array": frozenset(("items", "prefixItems", "minItems", "maxItems", "uniqueItems")),
    "string": frozenset(("minLength", "maxLength", "pattern", "contentMediaType", "contentEncoding")),
    "number": frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
}
"""Keywords that speak of a type, where ``type`` is missing."""
_WHOLE: Final = frozenset((
    "const", "contains", "enum", "not", "unevaluatedItems", "unevaluatedProperties", "uniqueItems",
))  # fmt: skip
"""Keywords for which the parts of an array or an object cannot be judged one by one."""


class Shape:
    """The JSON types that values of a schema may have, and the shapes of their parts.

    A shape may stand for several schemas that all hold, and for unions of which one alternative holds each.
    """

    def __init__(self, schema: Any, resolve: Resolve, judge: Judge | None = None) -> None:
        self.schema = schema
        self.resolve = resolve
        self._judge = judge
        self.stated: tuple[Any, ...] = (schema,)
        self.given: Callable[[], list[_Union]] = list
        self._settled: frozenset[Any] = frozenset()
        self._known: dict[Any, Shape] = {}
        self._children: dict[Any, Shape] = {}
        self._is_being_typed = False

    def _derived(
        self,
        stated: Sequence[Any],
        given: Callable[[], list[_Union]] = list,
        settled: frozenset[Any] = frozenset(),
    ) -> Shape:
        made = Shape(stated[0] if stated else True, self.resolve, self._judge)
        made.stated, made.given, made._settled, made._known = tuple(stated), given, settled, self._known
        return made

    @cached_property
    def parts(self) -> list[Mapping[str, Any]]:
        """Every schema that certainly holds here, references and ``allOf`` followed."""
        found: dict[int, Mapping[str, Any]] = {}
        waiting = list(reversed(self.stated))
        while waiting:
            schema = waiting.pop()
            if isinstance(schema, Mapping) and id(schema) not in found:
                found[id(schema)] = schema
                waiting.extend(reversed(schema.get("allOf", ())))
                if "$ref" in schema:
                    waiting.append(self.resolve(schema["$ref"]))
        return list(found.values())

    @cached_property
    def unions(self) -> list[_Union]:
        own = [
            (key, tuple(self._alternative(each) for each in alternatives))
            for part in self.parts
            for key, alternatives in _choices(part)
            if key not in self._settled
        ]
        return [*self.given(), *own]

    def _alternative(self, stated: Sequence[Any]) -> Shape:
        key = tuple(map(id, stated))
        if key not in self._known:
            self._known[key] = self._derived(stated)
        return self._known[key]

    @cached_property
    def types(self) -> frozenset[str]:
        """The possible types; ``integer`` is listed beside ``number`` only where the schema lists it."""
        if self._is_being_typed:  # an alternative that is the schema itself adds nothing
            return frozenset()
        self._is_being_typed = True
        types = frozenset[str]() if any(each is False for each in self.stated) else _EVERY_TYPE
        for part in self.parts:
            for limit in _limits(part):
                types = _intersection(types, limit)
        for _, alternatives in self.unions:
            types = _intersection(types, frozenset[str]().union(*(each.types for each in alternatives)))
        self._is_being_typed = False
        return types

    @cached_property
    def is_open(self) -> bool:
        """Whether the schema does not restrict the type at all."""
        return self.types == _EVERY_TYPE

    @cached_property
    def _expected(self) -> frozenset[str]:
        """The types that texts are read as; where none is said, the one that other keywords speak of, else string."""
        if not self.is_open:
            return self.types
        for name, keywords in _SPOKEN_OF.items():
            if any(not keywords.isdisjoint(part) for part in self.parts):
                return frozenset((name,))
        return self.hints | {"string"}

    @cached_property
    def hints(self) -> frozenset[str]:
        """The types that some alternatives ask for, where others leave every type open."""
        if self._is_being_typed:
            return frozenset()
        self._is_being_typed = True
        hints = (each.hints if each.is_open else each.types for _, several in self.unions for each in several)
        found = frozenset[str]().union(*hints)
        self._is_being_typed = False
        return found

    @cached_property
    def scalars(self) -> frozenset[str]:
        """The possible scalar types; text is a string where nothing is said."""
        return self._expected & _SCALARS

    @cached_property
    def is_text(self) -> bool:
        """Whether the schema asks for a string and nothing else."""
        return self._expected == {"string"}

    @cached_property
    def has_parts(self) -> bool:
        """Whether the schema asks for an array or an object, among others perhaps."""
        return self.is_array or self.is_object

    @cached_property
    def is_array(self) -> bool:
        """Whether the schema asks for an array, among others perhaps."""
        return "array" in self._expected

    @cached_property
    def is_object(self) -> bool:
        """Whether the schema asks for an object, among others perhaps."""
        return "object" in self._expected

    @cached_property
    def is_separable(self) -> bool:
        """Whether a value is valid as soon as each of its parts is: no keyword looks at several parts at once."""
        return not self.unions and all(_WHOLE.isdisjoint(part) for part in self.parts)

    @cached_property
    def branches(self) -> tuple[Shape, ...]:
        """The shape narrowed to each alternative of its first union."""
        if not self.unions:
            return ()
        key, alternatives = self.unions[0]
        return tuple(self._narrowed(key, each) for each in alternatives)

    def _narrowed(self, key: Any, alternative: Shape) -> Shape:
        def given() -> list[_Union]:
            return [*(union for union in self.given() if union[0] != key), *alternative.given()]

        return self._derived((*self.stated, *alternative.stated), given, self._settled | {key})

    @cached_property
    def _judges(self) -> list[Callable[[Any], bool]]:
        assert self._judge is not None
        return [self._judge(schema) for schema in self.stated if schema is not True]

    def accepts(self, value: Any) -> bool:
        """Whether everything that certainly holds here accepts the value."""
        return all(accepts(value) for accepts in self._judges)

    def _everywhere(self) -> Iterator[Mapping[str, Any]]:
        """What certainly holds and what some alternative says."""
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            shape = waiting.pop()
            if id(shape) not in seen:
                seen.add(id(shape))
                yield from shape.parts
                waiting += [each for _, alternatives in reversed(shape.unions) for each in reversed(alternatives)]

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        """Schemas of the declared properties, those of every alternative."""
        found: dict[str, Any] = {}
        for part in self._everywhere():
            for name, schema in part.get("properties", {}).items():
                found.setdefault(name, schema)
        return found

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p for part in self._everywhere() for p in part.get("patternProperties", ())))

    @cached_property
    def additional(self) -> Any:
        """The schema of further properties where the schema invites them, else None."""
        for part in self._everywhere():
            for keyword in ("additionalProperties", "unevaluatedProperties"):
                if part.get(keyword, False) is not False:
                    return part[keyword]
        return None if self.properties else {}

    def invites(self, name: str) -> bool:
        """Whether the schema names a property of that name, or asks for others than those it names."""
        return name in self.properties or self.additional is not None or bool(self._matching(name))

    def property(self, name: str) -> Shape:
        """The shape of a property, declared or not."""
        key: Any = name if name in self.properties else self._matching(name)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._child(
                lambda part: self._of_property(part, name), lambda each: each.property(name)
            )
        return child

    def _of_property(self, part: Mapping[str, Any], name: str) -> Iterator[Any]:
        declared = part.get("properties", {})
        matching = [each for each in self._matching(name) if each in part.get("patternProperties", ())]
        if name in declared:
            yield declared[name]
        yield from (part["patternProperties"][pattern] for pattern in matching)
        if name not in declared and not matching:
            if "additionalProperties" in part:
                yield part["additionalProperties"]
            elif "unevaluatedProperties" in part and name not in self.properties:
                yield part["unevaluatedProperties"]

    def _matching(self, name: str) -> tuple[str, ...]:
        """The patterns that the name of a property fits."""
        if self._judge is None or not self._patterns:
            return ()
        return tuple(each for each in self._patterns if self._pattern_judges[each](name))

    @cached_property
    def _pattern_judges(self) -> Mapping[str, Callable[[Any], bool]]:
        assert self._judge is not None
        return {each: self._judge({"pattern": each}) for each in self._patterns}

    @cached_property
    def prefix(self) -> int:
        """How many items of an array have shapes of their own."""
        return max((len(part.get("prefixItems", ())) for part in self._everywhere()), default=0)

    @cached_property
    def item(self) -> Shape:
        """The shape of an array's items, those after a declared beginning."""
        return self.item_at(self.prefix)

    def item_at(self, index: int) -> Shape:
        """The shape of one item."""
        key = min(index, self.prefix)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._child(
                lambda part: _of_item(part, key), lambda each: each.item_at(index), "contains"
            )
        return child

    def _child(
        self,
        of_part: Callable[[Mapping[str, Any]], Iterator[Any]],
        of_alternative: Callable[[Shape], Shape],
        hint: str | None = None,
    ) -> Shape:
        def given() -> list[_Union]:
            found = []
            for key, alternatives in self.unions:
                children = tuple(map(of_alternative, alternatives))
                if any(child.stated for child in children) or any(each.unions for each in alternatives):
                    found.append((key, children))
            hints = [part[hint] for part in self.parts if hint in part] if hint is not None else []
            found += [((id(each), hint), (self._alternative((each,)), self._alternative(()))) for each in hints]
            return found

        return self._derived([schema for part in self.parts for schema in of_part(part)], given)

    def texts(self, text: str) -> list[Any]:
        """The JSON scalars that a text may stand for, the likeliest first; never empty."""
        found = readings(text, self.scalars)
        if self.is_open and len(found) > 1:
            found.sort(key=lambda value: value is not text)  # text is text, unless only something else is accepted
        return found


def json_type(value: Any) -> str:
    """The JSON Schema type of a value; integral numbers are integers."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    for kind, name in ((float, "number"), (str, "string"), (list, "array"), (dict, "object")):
        if isinstance(value, kind):
            return name
    return "null"


def _choices(part: Mapping[str, Any]) -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    """The unions of a schema: for each a key, and per alternative the schemas that hold together."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in part:
            yield (id(part), keyword), [(each,) for each in part[keyword]]
    if "if" in part and ("then" in part or "else" in part):
        yield (id(part), "if"), [(part["if"], part.get("then", True)), (part.get("else", True),)]
    for name, schema in part.get("dependentSchemas", {}).items():
        yield (id(part), "dependentSchemas", name), [(schema,), ()]
    listed = part.get("enum", (part["const"],) if "const" in part else ())
    if any(isinstance(each, (list, dict)) for each in listed):
        yield (id(part), "enum"), [(_exactly(each),) for each in listed]


def _exactly(value: Any) -> Any:
    """A schema of one value, part by part."""
    if isinstance(value, list):
        return {"type": "array", "prefixItems": [_exactly(each) for each in value]}
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: _exactly(each) for name, each in value.items()}}
    return {"const": value}


def _of_item(part: Mapping[str, Any], index: int) -> Iterator[Any]:
    first = part.get("prefixItems", ())
    if index < len(first):
        yield first[index]
    elif "items" in part:
        yield part["items"]
    elif "unevaluatedItems" in part and not first:
        yield part["unevaluatedItems"]


def _limits(part: Mapping[str, Any]) -> Iterator[frozenset[str]]:
    """What a schema says about the type, in several ways perhaps."""
    if "type" in part:
        listed = part["type"]
        yield frozenset((listed,) if isinstance(listed, str) else listed)
    if "const" in part:
        yield _types_of(part["const"])
    if "enum" in part:
        yield frozenset[str]().union(*map(_types_of, part["enum"]))
    if any(each is False for each in part.get("allOf", ())):
        yield frozenset()
    negated = part.get("not")
    if isinstance(negated, Mapping) and negated.keys() == {"type"}:
        yield _EVERY_TYPE - frozenset((negated["type"],) if isinstance(negated["type"], str) else negated["type"])


def _types_of(value: Any) -> frozenset[str]:
    name = json_type(value)
    return frozenset(("integer", "number")) if name == "integer" else frozenset((name,))


def _intersection(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    if left == _EVERY_TYPE:
        return right
    if right == _EVERY_TYPE:
        return left
    both = left & right
    if ("number" in left) != ("number" in right) and "integer" in left | right:
        both |= {"integer"}
    return both
