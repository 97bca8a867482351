"""Draws schemas of JSON bodies: nested, combined, recursive, with the names and bounds that real ones have."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

__all__ = ["BodySchemas"]

Schema = dict[str, Any]

_NAMES: Final = (
    "id", "name", "kind", "class", "a-b", "a_b", "é", "x y", "_hidden", "json", "copy", "model_config", "1st", "self",
    "Name", "$ref-like", 'quo"te', "", "schema", "validate", "null",
)  # fmt: skip
_PATTERNS: Final = ("^a", "b", r"^\d{1,3}$", r"^\w+$", "^(?=a).{1,3}$", "[^x]$", r"^\S*$")
_FORMATS: Final = ("date-time", "date", "uuid", "email", "uri", "int-like", "byte")
_MIXED: Final = (0, 1, 1.5, True, False, None, "", "a", "null", "1", [], [1], {}, {"a": 1})


class BodySchemas:
    """Schemas of one description. ``components`` fills while they are drawn.

    ``explicit`` says of every object whether it is open, so that nothing may be lost on the way through a model.
    """

    def __init__(self, random: Random, *, explicit: bool) -> None:
        self._random = random
        self._explicit = explicit
        self.components: dict[str, Any] = {}

    def draw(self, depth: int = 3) -> Any:
        """A schema."""
        makers: list[Callable[[int], Any]] = [self._string, self._number, self._enum, self._typeless, self._of_types]
        if depth > 0:
            makers += [self._object] * 6 + [self._array] * 3 + [self._map, self._union, self._union, self._tagged]
            makers += [self._merged, self._reference, self._reference, self._tree, self._conditional]
        return self._random.choice(makers)(depth)

    def _some(self, **keywords: Any) -> Schema:
        return {name: value for name, value in keywords.items() if self._random.random() < 0.3}

    def _string(self, _: int) -> Schema:
        random = self._random
        bounds = self._some(minLength=random.randint(0, 2), maxLength=random.randint(2, 5))
        extra = self._some(pattern=random.choice(_PATTERNS))
        if random.random() < 0.2:
            return {"type": "string", "format": random.choice(_FORMATS)}
        return {"type": "string", **bounds, **extra}

    def _number(self, _: int) -> Schema:
        random = self._random
        kind = random.choice(("integer", "number"))
        low = random.choice((-3, 0, 0.5, 1, 10**18 if kind == "integer" else 100))
        bounds = random.choice(({"minimum": low}, {"exclusiveMinimum": low}, {"maximum": low + 5}, {}, {}))
        steps = (2, 3) if kind == "integer" else (0.01, 0.1, 0.5, 3)
        formats = ("int32", "int64") if kind == "integer" else ("float", "double")
        return {"type": kind, **bounds, **self._some(multipleOf=random.choice(steps), format=random.choice(formats))}

    def _enum(self, _: int) -> Schema:
        random = self._random
        shape = random.random()
        if shape < 0.3:
            return {"const": random.choice(_MIXED)}
        if shape < 0.6:
            return {"enum": random.sample(_MIXED, random.randint(1, 5))}
        return {"type": "string", "enum": random.sample(("a", "b", "A", "-a", "", "class", "1"), random.randint(1, 4))}

    def _typeless(self, depth: int) -> Any:
        """Keywords of a type that is not said: they rule the values of that type alone."""
        random = self._random
        return random.choice((
            {}, True, {"minLength": 2}, {"minimum": 2}, {"multipleOf": 2}, {"pattern": "^a"}, {"maxItems": 1},
            {"required": ["id"], "additionalProperties": True}, {"items": {"type": "integer"}}, {"uniqueItems": True},
            {"properties": {"id": self._string(0)}, "additionalProperties": True}, {"minProperties": 1},
            {"not": {"type": "string"}}, {"not": {"required": ["name"]}}, {"additionalProperties": {"type": "string"}},
        ))  # fmt: skip

    def _of_types(self, _: int) -> Schema:
        types = self._random.sample(("string", "integer", "number", "boolean", "null", "array", "object"), 2)
        return {"type": types, **self._some(minimum=1, minLength=1, maxItems=2)}

    def _array(self, depth: int) -> Schema:
        random = self._random
        items = {} if random.random() < 0.1 else {"items": self.draw(depth - 1)}
        schema = {"type": "array", **items, **self._some(minItems=1, maxItems=random.randint(1, 3), uniqueItems=True)}
        if random.random() < 0.15:
            schema["prefixItems"] = [self.draw(depth - 1), self.draw(depth - 1)]
        if random.random() < 0.1:
            schema["contains"] = self.draw(0)
        return schema

    def _object(self, depth: int) -> Schema:
        random = self._random
        names = random.sample(_NAMES, random.randint(1, 4))
        properties = {name: self._property(depth - 1) for name in names}
        schema: Schema = {"type": "object", "properties": properties, **self._openness(depth)}
        if random.random() < 0.7:
            schema["required"] = random.sample(names, random.randint(1, len(names)))
        if random.random() < 0.1:
            schema["required"] = [*schema.get("required", ()), "undeclared"]
        if random.random() < 0.1:
            schema["patternProperties"] = {random.choice(("^n_", "x")): self.draw(0)}
        if random.random() < 0.1:
            schema["dependentRequired"] = {names[0]: [names[-1]]}
        return {**schema, **self._some(minProperties=1)}

    def _openness(self, depth: int) -> Schema:
        ways: list[Schema] = [{"additionalProperties": True}, {"additionalProperties": False}]
        ways += [{"additionalProperties": self.draw(min(depth - 1, 1))}]
        return self._random.choice(ways if self._explicit else [*ways, {}, {}, {}])

    def _property(self, depth: int) -> Any:
        random = self._random
        schema = self.draw(depth)
        if isinstance(schema, dict) and random.random() < 0.15:
            return {"anyOf": [schema, {"type": "null"}]}
        if isinstance(schema, dict) and schema.get("type") == "integer" and random.random() < 0.2:
            return {**schema, "default": 7}
        return schema

    def _map(self, depth: int) -> Schema:
        names = self._some(propertyNames={"pattern": "^[a-z]"}, minProperties=1, maxProperties=2)
        return {"type": "object", "additionalProperties": self.draw(depth - 1), **names}

    def _union(self, depth: int) -> Schema:
        keyword = self._random.choice(("anyOf", "oneOf"))
        return {keyword: [self.draw(depth - 1) for _ in range(self._random.randint(2, 3))]}

    def _component(self, schema: Any) -> Schema:
        name = f"C{len(self.components)}"
        self.components[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    def _tagged(self, depth: int) -> Schema:
        """A union with a discriminator."""
        members, mapping = [], {}
        for tag in self._random.sample(("cat", "dog", "a b", "1"), 2):
            member = self._object(depth)
            member["properties"]["kind"] = {"const": tag}
            member["required"] = sorted({*member.get("required", ()), "kind"})
            members.append(self._component(member))
            mapping[tag] = members[-1]["$ref"]
        return {"oneOf": members, "discriminator": {"propertyName": "kind", "mapping": mapping}}

    def _merged(self, depth: int) -> Schema:
        """An allOf of objects, as inheritance is written."""
        first, second = self._object(depth), self._object(depth)
        for schema in (first, second):
            schema["additionalProperties"] = True
            if not self._explicit:
                del schema["additionalProperties"]
        openness = {} if self._explicit else {"unevaluatedProperties": self._random.choice((False, True))}
        return {"allOf": [self._component(first), second], **openness}

    def _reference(self, depth: int) -> Schema:
        if self.components and self._random.random() < 0.4:
            return {"$ref": f"#/components/schemas/{self._random.choice(sorted(self.components))}"}
        return self._component(self.draw(depth - 1))

    def _tree(self, depth: int) -> Schema:
        """An object that holds others of its kind."""
        schema = self._object(depth)
        reference = self._component(schema)
        many = {"type": "array", "items": reference, "maxItems": 2}
        schema["properties"]["next"] = self._random.choice((reference, many, {"anyOf": [reference, {"type": "null"}]}))
        return reference

    def _conditional(self, depth: int) -> Schema:
        schema = self._object(depth)
        name = next(iter(schema["properties"]))
        schema["if"] = {"required": [name]}
        schema["then"] = {"maxProperties": 2}
        return schema
