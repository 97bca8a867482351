"""One walk over an API for everybody who looks at all of it: lint, diff, generators, docs.

Two kinds of nodes are met, each once per place, in the order of the description:

- the dataclasses of :mod:`tallystick.contract.model` (operations with parameters merged, bodies, replies, …);
- :class:`SchemaNode`: every Schema Object as it was written, and :class:`Prose`: every description and title, those of
  components that nothing uses included.

A visitor names the node types it wants; nobody walks by himself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from tallystick.contract.model import Body, Contract, Header, MediaType, Operation, Parameter, Reply
from tallystick.contract.tree import Extension, Prose, Reference, SchemaNode, Tree, pointer_tokens_of
from tallystick.document import Bundle

__all__ = [
    "Extension",
    "Prose",
    "Reference",
    "SchemaNode",
    "Tree",
    "Visitors",
    "model_nodes",
    "pointer_tokens_of",
    "tree_of",
]

Node = TypeVar("Node")


def tree_of(contract: Contract) -> Tree:
    """The tree of the description behind a contract: as written, or in normal form where that is unknown."""
    source = contract.location.source
    return Tree(source.value if isinstance(source, Bundle) else contract.document)


class Visitors:
    """Handlers by node type. Schema handlers may name keywords: they are called for schemas that have one of them."""

    def __init__(self) -> None:
        self._by_type: dict[type, list[Callable[[Any], None]]] = {}
        self._by_keyword: dict[str, list[tuple[Callable[[SchemaNode], None], bool]]] = {}
        """Handlers by keyword, and whether they wait for several keywords and so might be called twice."""

    def add(self, node_type: type[Node], handler: Callable[[Node], None], having: Iterable[str] = ()) -> None:
        """Adds a handler."""
        keywords = tuple(having)
        if keywords:
            entry: Any = (handler, len(keywords) > 1)
            for keyword in keywords:
                self._by_keyword.setdefault(keyword, []).append(entry)
        else:
            self._by_type.setdefault(node_type, []).append(handler)

    def visit(self, contract: Contract, tree: Tree) -> None:
        """Calls every handler for every node it asked for."""
        for node in model_nodes(contract):
            for handler in self._by_type.get(type(node), ()):
                handler(node)
        for kind, nodes in ((Prose, tree.prose), (Reference, tree.references), (Extension, tree.extensions)):
            for handler in self._by_type.get(kind, ()):
                for found in nodes:
                    handler(found)
        everywhere = self._by_type.get(SchemaNode, ())
        for schema in tree.schemas:
            self._schema(schema, everywhere)

    def _schema(self, schema: SchemaNode, everywhere: Iterable[Callable[[Any], None]]) -> None:
        for handler in everywhere:
            handler(schema)
        called: list[Any] = []
        for keyword in schema.fields:
            for handler, is_shared in self._by_keyword.get(keyword, ()):
                if is_shared:
                    if handler in called:
                        continue
                    called.append(handler)
                handler(schema)


def model_nodes(contract: Contract) -> Iterator[Any]:
    """The model's nodes, depth first. What many operations share (a component reply) comes once."""
    seen: set[tuple[type, str]] = set()

    def fresh(node: Any) -> bool:
        key = (type(node), node.location.pointer)
        if key in seen:
            return False
        seen.add(key)
        return True

    yield contract
    yield from contract.servers
    yield from contract.tags
    yield from contract.security_schemes.values()
    for operation in contract.every_operation():
        yield operation
        for part in _operation_parts(operation):
            yield from (node for node in _with_content(part) if fresh(node))


def _operation_parts(operation: Operation) -> Iterator[Parameter | Body | Reply]:
    yield from operation.parameters
    if operation.body is not None:
        yield operation.body
    yield from operation.replies


def _with_content(part: Parameter | Body | Reply | Header) -> Iterator[Any]:
    yield part
    for media in part.content:
        yield from _media(media)
    if isinstance(part, Parameter):
        yield from part.examples
    if isinstance(part, Reply):
        for header in part.headers:
            yield from _with_content(header)
        yield from part.links


def _media(media: MediaType) -> Iterator[Any]:
    yield media
    yield from media.examples
    for encoding in media.encoding.values():
        yield encoding
        for header in encoding.headers:
            yield from _with_content(header)
