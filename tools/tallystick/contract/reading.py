"""A bundled description into a :class:`Contract`.

Reading never refuses a description that could be loaded: what is wrong costs the object it stands in, and a finding
tells where it is.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tallystick.contract import operation_names
from tallystick.contract.media import MediaReader
from tallystick.contract.model import Contract, Operation, Schema, Server, Tag
from tallystick.contract.node import Node
from tallystick.contract.normal_form import normal_form
from tallystick.contract.parameters import ParameterReader
from tallystick.contract.security import SecurityReader
from tallystick.document import METHODS, Bundle, Location, collector_off
from tallystick.findings import Finding, InputError, Level

__all__ = ["read", "read_normal"]

_MOST_PARTS: Final = 100_000


def read(bundle: Bundle) -> Contract:
    """The contract that a bundled description states.

    Raises:
        InputError: references make it larger than any description needs to be.
    """
    location = Location(bundle, "")
    with collector_off():
        document, findings = normal_form(bundle.value, location)
    return read_normal(document, location, (*bundle.findings, *findings))


def read_normal(document: Mapping[str, Any], location: Location, findings: tuple[Finding, ...] = ()) -> Contract:
    """The contract of a description that is in normal form already (a canonical document, for example)."""
    with collector_off():
        return _ContractReader(Node.root(document, location)).contract(findings)


class _Place(enum.Enum):
    """Where an operation stands."""

    PATH = enum.auto()
    WEBHOOK = enum.auto()
    CALLBACK = enum.auto()


class _ContractReader:
    def __init__(self, root: Node) -> None:
        self._root = root
        self._media = MediaReader()
        self._parameters = ParameterReader(self._media)
        self._security = SecurityReader(root)
        self._parts = 0

    def contract(self, findings: tuple[Finding, ...]) -> Contract:
        root = self._root
        info = root.mapping("info")
        operations = tuple(self._operations(root.mapping("paths"), paths=True))
        webhooks = tuple(self._operations(root.mapping("webhooks"), paths=False))
        operations, webhooks = operation_names.decided(operations, webhooks, root)
        return Contract(
            openapi=root.text("openapi"),
            title=info.text("title") or "API",
            version=info.text("version"),
            description=info.text("description"),
            info=info.value,
            servers=_servers(root),
            tags=_tags(root, operations),
            operations=operations,
            webhooks=webhooks,
            schemas=self._schemas(),
            security_schemes=self._security.schemes,
            location=root.location,
            document=root.value,
            findings=(*findings, *root.findings),
            extensions=root.extensions(),
        )

    def _schemas(self) -> dict[str, Schema]:
        named = self._root.mapping("components").mapping("schemas")
        return {
            name: Schema(value, named.location.child(name), name)
            for name, value in named.value.items()
            if isinstance(value, dict | bool)
        }

    def _operations(self, items: Node, *, paths: bool) -> Iterator[Operation]:
        for path, item in items.entries():
            if not isinstance(item.value, dict):
                item.report("path-item", f"{path!r} must hold a path item: a map of methods", Level.ERROR)
            elif paths and not path.startswith("/"):
                item.report("path-item", f"the path {path!r} must begin with '/'", Level.ERROR, key=True)
            else:
                yield from self._path_item(path, item, _Place.PATH if paths else _Place.WEBHOOK)

    def _path_item(self, path: str, item: Node, place: _Place) -> Iterator[Operation]:
        resolved = item.resolved("pathItem")
        if resolved is None:
            return
        shared = resolved.items("parameters")
        if resolved is not item:
            shared = [*shared, *item.items("parameters")]
        for method, node in _methods(resolved, item):
            yield self._operation(path, method, node, shared, resolved, place)

    def _operation(
        self, path: str, method: str, node: Node, shared: list[Node], item: Node, place: _Place
    ) -> Operation:
        stated_id = node.text("operationId")
        label = stated_id or f"{method} {path}"
        node = node.within(label)
        security, stated = self._security.of(node)
        shared = [part.within(label) for part in shared]
        own = node.items("parameters")
        self._count(1 + len(shared) + len(own), node)
        return Operation(
            id=stated_id or operation_names.derived_id(method, path),
            method=method,
            path=path,
            tags=_tag_names(node),
            summary=node.text("summary") or item.text("summary"),
            description=node.text("description") or item.text("description"),
            parameters=self._parameters.of(path if place is _Place.PATH else None, shared, own, node),
            body=self._media.body(node),
            replies=self._media.replies(node),
            security=security,
            security_stated=stated,
            servers=_servers(node) or _servers(item) or _servers(self._root),
            deprecated=node.flag("deprecated"),
            callbacks=tuple(self._callbacks(node, place)),
            location=node.location,
            python_name="",
            group="",
            call="",
            has_id=bool(stated_id),
            extensions=node.extensions(),
        )

    def _callbacks(self, node: Node, place: _Place) -> Iterator[Operation]:
        if place is _Place.CALLBACK:
            if node.has("callbacks"):
                message = "callbacks of a callback are not read: describe them as webhooks"
                node.child("callbacks").report("callback-nesting", message, Level.WARNING)
            return
        for _, callback in node.mapping("callbacks").entries():
            resolved = callback.resolved("callback")
            if resolved is None:
                continue
            for expression, item in resolved.entries():
                if isinstance(item.value, dict):
                    yield from self._path_item(expression, item, _Place.CALLBACK)
                else:
                    item.report("path-item", f"{expression!r} must hold a path item: a map of methods", Level.ERROR)

    def _count(self, parts: int, node: Node) -> None:
        """References let a small description stand for any number of operations."""
        self._parts += parts
        if self._parts > _MOST_PARTS:
            message = f"the description has more than {_MOST_PARTS} operations and parameters, references followed"
            raise InputError.of("too-large", f"{message}: split it into several", node.location.place)


def _methods(resolved: Node, item: Node) -> Iterator[tuple[str, Node]]:
    for method in METHODS:
        holder = item if method in item.value else resolved
        if isinstance(holder.value.get(method), dict):
            yield method.upper(), holder.child(method)
        elif method in holder.value:
            holder.child(method).report("operation", f"`{method}` must hold an operation (a map)", Level.ERROR)
    for holder in (resolved,) if resolved is item else (resolved, item):
        for method, node in holder.mapping("additionalOperations").every_entry():
            if isinstance(node.value, dict):
                yield method, node
            else:
                node.report("operation", f"`{method}` must hold an operation (a map)", Level.ERROR)


def _tag_names(node: Node) -> tuple[str, ...]:
    names = []
    for entry in node.items("tags"):
        if isinstance(entry.value, str) and entry.value:
            names.append(entry.value)
        else:
            entry.report("wrong-shape", "a tag must be text, and not empty", Level.ERROR)
    return tuple(dict.fromkeys(names))


def _servers(node: Node) -> tuple[Server, ...]:
    servers = []
    for entry in node.items("servers"):
        if isinstance(entry.value, dict) and isinstance(entry.value.get("url"), str):
            variables = {name: v.value for name, v in entry.mapping("variables").entries() if isinstance(v.value, dict)}
            servers.append(Server(entry.text("url"), entry.text("description"), variables, entry.location))
        else:
            entry.report("wrong-shape", "a server must be a map with `url`", Level.ERROR)
    return tuple(servers)


def _tags(root: Node, operations: tuple[Operation, ...]) -> tuple[Tag, ...]:
    """The root list, then tags that only operations mention, in order of use."""
    tags: dict[str, Tag] = {}
    for entry in root.items("tags"):
        if isinstance(entry.value, dict) and (name := entry.text("name")) and name not in tags:
            python_name = operation_names.group_name(name)
            parent = entry.text("parent") or None
            tags[name] = Tag(name, python_name, entry.text("description"), entry.location, parent)
    for operation in operations:
        for name in operation.tags or (operation.tag,):
            if name not in tags:
                location = operation.location.child("tags") if operation.tags else operation.location
                tags[name] = Tag(name, operation_names.group_name(name), "", location, declared=False)
    return tuple(tags.values())
