"""Response headers: values as text of the style ``simple`` or of a media type, held against their schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_jsonable_python

from .answers import RawHeaders, header_name, header_text
from .descriptors import Header, Operation
from .lexical import readings
from .media import kind_of
from .problems import ContractViolation, Problem
from .readings import Node, NotAccepted, accepted
from .schemas import Schemas, Validator, details
from .shapes import Shape
from .styles import delimited

__all__ = ["HeaderPlan", "ProblemHeaders"]


class HeaderPlan:
    """One declared header: how its values are written, and what its schema accepts."""

    def __init__(self, attribute: str, header: Header, schemas: Schemas, path: tuple[str, ...]) -> None:
        self.attribute = attribute
        self.name = header.name.lower().encode("latin-1")
        self.required = header.required
        self._explode = header.explode
        self._is_json = header.media_type is not None and kind_of(header.media_type) == "json"
        self._has_lines = self.name == b"set-cookie"  # its values hold commas (RFC 9110, section 5.3)
        self._shape: Shape | None = schemas.shape(*path) if schemas.has(*path) else None
        self._validator: Validator | None = schemas.validator(*path) if self._shape is not None else None
        self._has_parts = self._shape is not None and (self._shape.is_array or self._shape.is_object)

    def add(self, headers: RawHeaders, value: Any, *, check: bool) -> None:
        """Adds the field, or several of those that cannot be one.

        Raises:
            ContractViolation: the header section cannot hold the value, or the schema refuses it.
        """
        if self._has_lines and isinstance(value, (list, tuple)):
            headers.extend((self.name, header_text(each).encode("latin-1")) for each in value)
            if check:
                self._hold(list(value))
            return
        text = value if type(value) is str and not self._is_json else self._written(value)
        headers.append((self.name, header_text(text).encode("latin-1")))
        if check:
            self._check(text)

    def missing(self) -> ContractViolation:
        """The alarm for a required header without a value."""
        return ContractViolation(f"the header {self.name.decode()} is required")

    def _written(self, value: Any) -> str:
        if not self._is_json and not isinstance(value, (BaseModel, Mapping, list, tuple, set, frozenset)):
            return header_text(value)
        try:
            plain = to_jsonable_python(value, by_alias=True)
            if self._shape is not None:
                plain = _without_absent(plain, self._shape)
            return _json(plain) if self._is_json else self._simple(plain)
        except (PydanticSerializationError, ValueError) as error:
            raise ContractViolation(f"the header {self.name.decode()} cannot be written: {error}") from error

    def _simple(self, value: Any) -> str:
        """A list with commas; an object as ``k,v``, or as ``k=v`` when exploded."""
        if isinstance(value, list):
            return ",".join(self._part(item) for item in value)
        if not isinstance(value, dict):
            return header_text(value)
        join = "=" if self._explode else ","
        return ",".join(f"{self._part(key, join)}{join}{self._part(item)}" for key, item in value.items())

    def _part(self, value: Any, join: str = ",") -> str:
        if value is None:
            return ""
        text = _json(value) if isinstance(value, (list, dict)) else header_text(value)
        if "," in text or join in text:
            sign = "," if "," in text else join
            raise ContractViolation(
                f"the header {self.name.decode()} has a part with {sign!r}, which would end that part"
            )
        return text

    def _check(self, text: str) -> None:
        if self._validator is None or self._shape is None:
            return
        if self._is_json:
            self._hold(json.loads(text))
        elif not self._has_parts:
            if not any(map(self._validator.is_valid, readings(text, self._shape.scalars))):
                self._hold(readings(text, self._shape.scalars)[0])
        else:
            self._read(delimited(text, "simple", self._shape, _as_it_is, explode=self._explode))

    def _read(self, node: Node) -> None:
        """Refuses a text if none of the values that it may stand for is accepted."""
        assert self._validator is not None
        assert self._shape is not None
        try:
            accepted(node, self._shape, self._validator.is_valid)
        except NotAccepted as error:
            if not error.gave_up:
                self._hold(error.closest)

    def _hold(self, value: Any) -> None:
        if self._validator is None or self._validator.is_valid(value):
            return
        faults = "; ".join(f"{each.pointer} {each.detail}".lstrip() for each in details(self._validator, value))
        raise ContractViolation(f"the header {self.name.decode()} does not fit its schema: {faults}")


class ProblemHeaders:
    """The headers that one operation declares for the statuses of its problems."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self._operation = operation
        self._schemas = schemas
        self._plans: dict[int, dict[str, HeaderPlan]] = {}

    def add(self, headers: RawHeaders, problem: Problem, *, check: bool) -> None:
        """Adds the headers of a raised problem.

        Raises:
            ContractViolation: a required one is missing, or one has a value that its schema refuses, or no name.
        """
        if problem.status not in self._plans:
            self._plans[problem.status] = self._declared(problem.status)
        plans = self._plans[problem.status]
        given = {name.lower(): value for name, value in problem.headers.items()}
        for name, value in given.items():
            plan = plans.get(name)
            if plan is None:
                headers.append((header_name(name), header_text(value).encode("latin-1")))
            else:
                plan.add(headers, value, check=check)
        for name, plan in plans.items():
            if plan.required and name not in given:
                raise plan.missing()

    def _declared(self, status: int) -> dict[str, HeaderPlan]:
        reply = self._operation.reply_for(status)
        if reply is None:
            return {}
        path = ("operations", self._operation.id, "replies", reply.status, "headers")
        return {
            header.name.lower(): HeaderPlan("", header, self._schemas, (*path, header.name)) for header in reply.headers
        }


def _as_it_is(text: str) -> str:
    return text


def _json(value: Any) -> str:
    """JSON in ASCII, as the header section has no other characters for sure (RFC 9110, section 5.5)."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _without_absent(value: Any, shape: Shape) -> Any:
    """The value without members that are None only because they are absent."""
    if isinstance(value, list):
        return [_without_absent(item, shape.item) for item in value]
    if not isinstance(value, dict):
        return value
    parts = {name: (member, shape.property(name)) for name, member in value.items()}
    return {
        name: _without_absent(member, part)
        for name, (member, part) in parts.items()
        if member is not None or "null" in part.types
    }
