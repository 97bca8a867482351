"""``pagination``."""

from typing import Final, Literal

from tallystick.contract import Contract, Operation
from tallystick.contract.visit import SchemaNode
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, Options, on, rule
from tallystick.lint.spelling import snake_case

Style = Literal["cursor", "page", "offset"]
_NAMES: Final[dict[Style, frozenset[str]]] = {
    "cursor": frozenset((
        "after", "before", "continuation_token", "cursor", "marker", "next", "next_token", "page_after", "page_cursor",
        "page_token", "since", "since_id", "starting_after", "start_cursor",
    )),
    "page": frozenset(("page", "page_number", "page_num", "p")),
    "offset": frozenset(("offset", "skip", "start", "from_index")),
}  # fmt: skip


class PaginationOptions(Options):
    """``style``: the scheme that every list follows; without it, any will do."""

    style: Style | None = None


@rule(
    "pagination",
    Group.PROTOCOL,
    "warning",
    summary="A GET that returns a list says how to get the rest of it.",
    rationale="""
        Every list grows. One that is returned whole works until it does not, and adding pages later breaks callers.
        Offer a cursor (or a page number, or an offset), the same everywhere, and say so by `x-tally-pagination`,
        which gives the client an iterator.
    """,
    bad="""
        paths:
          /items:
            «get»:
              operationId: listItems
              responses:
                '200':
                  description: The items.
                  content:
                    application/json:
                      schema: {type: array, items: {type: object}}
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: cursor, in: query, schema: {type: string}}
              responses:
                '200':
                  description: The items.
                  content:
                    application/json:
                      schema: {type: array, items: {type: object}}
    """,
    options=PaginationOptions,
)
class Pagination(Check):
    """Lists are arrays of objects at the top of the body, or the one such array in an envelope."""

    options: PaginationOptions

    @on(Contract)
    def operations(self, contract: Contract) -> None:
        """Sorts the operations that return lists."""
        unpaged: list[str] = []
        paged = 0
        for operation in contract.operations:
            if operation.method != "GET" or not self._returns_list(operation):
                continue
            style = _style(operation)
            if style is None and "x-tally-pagination" not in operation.extensions:
                unpaged.append(operation.location.pointer)
            else:
                paged += 1
                self._compare(operation, style)
        report_lapses(self, unpaged, paged, _message, key=True)

    def _compare(self, operation: Operation, style: Style | None) -> None:
        wanted = self.options.style
        if wanted is not None and style is not None and style != wanted:
            message = f"lists go on by {wanted} in this description, this one by {style}"
            self.report(operation.location.pointer, message, key=True)

    def _returns_list(self, operation: Operation) -> bool:
        for reply in operation.replies:
            if not reply.status.startswith("2"):
                continue
            for media in reply.content:
                node = self.tree.at(media.schema.location.pointer) if media.schema is not None else None
                if node is not None and "json" in media.name:
                    return self._is_list(self.tree.resolve(node))
        return False

    def _is_list(self, node: SchemaNode) -> bool:
        if self._holds_objects(node):
            return True
        arrays = [
            child for child in self.tree.all_properties(node).values() if self._holds_objects(self.tree.resolve(child))
        ]
        others = [name for name in self.tree.all_properties(node) if "id" in name.lower().split("_")]
        return len(arrays) == 1 and not others

    def _holds_objects(self, node: SchemaNode) -> bool:
        if "array" not in self.tree.all_types(node) or node.number("maxItems") is not None:
            return False
        items = self.tree.child(node, "items")
        return items is not None and bool(self.tree.all_properties(self.tree.resolve(items)) or "object" in items.types)


def _style(operation: Operation) -> Style | None:
    names = {snake_case(parameter.name) for parameter in operation.parameters if parameter.place == "query"}
    return next((style for style, known in _NAMES.items() if names & known), None)


def _message(others: str) -> str:
    return f"a list without an end: add a cursor (or page, or offset) parameter and x-tally-pagination{others}"
