"""``required-defined``."""

from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule

_INSIDE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")


@rule(
    "required-defined",
    Group.SCHEMAS,
    "error",
    summary="Required properties are declared.",
    rationale="""
        A name in `required` that no `properties` declares is usually misspelled: everybody must send it and nobody
        knows its type. Properties of `allOf` members, of alternatives and of the schema around an alternative count.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              required: [«nmae»]
              properties:
                name: {type: string}
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              required: [name]
              properties:
                name: {type: string}
    """,
)
class RequiredDefined(Check):
    """Compares with everything that applies to the same object."""

    def start(self) -> None:
        """Names by the outermost schema around an alternative: its members share them."""
        self._names: dict[str, set[str] | None] = {}

    @on(SchemaNode, having=("required",))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the name."""
        listed = node.fields["required"]
        if not isinstance(listed, list) or not listed:
            return
        known = self._known(node)
        for index, name in enumerate(listed):
            if known is not None and isinstance(name, str) and name not in known:
                self.report(
                    node.at("required", index), f"{name!r} is required, but no property of that name is declared"
                )

    def _known(self, node: SchemaNode) -> set[str] | None:
        """Names that apply to the same object; None where the schema leaves names open on purpose."""
        outermost = node
        while outermost.parent is not None and outermost.key[0] in _INSIDE:
            outermost = outermost.parent
        if outermost.pointer not in self._names:
            self._names[outermost.pointer] = self._names_of(outermost)
        return self._names[outermost.pointer]

    def _names_of(self, outermost: SchemaNode) -> set[str] | None:
        known: set[str] = set()
        for part in self._applying(outermost):
            known |= set(part.properties)
            if "patternProperties" in part.fields or isinstance(part.fields.get("additionalProperties"), dict):
                return None
            if part.ref is not None and self.tree.target(part.ref) is None:
                return None
        return known if known or outermost.types <= {"object"} else None

    def _applying(self, node: SchemaNode) -> list[SchemaNode]:
        found: dict[str, SchemaNode] = {}
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if part.pointer not in found:
                found[part.pointer] = part
                for each in self.tree.parts(part):
                    found[each.pointer] = each
                    waiting += [m for keyword in ("anyOf", "oneOf") for m in self.tree.members(each, keyword)]
                    waiting += [m for keyword in ("if", "then", "else") if (m := self.tree.child(each, keyword))]
        return list(found.values())
