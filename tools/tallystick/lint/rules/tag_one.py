"""``tag-one``."""

from tallystick.contract import Contract
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "tag-one",
    Group.NAMES,
    "warning",
    summary="Every operation has exactly one tag.",
    rationale="""
        The tag names the group on the client (`client.items`) and the set of handlers on the server. Without one an
        operation lands in `default`; of several, the first counts and the others mean nothing in code.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              tags: «[items, lists]»
            «post»:
              operationId: createItem
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              tags: [items]
    """,
)
class TagOne(Check):
    """Operations on paths; webhooks and callbacks are not called through a group."""

    @on(Contract)
    def operations(self, contract: Contract) -> None:
        """Counts tags."""
        for operation in contract.operations:
            pointer = operation.location.pointer
            if len(operation.tags) > 1:
                message = f"{len(operation.tags)} tags: keep the one that names the group, here {operation.tag!r}"
                self.report(f"{pointer}/tags", message)
            elif not operation.tags:
                self.report(pointer, "the operation has no tag: add the one that names its group", key=True)
