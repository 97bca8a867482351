"""``discriminator-sound``."""

from collections.abc import Mapping
from typing import Any, Final

from tallystick.contract.visit import SchemaNode
from tallystick.document import escape
from tallystick.findings import Level, quoted
from tallystick.lint.rule import Check, Group, on, rule

_SCHEMAS: Final = "#/components/schemas/"


@rule(
    "discriminator-sound",
    Group.SCHEMAS,
    "error",
    summary="A discriminator names a required text property of every member, and its mapping covers the members.",
    rationale="""
        A reader picks the class by the discriminator alone. If the property may be missing, is no text, or has a
        value that the mapping does not know, there is no class to pick; a mapping to a schema that is no member picks
        one that the union does not admit.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Pet:
              oneOf:
                - $ref: '#/components/schemas/Cat'
                - «{$ref: '#/components/schemas/Dog'}»
              discriminator:
                propertyName: kind
                mapping:
                  cat: '#/components/schemas/Cat'
                  fox: «'#/components/schemas/Fox'»
            Cat:
              type: object
              required: [kind]
              properties: {kind: {type: string}}
            Dog:
              type: object
              required: [kind]
              properties: {kind: {type: string}}
            Fox:
              type: object
              required: [kind]
              properties: {kind: {type: string}}
    """,
    good="""
        paths: {}
        components:
          schemas:
            Pet:
              oneOf:
                - $ref: '#/components/schemas/Cat'
                - $ref: '#/components/schemas/Dog'
              discriminator:
                propertyName: kind
                mapping:
                  cat: '#/components/schemas/Cat'
                  dog: '#/components/schemas/Dog'
            Cat:
              type: object
              required: [kind]
              properties: {kind: {type: string}}
            Dog:
              type: object
              required: [kind]
              properties: {kind: {type: string}}
    """,
)
class DiscriminatorSound(Check):
    """Unions with a discriminator, and parents whose children extend them by ``allOf``."""

    @on(SchemaNode, having=("discriminator",))
    def schema(self, node: SchemaNode) -> None:
        """The property in each member, then the mapping."""
        stated = node.fields["discriminator"]
        if not isinstance(stated, dict) or not isinstance(stated.get("propertyName"), str):
            return
        mapping = stated.get("mapping")
        mapping = mapping if isinstance(mapping, dict) else {}
        members = [
            (member, self.tree.resolve(member))
            for keyword in ("oneOf", "anyOf")
            for member in self.tree.members(node, keyword)
            if member.types != {"null"}
        ]
        targets = self._targets(node, mapping)
        if not members:
            self._parent(node, stated)
            return
        self._members(members, stated, targets)
        known = {resolved.pointer for _, resolved in members}
        for key, target in targets.items():
            if target is not None and target.pointer not in known:
                message = (
                    f"the value {key!r} leads to {_called(target)}, which is no member of this union: add or correct it"
                )
                self.report(node.at("discriminator", "mapping", key), message)

    def _targets(self, node: SchemaNode, mapping: Mapping[str, Any]) -> dict[str, SchemaNode | None]:
        """Where the mapping leads, by value. Names stand for components (section 4.8.25.3)."""
        targets: dict[str, SchemaNode | None] = {}
        for key, entry in mapping.items():
            if not isinstance(entry, str):
                continue
            found = self.tree.target(entry if entry.startswith("#") else _SCHEMAS + escape(entry))
            if found is None:
                self.report(
                    node.at("discriminator", "mapping", key), f"{entry!r} leads nowhere: name a component schema"
                )
            targets[key] = None if found is None else self.tree.resolve(found)
        return targets

    def _members(
        self,
        members: list[tuple[SchemaNode, SchemaNode]],
        stated: Mapping[str, Any],
        targets: dict[str, SchemaNode | None],
    ) -> None:
        name = stated["propertyName"]
        mapped = {target.pointer: key for key, target in targets.items() if target is not None}
        seen: set[str] = set()
        for member, resolved in members:
            if resolved.pointer in seen:
                self.report(member.pointer, f"{_called(resolved)} is a member twice: remove one")
            elif mapped and resolved.pointer not in mapped:
                self.report(member.pointer, f"the mapping has no value for {_called(resolved)}: add one")
            elif resolved.name is None and not mapped:
                self._nameless(member, stated["propertyName"])
            else:
                values = {
                    key for key, target in targets.items() if target is not None and target.pointer == resolved.pointer
                }
                self._property(member, resolved, name, values, has_default="defaultMapping" in stated)
            seen.add(resolved.pointer)

    def _nameless(self, member: SchemaNode, name: str) -> None:
        """An inline member: invisible to a discriminator (section 4.8.25), though a constant still tells it apart."""
        declared = self.tree.all_properties(member).get(name)
        level = Level.WARNING if declared is not None and declared.enum is not None else None
        message = "a member without a name cannot be picked by a discriminator: move it to components/schemas"
        self.report(member.pointer, message, level=level)

    def _property(
        self, member: SchemaNode, resolved: SchemaNode, name: str, values: set[str], *, has_default: bool
    ) -> None:
        declared = self.tree.all_properties(resolved).get(name)
        if declared is None:
            if not self._is_union(resolved):
                self.report(
                    member.pointer, f"{_called(resolved)} has no property {name!r}, by which it should be picked"
                )
            return
        required = {each for part in self.tree.parts(resolved) for each in part.required}
        if name not in required and not has_default:
            message = f"{name!r} picks the class, so it must be required in {_called(resolved)}"
            self.report(declared.pointer, message, key=True, related=(member.pointer,))
        types = self.tree.all_types(self.tree.resolve(declared))
        if types and "string" not in types:
            self.report(declared.pointer, f"{name!r} picks the class, so it must be text", key=True)
        consts = self.tree.resolve(declared).enum
        wrong = sorted(values - {value for value in consts if isinstance(value, str)}) if consts and values else []
        if wrong:
            message = (
                f"the mapping picks {_called(resolved)} for {wrong[0]!r}, but {name!r} is one of {quoted(consts)} there"
            )
            self.report(declared.pointer, message, key=True, related=(member.pointer,))

    def _is_union(self, node: SchemaNode) -> bool:
        return any(self.tree.members(part, keyword) for part in self.tree.parts(node) for keyword in ("oneOf", "anyOf"))

    def _parent(self, node: SchemaNode, stated: Mapping[str, Any]) -> None:
        """A parent declares the property itself, for all its children."""
        name = stated["propertyName"]
        if name not in self.tree.all_properties(node):
            self.report(node.at("discriminator", "propertyName"), f"there is no property {name!r} here: declare it")
        elif (
            name not in {each for part in self.tree.parts(node) for each in part.required}
            and "defaultMapping" not in stated
        ):
            self.report(node.at("discriminator", "propertyName"), f"{name!r} picks the class, so it must be required")


def _called(node: SchemaNode) -> str:
    return node.name or "this member"
