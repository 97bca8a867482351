"""``extension-valid``."""

import difflib
import functools
from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs

from tallystick.contract import Operation, Reply, Schema
from tallystick.contract.visit import Extension
from tallystick.document import join, pointer_tokens
from tallystick.lint.meta_schema import faults_of
from tallystick.lint.rule import Check, Group, on, rule

_DURATION: Final = {"type": "string", "pattern": r"^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$"}
_DATE: Final = {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"}
_TEXT: Final = {"type": "string", "minLength": 1}
_FLAG: Final = {"type": "boolean"}
_POINTER: Final = {"type": "string", "pattern": "^(/[^/]*)*$"}


def _closed(needed: tuple[str, ...], /, **fields: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "additionalProperties": False, "properties": fields}


_PROBLEM: Final = _closed(
    ("type",), type=_TEXT, title=_TEXT, name={"type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"}, retryable=_FLAG
)
_SHAPES: Final[Mapping[str, tuple[tuple[str, ...], Any]]] = {
    "x-tally-name": (("operation",), {"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"}),
    "x-tally-problem": (("response",), {"anyOf": [_PROBLEM, {"type": "array", "minItems": 1, "items": _PROBLEM}]}),
    "x-tally-pagination": (
        ("operation",),
        _closed(
            ("style", "cursor", "items", "next"), style={"const": "cursor"}, cursor=_TEXT, limit=_TEXT, items=_POINTER,
            next=_POINTER,
        ),
    ),
    "x-tally-idempotency": (("operation",), _closed(("header",), header=_TEXT, required=_FLAG, retention=_DURATION)),
    "x-tally-open-enum": (("schema",), _FLAG),
    "x-tally-rate-limit": (
        ("openapi", "operation"),
        _closed(
            ("name", "limit", "window"), name=_TEXT, limit={"type": "integer", "minimum": 1}, window=_DURATION,
            by={"enum": ["caller", "address"]},
        ),
    ),
    "x-tally-retryable": (("operation", "response"), _FLAG),
    "x-tally-sunset": (("operation",), {"anyOf": [_DATE, _closed(("date",), date=_DATE, successor=_TEXT)]}),
    "x-tally-ignore": ((), {"type": "array", "items": {"type": "string"}}),
}  # fmt: skip
"""Kinds of objects that an extension stands on (any, when there are none) and the JSON Schema of its value."""


@functools.cache
def _validator(name: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(_SHAPES[name][1], offline=True)


@rule(
    "extension-valid",
    Group.VALIDITY,
    "error",
    summary="Every `x-tally-` extension is known, stands where it means something, and has a right value.",
    rationale="""
        Extensions carry policy that server and client agree on: pagination, idempotency, retries, problem types. A
        misspelled one is passed over by everybody and the policy silently disappears. docs/extensions.md lists them.
    """,
    bad="""
        paths:
          /items:
            get:
              x-tally-nam: «items.list»
              x-tally-retryable: «maybe»
    """,
    good="""
        paths:
          /items:
            get:
              x-tally-name: items.list
              x-tally-retryable: true
    """,
)
class ExtensionValid(Check):
    """Shapes by JSON Schema, then what the values refer to."""

    def start(self) -> None:
        """Calls are unique in the description."""
        self._calls: dict[str, str] = {}

    @on(Extension)
    def shape(self, extension: Extension) -> None:
        """Name, place and value of one extension."""
        pointer = join(extension.pointer, extension.name)
        if extension.name not in _SHAPES:
            near = difflib.get_close_matches(extension.name, _SHAPES, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(_SHAPES)}"
            self.report(pointer, f"there is no extension {extension.name}: {hint}")
            return
        kinds = _SHAPES[extension.name][0]
        if kinds and extension.kind not in kinds:
            self.report(pointer, f"{extension.name} means nothing here: it stands on {' or '.join(kinds)}", key=True)
            return
        for fault in faults_of(_validator(extension.name), extension.value):
            message = fault.message.replace("this", extension.name, 1) if not fault.tokens else fault.message
            self.report(
                join(pointer, *fault.tokens), f"{extension.name}: {message}", key=fault.at_key and bool(fault.tokens)
            )

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """What the extensions of an operation refer to."""
        pointer = operation.location.pointer
        extensions = operation.extensions
        self._call(operation)
        for name, check in (
            ("x-tally-pagination", self._pagination),
            ("x-tally-idempotency", self._idempotency),
            ("x-tally-sunset", self._sunset),
        ):
            value = extensions.get(name)
            if value is not None and _validator(name).is_valid(value):
                check(operation, value, f"{pointer}/{name}")

    @on(Reply)
    def reply(self, reply: Reply) -> None:
        """Problems belong to error replies."""
        if reply.is_success and "x-tally-problem" in reply.extensions:
            pointer = f"{reply.location.pointer}/x-tally-problem"
            self.report(pointer, f"the status {reply.status} is no error: x-tally-problem means nothing here", key=True)

    def _call(self, operation: Operation) -> None:
        call = operation.extensions.get("x-tally-name")
        if not isinstance(call, str):
            return
        pointer = f"{operation.location.pointer}/x-tally-name"
        if call in self._calls:
            message = f"the call {call!r} is taken by another operation: choose another"
            self.report(pointer, message, related=(self._calls[call],))
        self._calls.setdefault(call, pointer)

    def _pagination(self, operation: Operation, value: Mapping[str, Any], pointer: str) -> None:
        queries = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
        for field in ("cursor", "limit"):
            if field in value and value[field] not in queries:
                message = f"there is no query parameter {value[field]!r}: declare it, or name one of {_listed(queries)}"
                self.report(f"{pointer}/{field}", message)
        body = self._success_body(operation)
        for field in ("items", "next"):
            if body is not None and not self._leads_somewhere(body, value[field]):
                self.report(f"{pointer}/{field}", f"the body of the success reply has nothing at {value[field]!r}")

    def _success_body(self, operation: Operation) -> Schema | None:
        for reply in operation.replies:
            if reply.status.startswith("2"):
                return next((media.schema for media in reply.content if media.schema is not None), None)
        return None

    def _leads_somewhere(self, body: Schema, pointer: str) -> bool:
        node = self.tree.at(body.location.pointer)
        for token in pointer_tokens(pointer):
            if node is None:
                return True  # an open part of the schema
            properties = self.tree.all_properties(node)
            if token not in properties:
                return not properties
            node = properties[token]
        return True

    def _idempotency(self, operation: Operation, value: Mapping[str, Any], pointer: str) -> None:
        name = value["header"].lower()
        header = next((p for p in operation.parameters if p.place == "header" and p.name.lower() == name), None)
        if header is None:
            self.report(f"{pointer}/header", f"the operation has no header parameter {value['header']!r}: declare it")
        elif "required" in value and value["required"] != header.required:
            message = f"the header parameter says `required: {str(header.required).lower()}`: let both say the same"
            self.report(f"{pointer}/required", message, related=(header.location.pointer,))

    def _sunset(self, operation: Operation, value: Any, pointer: str) -> None:
        if not operation.deprecated:
            self.report(pointer, "x-tally-sunset stands beside `deprecated: true`: add it", key=True)
        successor = value.get("successor") if isinstance(value, dict) else None
        known = {other.id for other in self.context.contract.every_operation() if other.has_id}
        if successor is not None and successor not in known:
            self.report(
                f"{pointer}/successor", f"there is no operation {successor!r}: name the operationId of the successor"
            )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "those there will be"
