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
    """The least fixed point of "a finite value exists": what is not in it when nothing changes any more has none.

    Every schema that a reference leads to is decided once; when it is, those that waited for it are looked at again.
    """

    def finish(self) -> None:
        """Decides every component and every other target of a reference."""
        targets = [
            self.tree.target(reference.target) for reference in self.tree.references if reference.kind == "schema"
        ]
        nodes = {node.pointer: node for node in (*self.tree.components, *targets) if node is not None}
        self._open = dict(nodes)
        self._waiting: dict[str, set[str]] = {}
        queue = list(nodes)
        while queue:
            self._current = queue.pop()
            if self._current in self._open and self._has_value(nodes[self._current]):
                del self._open[self._current]
                queue += self._waiting.pop(self._current, ())
        for pointer, node in self._open.items():
            if node.name is not None:
                message = (
                    f"no value of {node.name!r} can exist: it requires itself without end; make one step of the cycle"
                    " optional or nullable, or let it be an array that may be empty"
                )
                self.report(pointer, message, key=True)

    def _has_value(self, node: SchemaNode) -> bool:
        """Whether a finite value exists, as far as is known by now."""
        if not node.fields or node.enum is not None:
            return True
        if node.ref is not None and not self._known(self.tree.target(node.ref)):
            return False
        if not all(self._has_value(member) for member in self.tree.members(node, "allOf")):
            return False
        for keyword in ("anyOf", "oneOf"):
            members = self.tree.members(node, keyword)
            if members and not any(self._has_value(member) for member in members):
                return False
        return self._own_value(node)

    def _known(self, target: SchemaNode | None) -> bool:
        """Whether the target is known to have a value; if not, the schema in hand waits for it."""
        if target is None or target.pointer not in self._open:
            return True
        self._waiting.setdefault(target.pointer, set()).add(self._current)
        return False

    def _own_value(self, node: SchemaNode) -> bool:
        if node.types & _MAY_BE_EMPTY:
            return True
        if "object" not in node.types and ("array" in node.types or "items" in node.fields):
            item = self.tree.child(node, "items")
            return not (node.number("minItems") or 0) or item is None or self._has_value(item)
        for name in node.required:
            child = self.tree.child(node, "properties", name) if name in node.properties else None
            if child is not None and not self._has_value(child):
                return False
        return True
