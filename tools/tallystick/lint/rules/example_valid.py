"""``example-valid``."""

from collections.abc import Iterator
from typing import Any

from tallystick.contract import Example, Header, Link, MediaType, Parameter, Schema
from tallystick.contract.visit import SchemaNode
from tallystick.document import join
from tallystick.lint.instances import Case, Misfit
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "example-valid",
    Group.PROTOCOL,
    "error",
    summary="Examples fit their schemas.",
    rationale="""
        People copy examples, mocks answer with them, and fuzzing starts from them. An example that the schema refuses
        means that one of the two is wrong, and nobody can tell which.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              responses:
                '200':
                  description: The items.
                  content:
                    application/json:
                      schema: {type: array, items: {type: integer}}
                      example: [1, «two», 3]
        components:
          schemas:
            Size:
              type: string
              maxLength: 3
              examples: [xl, «large»]
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              responses:
                '200':
                  description: The items.
                  content:
                    application/json:
                      schema: {type: array, items: {type: integer}}
                      example: [1, 2, 3]
    """,
)
class ExampleValid(Check):
    """Gathers every example with its schema, then validates all of them at once."""

    def start(self) -> None:
        """Nothing gathered."""
        self._cases: list[Case] = []
        self._flags: dict[str, frozenset[str]] = {}

    @on(MediaType)
    def media(self, media: MediaType) -> None:
        """Examples of bodies; other encodings than JSON are not JSON values."""
        if media.schema is not None and (
            "json" in media.name or media.name in ("*/*", "application/x-www-form-urlencoded")
        ):
            self._gather(media.schema, media.examples)

    @on(Parameter)
    def parameter(self, parameter: Parameter) -> None:
        """Examples of parameters."""
        if parameter.schema is not None:
            self._gather(parameter.schema, parameter.examples)

    @on(Header)
    def header(self, header: Header) -> None:
        """Examples of reply headers."""
        pointer = header.location.pointer
        stated = self.context.value_at(pointer)
        if header.schema is not None and isinstance(stated, dict) and "example" in stated:
            self._cases.append(Case(f"{pointer}/example", header.schema.value, stated["example"]))

    @on(Link)
    def link(self, link: Link) -> None:
        """Bodies that a link sends along, unless they are expressions."""
        contract = self.context.contract
        operation = next((o for o in contract.operations if o.has_id and o.id == link.operation_id), None)
        if (
            link.request_body is None
            or _has_expressions(link.request_body)
            or operation is None
            or operation.body is None
        ):
            return
        schema = operation.body.content[0].schema
        if schema is not None:
            self._cases.append(Case(f"{link.location.pointer}/requestBody", schema.value, link.request_body))

    def finish(self) -> None:
        """Adds the examples inside schemas, and asks about all of them."""
        for case in (*self._cases, *self._in_schemas()):
            self.context.expect(case, self._misfit)

    def _misfit(self, misfit: Misfit) -> None:
        message = f"the example does not fit its schema: {misfit.fault.message}"
        self.report(join(misfit.case.pointer, *misfit.fault.tokens), message, key=misfit.fault.at_key)

    def _gather(self, schema: Schema, examples: tuple[Example, ...]) -> None:
        lacks = self._lacking(schema)
        for example in examples:
            if example.external is not None:
                continue
            pointer = example.location.pointer
            stated = self.context.value_at(pointer)
            if example.name:
                field = next((f for f in ("value", "dataValue") if isinstance(stated, dict) and f in stated), None)
                if field is None:
                    continue  # a serialized form only
                pointer = f"{pointer}/{field}"
            self._cases.append(Case(pointer, schema.value, example.value, lacks))

    def _lacking(self, schema: Schema) -> frozenset[str]:
        node = self.tree.at(schema.location.pointer)
        sides = self.context.uses.sides(node) if node is not None else frozenset()
        names: frozenset[str] = frozenset()
        if "request" in sides:
            names |= self._flagged("readOnly")
        if "reply" in sides:
            names |= self._flagged("writeOnly")
        return names

    def _flagged(self, keyword: str) -> frozenset[str]:
        """Names of properties that carry a flag anywhere: required by one side only, so an example may lack them."""
        if keyword not in self._flags:
            nodes = self.tree.schemas
            self._flags[keyword] = frozenset(n.property_name for n in nodes if n.property_name and n.flag(keyword))
        return self._flags[keyword]

    def _in_schemas(self) -> Iterator[Case]:
        both = self._flagged("readOnly") | self._flagged("writeOnly")
        for node in self.tree.schemas:
            for tokens, value in _examples(node):
                yield Case(node.at(*tokens), self.context.normal(node), value, both)


def _examples(node: SchemaNode) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    listed = node.fields.get("examples")
    for index, value in enumerate(listed if isinstance(listed, list) else ()):
        yield ("examples", index), value
    if "example" in node.fields:
        yield ("example",), node.fields["example"]


def _has_expressions(value: Any) -> bool:
    if isinstance(value, str):
        return "$" in value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_expressions, children))
