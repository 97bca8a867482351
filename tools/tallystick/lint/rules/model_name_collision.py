"""``model-name-collision``."""

from tallystick.contract import Contract, pascal_case
from tallystick.document import join
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "model-name-collision",
    Group.NAMES,
    "error",
    minimal="warning",
    summary="No two component schemas, in whatever file, become the same class name.",
    rationale="""
        `stock-item` and `StockItem` both become the class `StockItem`, and `Item` and `ITEM` meet on file systems
        that do not know upper and lower case. One of the two has to take another name, which changes when the order
        does.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            StockItem: {type: object}
            «stock-item»: {type: object}
    """,
    good="""
        paths: {}
        components:
          schemas:
            StockItem: {type: object}
            StockItemSummary: {type: object}
    """,
)
class ModelNameCollision(Check):
    """Component schemas by their class name in lower case."""

    @on(Contract)
    def components(self, contract: Contract) -> None:
        """Compares each with those before it."""
        seen: dict[str, str] = {}
        for name in contract.schemas:
            other = seen.setdefault(pascal_case(name).lower() or name, name)
            if other != name:
                message = f"{name!r} and {other!r} both become the class {pascal_case(name)}: rename one"
                pointers = [join("/components/schemas", each) for each in (name, other)]
                self.report(pointers[0], message, key=True, related=(pointers[1],))
