"""Parameters of an operation with their wire style (OpenAPI 3.1.1, section 4.8.12)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from tallystick.contract.media import MediaReader
from tallystick.contract.model import Parameter, Schema
from tallystick.contract.names import KEYWORDS, distinct, snake_case
from tallystick.contract.node import Node
from tallystick.findings import Level

__all__ = ["ParameterReader", "path_placeholders"]

_PLACES: Final = ("path", "query", "header", "cookie", "querystring")
_STYLES: Final = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
    "querystring": ("form",),
}
"""Styles by place, the default first."""
_EXPLODED: Final = ("form", "cookie", "deepObject")
_IGNORED_HEADERS: Final = ("accept", "content-type", "authorization")
_RESERVED: Final = KEYWORDS | {"body", "options"}
"""Argument names that generated signatures use themselves."""


def path_placeholders(path: str) -> list[str]:
    """The names in braces of a path template, in order, each once."""
    return list(dict.fromkeys(re.findall(r"\{([^{}]*)\}", path)))


class ParameterReader:
    """Merges, completes and names the parameters of one operation at a time."""

    def __init__(self, media: MediaReader) -> None:
        self._media = media
        self._read: dict[str, Parameter | None] = {}

    def of(self, path: str | None, shared: list[Node], own: list[Node], operation: Node) -> tuple[Parameter, ...]:
        """The parameters of an operation, path parameters in the order of the template first.

        Args:
            path: the path template; None for webhooks and callbacks, whose paths name no parameters.
            shared: the entries of the path item.
            own: the entries of the operation, which win.
            operation: where a missing path parameter is reported.
        """
        parameters = list((self._unique(shared) | self._unique(own)).values())
        if path is not None:
            parameters = self._matched(path, parameters, operation)
        return _named(parameters)

    def _unique(self, listed: list[Node]) -> dict[tuple[str, str], Parameter]:
        """The parameters of one list by place and name; of two that are equal in both the first one counts."""
        unique: dict[tuple[str, str], Parameter] = {}
        for node in listed:
            parameter = self._parameter(node)
            if parameter is None:
                continue
            key = (parameter.place, parameter.name.lower() if parameter.place == "header" else parameter.name)
            if key in unique:
                message = f"the {parameter.place} parameter {parameter.name!r} stands here twice: remove one of them"
                node.report("param-unique", message, Level.ERROR)
            unique.setdefault(key, parameter)
        return unique

    def _parameter(self, node: Node) -> Parameter | None:
        """The parameter behind a node; each is read once, however many operations share it."""
        resolved = node.resolved("parameter")
        if resolved is None:
            return None
        pointer = resolved.location.pointer
        if pointer not in self._read:
            self._read[pointer] = self._checked(resolved)
        return self._read[pointer]

    def _checked(self, resolved: Node) -> Parameter | None:
        name, place = resolved.text("name"), resolved.text("in")
        if not name or place not in _PLACES:
            resolved.report(
                "parameter", f"a parameter needs `name` and `in` (one of {', '.join(_PLACES)})", Level.ERROR
            )
            return None
        if place == "header" and name.lower() in _IGNORED_HEADERS:
            message = f"a header parameter {name!r} is ignored (OpenAPI 3.1.1, 4.8.12.2.1): use media types or security"
            resolved.report("header-ignored", message, Level.INFO)
            return None
        return self._built(resolved, name, place)

    def _built(self, node: Node, name: str, place: Any) -> Parameter:
        style = node.text("style") or _STYLES[place][0]
        if style not in _STYLES[place]:
            allowed = ", ".join(_STYLES[place])
            node.child("style").report(
                "parameter-style", f"the style {style!r} does not go with `in: {place}`: use {allowed}", Level.ERROR
            )
            style = _STYLES[place][0]
        content = self._media.content(node)
        schema = None if content else self._schema(node)
        return Parameter(
            name=name,
            place=place,
            schema=schema,
            required=place == "path" or node.flag("required"),
            style=style,  # type: ignore[arg-type]  # checked against the table of styles
            explode=node.flag("explode", default=style in _EXPLODED),
            allow_reserved=node.flag("allowReserved"),
            allow_empty=node.flag("allowEmptyValue"),
            description=node.text("description"),
            deprecated=node.flag("deprecated"),
            examples=self._media.examples(node),
            location=node.location,
            python_name="",
            content=content,
            extensions=node.extensions(),
        )

    def _schema(self, node: Node) -> Schema:
        schema = self._media.schema(node, "schema")
        if schema is None:
            node.report("parameter", "a parameter needs a `schema` (or `content`): any value is allowed", Level.ERROR)
        return schema or Schema(value=True, location=node.location)

    @staticmethod
    def _matched(path: str, parameters: list[Parameter], operation: Node) -> list[Parameter]:
        """Path parameters brought in line with the template: missing ones are text, others are dropped."""
        placeholders = path_placeholders(path)
        declared = {parameter.name: parameter for parameter in parameters if parameter.place == "path"}
        ordered = []
        for name in placeholders:
            if name not in declared:
                message = f"the path {path} has {{{name}}}, but no path parameter of that name: declare it"
                operation.report("path-params-match", message, Level.ERROR, key=True)
            ordered.append(declared.get(name) or _text_parameter(name, operation))
        for name, parameter in declared.items():
            if name not in placeholders:
                message = (
                    f"the path parameter {name!r} does not stand in {path}: remove it, or put {{{name}}} into the path"
                )
                _at(operation, parameter).report("path-params-match", message, Level.ERROR)
        return ordered + [parameter for parameter in parameters if parameter.place != "path"]


def _at(operation: Node, parameter: Parameter) -> Node:
    """A node for what is wrong with a parameter in this operation."""
    return Node(None, parameter.location, operation.document, operation.findings, operation.operation)


def _text_parameter(name: str, operation: Node) -> Parameter:
    return Parameter(
        name=name, place="path", schema=Schema({"type": "string"}, operation.location), required=True, style="simple",
        explode=False, allow_reserved=False, allow_empty=False, description="", deprecated=False, examples=(),
        location=operation.location, python_name="",
    )  # fmt: skip


def _named(parameters: list[Parameter]) -> tuple[Parameter, ...]:
    """Argument names: path parameters have the first choice; others meeting one of those carry their place."""
    path = {p.name: _candidates(p) for p in parameters if p.place == "path"}
    path_names = distinct(path, reserved=_RESERVED)
    others = {f"{p.place} {p.name}": _candidates(p, avoid=path_names.values()) for p in parameters if p.place != "path"}
    other_names = distinct(others, reserved=_RESERVED | set(path_names.values()))
    return tuple(
        replace(p, python_name=path_names[p.name] if p.place == "path" else other_names[f"{p.place} {p.name}"])
        for p in parameters
    )


def _candidates(parameter: Parameter, avoid: Any = ()) -> tuple[str, ...]:
    names = [snake_case(parameter.name), snake_case(parameter.name, symbols=True)]
    names = [f"{parameter.place}_{name}" if not name or name[0].isdigit() else name for name in names]
    names = [name.rstrip("_") for name in names]
    with_place = [f"{name}_{parameter.place}" for name in names]
    if names[0] in avoid:
        return tuple(with_place)
    return (*names, *with_place)
