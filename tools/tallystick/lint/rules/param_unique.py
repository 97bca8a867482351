"""``param-unique``."""

from typing import Any

from tallystick.contract import Operation
from tallystick.document import fragment_tokens
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "param-unique",
    Group.VALIDITY,
    "error",
    summary="A parameter is listed once: name and place together are unique.",
    rationale="""
        Of two parameters with the same name and place only one can be meant, and tools disagree which. An operation
        may override a parameter of its path, but within one list there is no order. Header names do not know upper
        and lower case.
    """,
    bad="""
        paths:
          /items:
            get:
              parameters:
                - {name: limit, in: query, schema: {type: integer}}
                - «{name: limit, in: query, schema: {type: string}}»
    """,
    good="""
        paths:
          /items:
            parameters:
              - {name: limit, in: query, schema: {type: string}}
            get:
              parameters:
                - {name: limit, in: query, schema: {type: integer}}
    """,
)
class ParamUnique(Check):
    """Looks at each list of parameters as it was written."""

    def start(self) -> None:
        """Lists of a path are looked at once."""
        self._seen: set[str] = set()

    @on(Operation)
    def lists(self, operation: Operation) -> None:
        """The list of the operation and that of its path."""
        pointer = operation.location.pointer
        for holder in (pointer, pointer.rpartition("/")[0]):
            if holder not in self._seen:
                self._seen.add(holder)
                self._check(holder)

    def _check(self, holder: str) -> None:
        value = self.context.value_at(holder)
        listed = value.get("parameters") if isinstance(value, dict) else None
        found: dict[tuple[str, str], str] = {}
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            key = self._key(entry)
            if key is None:
                continue
            pointer = f"{holder}/parameters/{index}"
            if key in found:
                message = f"the {key[1]} parameter {key[0]!r} is listed twice: remove one"
                self.report(pointer, message, related=(found[key],))
            found.setdefault(key, pointer)

    def _key(self, entry: Any) -> tuple[str, str] | None:
        for _ in range(20):  # a chain of references this long is a circle, which has its own finding
            if not isinstance(entry, dict) or not isinstance(entry.get("$ref"), str):
                break
            reference = entry["$ref"]
            if not reference.startswith("#"):
                return None
            entry = self.context.value_at(reference[1:], tokens=_tokens(reference))
        if not isinstance(entry, dict):
            return None
        name, place = entry.get("name"), entry.get("in")
        if not isinstance(name, str) or not isinstance(place, str):
            return None
        return (name.lower() if place == "header" else name, place)


def _tokens(reference: str) -> list[str]:
    try:
        return fragment_tokens(reference)
    except ValueError:
        return ["", ""]
