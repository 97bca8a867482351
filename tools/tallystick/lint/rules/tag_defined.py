"""``tag-defined``."""

from tallystick.contract import Operation, Tag
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "tag-defined",
    Group.NAMES,
    "warning",
    summary="Every tag stands in the root list, with a description.",
    rationale="""
        The root list gives tags their order and their text, in documentation and as docstrings of the client's
        groups. A tag that is missing there is often a misspelled one.
    """,
    bad="""
        tags:
          - name: items
            description: What is in stock.
          - name: «users»
        paths:
          /items:
            get:
              operationId: listItems
              tags: [«itms»]
    """,
    good="""
        tags:
          - name: items
            description: What is in stock.
        paths:
          /items:
            get:
              operationId: listItems
              tags: [items]
    """,
)
class TagDefined(Check):
    """The root list, then every use."""

    def start(self) -> None:
        """The tags of the root list, and where others are used."""
        self._unknown: dict[str, list[str]] = {}
        self._declared = {tag.name for tag in self.context.contract.tags if tag.declared}

    @on(Tag)
    def tag(self, tag: Tag) -> None:
        """A declared tag has a text."""
        if tag.declared and not tag.description.strip():
            self.report(
                f"{tag.location.pointer}/name", f"the tag {tag.name!r} has no description: say what the group is for"
            )

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """Gathers the tags of operations that are not declared."""
        listed = self.context.value_at(f"{operation.location.pointer}/tags")
        for index, name in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(name, str) and name not in self._declared:
                self._unknown.setdefault(name, []).append(f"{operation.location.pointer}/tags/{index}")

    def finish(self) -> None:
        """One finding per tag, at its first use."""
        for name, pointers in self._unknown.items():
            more = f" (used {len(pointers)} times)" if len(pointers) > 1 else ""
            message = f"the tag {name!r}{more} is not in the root list `tags`: add it there, or correct its name"
            self.report(pointers[0], message, related=pointers[1:5])
