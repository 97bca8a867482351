"""Names in the query string that two parameters of an operation claim.

The properties of an exploded object are names of their own there (OpenAPI 3.1.1, section 4.8.12.3, style ``form``).
"""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.contract import Contract, Operation, Parameter
from tallystick.findings import Finding, Level
from tallystick.generate.runtime.server.shapes import Shape

__all__ = ["query_name_findings"]


def query_name_findings(contract: Contract, operation: Operation) -> Iterator[Finding]:
    """Properties of exploded objects that never arrive, because another parameter gets what has their name."""
    query = [each for each in operation.parameters if each.place == "query"]
    shapes = {each.name: _shape(contract, each) for each in query}
    spread = [each for each in query if _is_spread(each, shapes[each.name])]
    owners = {each.name: each for each in query if each not in spread and _owns_its_name(each, shapes[each.name])}
    for parameter in spread:
        shape = shapes[parameter.name]
        for name in shape.properties if shape is not None else ():
            owner = owners.setdefault(name, parameter)
            if owner is not parameter:
                message = (
                    f"the property {name!r} of the parameter {parameter.name!r} has a name in the query string that the"
                    f" parameter {owner.name!r} has too and gets: rename one, or give the first `style: deepObject`"
                )
                place = parameter.location.place
                yield Finding("server-query", Level.WARNING, message, place, operation.id, (owner.location.place,))


def _shape(contract: Contract, parameter: Parameter) -> Shape | None:
    """What the schema says, None where it leads nowhere, which is a finding of its own."""
    if parameter.schema is None:
        return None
    shape = Shape(parameter.schema.value, lambda ref: contract.at(ref).value)
    try:
        return shape if shape.types else None
    except KeyError:
        return None


def _is_spread(parameter: Parameter, shape: Shape | None) -> bool:
    return parameter.style == "form" and parameter.explode and shape is not None and shape.is_object


def _owns_its_name(parameter: Parameter, shape: Shape | None) -> bool:
    """Whether a parameter is sent under its own name; the members of a deep object have theirs in brackets."""
    return parameter.style != "deepObject" or shape is None or not shape.types <= {"null", "object"}
