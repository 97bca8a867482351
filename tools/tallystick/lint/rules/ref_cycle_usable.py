"""``ref-cycle-usable``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, rule

_MAY_BE_EMPTY = frozenset(("string", "number", "integer", "boolean", "null"))


@rule(
    "ref-cycle-usable",
    Group.VALIDITY,
    "error",
    summary="A schema that contains itself does so through something that may be left out.",
    rationale="""
        A cycle of required properties asks for a value without end: nobody can build an instance, and nobody can send
        one. A cycle needs at least one optional property, nullable value, array or map to stop at.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            «Person»:
              type: object
              required: [partner]
              properties:
                partner:
                  $ref: '#/components/schemas/Person'
    """,
    good="""
        paths: {}
        components:
          schemas:
            Person:
              type: object
              properties:
                partner:
                  $ref: '#/components/schemas/Person'
                children:
                  type: array
                  items:
                    $ref: '#/components/schemas/Person'
    """,
)
class RefCycleUsable(Check):
    """The least fixed point of "a finite value exists": what is not in it when nothing changes any more has none."""

    def finish(self) -> None:
        """Decides every component that is part of a cycle."""
        self._finite: set[str] = set()
        open_nodes = [node for node in self.tree.components if self._refers(node)]
        undecided = {node.pointer: node for node in open_nodes}
        self._open = undecided
        changed = True
        while changed and undecided:
            decided = [pointer for pointer, node in undecided.items() if self._has_value(node, 0)]
            changed = bool(decided)
            for pointer in decided:
                del undecided[pointer]
        for pointer, node in undecided.items():
            message = (
                f"no value of {node.name!r} can exist: it requires itself without end; make one step of the cycle"
                " optional or nullable, or let it be an array that may be empty"
            )
            self.report(pointer, message, key=True)

    @staticmethod
    def _refers(node: SchemaNode) -> bool:
        return bool(node.fields)

    def _has_value(self, node: SchemaNode, depth: int) -> bool:
        """Whether a finite value exists, as far as is known; what does not recurse is taken to have one."""
        fields = node.fields
        if not fields or depth > 60 or node.enum is not None:
            return True
        if node.ref is not None:
            target = self.tree.target(node.ref)
            if target is not None and not self._known(target, depth):
                return False
        if not all(self._has_value(member, depth + 1) for member in self.tree.members(node, "allOf")):
            return False
        for keyword in ("anyOf", "oneOf"):
            members = self.tree.members(node, keyword)
            if members and not any(self._has_value(member, depth + 1) for member in members):
                return False
        return self._own_value(node, depth)

    def _known(self, target: SchemaNode, depth: int) -> bool:
        if target.name is not None:
            return target.pointer not in self._open
        return self._has_value(target, depth + 1)

    def _own_value(self, node: SchemaNode, depth: int) -> bool:
        if node.types & _MAY_BE_EMPTY:
            return True
        if "object" not in node.types and ("array" in node.types or "items" in node.fields):
            item = self.tree.child(node, "items")
            return not (node.number("minItems") or 0) or item is None or self._has_value(item, depth + 1)
        for name in node.required:
            child = self.tree.child(node, "properties", name) if name in node.properties else None
            if child is not None and not self._has_value(child, depth + 1):
                return False
        return True
