"""``schemas.json``: the schemas that the server's validators are compiled from, as the description states them.

Requests are validated without what only replies must hold (``readOnly``), replies without what only requests must hold
(``writeOnly``): OpenAPI 3.1.1, section 4.8.24.1, lets ``required`` take effect on the other side only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import jsonschema_rs

from tallystick.contract import Canonical, Contract, Header, MediaType, Operation, Schema
from tallystick.contract.names import digest
from tallystick.contract.operation_names import problem_types
from tallystick.document import Location
from tallystick.findings import Finding, Level
from tallystick.generate.runtime.server.media import kind_of
from tallystick.generate.runtime.server.schemas import Schemas
from tallystick.generate.server.files import are_binary, files_of, is_binary, part_type
from tallystick.generate.server.mending import Faults, mend
from tallystick.generate.server.names import problem_class

__all__ = ["SchemaFile", "item_schema"]

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")
_PREFIX: Final = "#/components/schemas/"
_SCHEMA_MAPS: Final = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))
_SCHEMA_LISTS: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_SCHEMAS: Final = frozenset((
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties",
))  # fmt: skip
_ANNOTATIONS: Final = frozenset((
    "$anchor", "$comment", "$schema", "deprecated", "description", "discriminator", "example", "examples",
    "externalDocs", "title", "xml",
))  # fmt: skip


class SchemaFile:
    """Collects the schemas of the operations and everything they refer to."""

    def __init__(self, canonical: Canonical) -> None:
        self._contract = canonical.origin
        self._canonical = canonical.contract
        self._components: dict[str, Any] = {}
        self._operations: dict[str, Any] = {}
        self._problems: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._refs: dict[str, str] = {}
        self.findings: list[Finding] = []

    def add(self, operation: Operation, origin: Operation) -> None:
        """Adds the schemas of one operation; ``origin`` is the same operation before it was made canonical."""
        entry: dict[str, Any] = {
            "parameters": {
                f"{parameter.place}/{parameter.name}": self._written(
                    parameter.schema or (parameter.content[0].schema if parameter.content else None), "readOnly"
                )
                for parameter in origin.parameters
            }
        }
        if origin.body is not None:
            entry["body"] = {media.name: self._body(media) for media in origin.body.content}
            if parts := {media.name: found for media in origin.body.content if (found := self._parts(media))}:
                entry["parts"] = parts
        entry["replies"] = {reply.status: self._reply(reply.content, reply.headers) for reply in origin.replies}
        self._operations[operation.id] = entry

    def add_problems(self, operations: Iterable[Operation]) -> None:
        """Adds the schema of each problem type that has one."""
        for problem in problem_types(operations).values():
            if problem.schema is not None:
                self._problems[problem_class(problem.name)] = self._written(problem.schema, "writeOnly")

    def _body(self, media: MediaType) -> Any:
        kind = kind_of(media.name)
        if kind == "lines":
            return self._written(item_schema(media, self._contract), "readOnly")
        written = self._written(media.schema, "readOnly")
        return self._without_files(media, written) if kind == "multipart" else written

    def _parts(self, media: MediaType) -> dict[str, Any]:
        """The headers of a multipart body's parts, by property."""
        if kind_of(media.name) != "multipart":
            return {}
        return {
            name: {each.name: self._written(each.schema, "readOnly") for each in encoding.headers}
            for name, encoding in media.encoding.items()
            if encoding.headers
        }

    def _without_files(self, media: MediaType, written: Any) -> Any:
        """A multipart schema whose files are anything: their content never becomes JSON, only number and size count."""
        if media.schema is None:
            return True
        try:
            resolved = self._contract.resolve(media.schema)
        except KeyError:
            return written
        found = {name: self._file(part, part_type(media, name)) for name, part in resolved.properties.items()}
        files = {name: stand_in for name, stand_in in found.items() if stand_in is not None}
        if not files:
            return written
        whole = self._written(resolved, "readOnly")
        return {**whole, "properties": {**whole["properties"], **files}}

    def _file(self, schema: Schema, stated: str) -> Any:
        """What is left of the schema of a file or of several; None for what is no file."""
        try:
            resolved = files_of(self._contract, schema)
            if is_binary(resolved.value, stated):
                return _least(resolved.value)
            value = _mapping(resolved.value)
            item = self._contract.resolve(resolved.child("items")).value if "items" in value else None
        except KeyError:
            return None
        if not are_binary(value, item, stated):
            return None
        return {key: value[key] for key in ("minItems", "maxItems") if key in value} | {"items": _least(item)}

    def _reply(self, content: Iterable[MediaType], headers: Iterable[Header]) -> dict[str, Any]:
        entry: dict[str, Any] = {"content": {}, "headers": {}, "items": {}}
        for media in content:
            kind = kind_of(media.name)
            if kind == "json":
                entry["content"][media.name] = self._written(media.schema, "writeOnly")
            elif kind in ("lines", "events"):
                self._stream(media, entry)
            elif kind == "text" and self._limits_text(media):
                entry["content"][media.name] = self._written(media.schema, "writeOnly")
        for header in headers:
            schema = header.content[0].schema if header.content else header.schema
            if schema is not None:
                entry["headers"][header.name] = self._written(schema, "writeOnly")
        return {name: value for name, value in entry.items() if value}

    def _stream(self, media: MediaType, entry: dict[str, Any]) -> None:
        schema = item_schema(media, self._contract)
        if schema is not None:
            entry["content"][media.name] = self._written(schema, "writeOnly")
            if media.item_schema is not None:
                entry["items"][media.name] = True

    def _limits_text(self, media: MediaType) -> bool:
        """Whether a schema says more about a text than that it is one; text in other charsets is not looked at."""
        if media.schema is None or "charset" in media.name:
            return False
        try:
            value = _mapping(self._contract.resolve(media.schema).value)
        except KeyError:
            return False
        return value.get("type") == "string" and not is_binary(value) and not _TEXT_LIMITS.isdisjoint(value)

    def _written(self, schema: Schema | None, other_side: str) -> Any:
        return True if schema is None else self._rewritten(schema.value, other_side)

    def _rewritten(self, value: Any, other_side: str) -> Any:
        """The schema with its references pointing into the file, and without the demands of the other side."""
        if not isinstance(value, Mapping):
            return value
        result = {
            key: self._keyword(key, item, other_side)
            for key, item in value.items()
            if key not in _ANNOTATIONS and not key.startswith("x-")
        }
        if "$dynamicAnchor" not in value:
            result.pop("$id", None)  # references lead to places of this file by now
        if isinstance(value.get("$ref"), str):
            result["$ref"] = self._referenced(value["$ref"], other_side)
        self._ease(result, value, other_side)
        return result

    def _keyword(self, key: str, item: Any, other_side: str) -> Any:
        if key in _SCHEMAS:
            return self._rewritten(item, other_side)
        if key in _SCHEMA_LISTS and isinstance(item, list):
            return [self._rewritten(each, other_side) for each in item]
        if key in _SCHEMA_MAPS and isinstance(item, Mapping):
            return {name: self._rewritten(each, other_side) for name, each in item.items()}
        return item

    def _ease(self, result: dict[str, Any], value: Mapping[str, Any], other_side: str) -> None:
        required, properties = value.get("required"), value.get("properties")
        if isinstance(required, list) and isinstance(properties, Mapping):
            kept = [name for name in required if not self._belongs_to(properties.get(name), other_side)]
            if len(kept) != len(required):
                result["required"] = kept

    def has_sides(self, schema: Mapping[str, Any]) -> bool:
        """Whether a required property is readOnly or writeOnly."""
        required, properties = schema.get("required"), schema.get("properties")
        if not isinstance(required, list) or not isinstance(properties, Mapping):
            return False
        sides = ("readOnly", "writeOnly")
        return any(self._belongs_to(properties.get(name), side) for name in required for side in sides)

    def _belongs_to(self, schema: Any, other_side: str) -> bool:
        seen: set[str] = set()
        while isinstance(schema, Mapping):
            if schema.get(other_side) is True:
                return True
            ref = schema.get("$ref")
            if not isinstance(ref, str) or ref in seen:
                return False
            seen.add(ref)
            try:
                schema = self._contract.at(ref).value
            except KeyError:
                return False
        return False

    def _referenced(self, ref: str, other_side: str) -> str:
        name = self._name(ref)
        key = name if self._is_neutral(ref) else f"{name}.{'request' if other_side == 'readOnly' else 'reply'}"
        if key not in self._components:
            self._components[key] = {}  # stands for itself while its own references are followed
            self._refs[key] = ref
            try:
                self._components[key] = self._rewritten(self._contract.at(ref).value, other_side)
            except KeyError:
                self._components[key] = True
        return _PREFIX + key

    def _name(self, ref: str) -> str:
        """The key of what a reference names: the component's name, made safe for a pointer within a reference."""
        name = _UNSAFE.sub("_", ref.removeprefix(_PREFIX).removeprefix("#/"))
        if self._names.setdefault(name, ref) != ref:
            name = f"{name}.{digest(ref)}"
        return name

    def _is_neutral(self, ref: str) -> bool:
        """Whether no schema behind the reference has different demands on the two sides."""
        seen: set[str] = set()
        waiting = [ref]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            try:
                value = self._contract.at(current).value
            except KeyError:
                continue
            refs, sided = _survey(value, self)
            if sided:
                return False
            waiting.extend(refs)
        return True

    def as_bytes(self) -> bytes:
        """The file: sorted, one component and one operation per line."""
        sections = {
            "components": {"schemas": self._components},
            "operations": self._operations,
            "problems": self._problems,
        }
        lines = ["{"]
        for name, section in sections.items():
            inner = section["schemas"] if name == "components" else section
            opening = '"components": {"schemas": {' if name == "components" else f'"{name}": {{'
            rows = [f" {_json(key)}: {_json(value)}" for key, value in sorted(inner.items())]
            closing = "}}" if name == "components" else "}"
            lines += [opening, ",\n".join(rows), closing + ("," if name != "problems" else "")]
        return ("\n".join([*lines, "}"]) + "\n").encode()

    def mend(self, operations: Mapping[str, Operation]) -> None:
        """Leaves out what no validator can be made of, each a finding: the operations are served without it."""
        for references in (False, True):
            broken = self._broken(operations)
            if not broken:
                return
            for key, component in self._components.items():
                faults = mend(component, references=references)
                if faults:
                    self._tell(faults, self._contract.at(self._refs[key]).location)
            for path, operation in broken.items():
                faults = mend(self._holder(path)[path[-1]], references=references)
                self._tell(faults, (operation or self._contract).location, operation)
        for path, operation in self._broken(operations).items():
            self._holder(path)[path[-1]] = True
            self._tell({path: "no validator can be made of it"}, (operation or self._contract).location, operation)

    def _broken(self, operations: Mapping[str, Operation]) -> dict[tuple[str, ...], Operation | None]:
        """The paths of the schemas that cannot be compiled, each with its operation."""
        paths: dict[tuple[str, ...], Operation | None] = {("problems", name): None for name in self._problems}
        for key, operation in operations.items():
            paths |= dict.fromkeys(_paths(self._operations[key], ("operations", key)), operation)
        try:
            schemas = Schemas(json.loads(self.as_bytes()))
        except (ValueError, jsonschema_rs.ReferencingError):
            return paths
        return {path: operation for path, operation in paths.items() if not _compiles(schemas, path)}

    def _holder(self, path: tuple[str, ...]) -> Any:
        """What holds the schema at a path."""
        holder: Any = {"operations": self._operations, "problems": self._problems}
        for token in path[:-1]:
            holder = holder[token]
        return holder

    def _tell(self, faults: Faults, location: Location, operation: Operation | None = None) -> None:
        for tokens, fault in faults.items():
            where = "/".join(map(str, tokens))
            message = f"{where} cannot be compiled, so nothing is checked by it: {fault}; mend it"
            place = location.place if operation is not None else location.child(*tokens).place
            key = None if operation is None else operation.id
            self.findings.append(Finding("server-schema", Level.WARNING, message, place, key))


def _compiles(schemas: Schemas, path: tuple[str, ...]) -> bool:
    try:
        schemas.validator(*path)
    except (ValueError, jsonschema_rs.ReferencingError):
        return False
    return True


def _paths(entry: Mapping[str, Any], path: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    for group in ("parameters", "body"):
        for name in entry.get(group, {}):
            yield (*path, group, name)
    for media, properties in entry.get("parts", {}).items():
        yield from ((*path, "parts", media, name, each) for name, found in properties.items() for each in found)
    for status, reply in entry.get("replies", {}).items():
        for group in ("content", "headers"):
            for name in reply.get(group, {}):
                yield (*path, "replies", status, group, name)


def _survey(schema: Any, file: SchemaFile) -> tuple[list[str], bool]:
    """References below a schema, and whether some required property belongs to one side."""
    refs: list[str] = []
    waiting = [schema]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, Mapping):
            continue
        if isinstance(current.get("$ref"), str):
            refs.append(current["$ref"])
        if file.has_sides(current):
            return refs, True
        waiting.extend(_subschemas(current))
    return refs, False


def _subschemas(schema: Mapping[str, Any]) -> Iterable[Any]:
    for key, item in schema.items():
        if key in _SCHEMAS:
            yield item
        elif key in _SCHEMA_LISTS and isinstance(item, list):
            yield from item
        elif key in _SCHEMA_MAPS and isinstance(item, Mapping):
            yield from item.values()


_TEXT_LIMITS = frozenset(("const", "enum", "format", "maxLength", "minLength", "pattern"))


def item_schema(media: MediaType, contract: Contract) -> Schema | None:
    """The schema of each item of a stream: ``itemSchema``, the items of an array, or an object; None for raw text."""
    if media.item_schema is not None:
        return media.item_schema
    if media.schema is None:
        return None
    try:
        resolved = contract.resolve(media.schema)
    except KeyError:
        return None
    if resolved.types == {"array"} and "items" in _mapping(resolved.value):
        return resolved.child("items")
    return None if resolved.types <= {"string"} else media.schema


def _least(value: Any) -> Any:
    """What the schema of a file says about the least size."""
    least = value.get("minLength")
    return {"minLength": least} if isinstance(least, int) else True


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False, separators=(", ", ": "))
