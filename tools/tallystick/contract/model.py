"""The one model of an API that every gate and generator reads.

All nodes are immutable. Whatever the version of the description (OpenAPI 3.0, 3.1 or 3.2), the model holds one normal
form: schemas are JSON Schema 2020-12 (nullability is the type ``null``, exclusive bounds are numbers), path-level
parameters and servers are merged into the operations, references outside schemas are resolved, security is resolved
against the document default, and every name that becomes code has been decided.

Section numbers refer to the OpenAPI Specification 3.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tallystick.contract.names import HANDLER_RESERVED
from tallystick.document import Location, fragment_tokens, join, value_at
from tallystick.findings import Finding

type_names = ("array", "boolean", "integer", "null", "number", "object", "string")

ParameterPlace = Literal["path", "query", "header", "cookie", "querystring"]
WireStyle = Literal["simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"]
Extensions = Mapping[str, Any]
_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Schema:
    """A Schema Object in normal form (section 4.8.24): JSON Schema 2020-12 plus OpenAPI's own keywords.

    ``value`` is a boolean or a mapping whose every ``$ref`` is ``#/components/schemas/<name>`` or another pointer into
    the same bundled description. It must not be changed.
    """

    value: Mapping[str, Any] | bool
    location: Location
    name: str | None = None
    """The component name when this is a component, else None."""

    def get(self, keyword: str, default: Any = None) -> Any:
        """The value of a keyword, or ``default`` for an absent keyword or a boolean schema."""
        return default if isinstance(self.value, bool) else self.value.get(keyword, default)

    @property
    def ref(self) -> str | None:
        """The target of ``$ref``, a fragment such as ``#/components/schemas/Item``, or None."""
        target = self.get("$ref")
        return target if isinstance(target, str) else None

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that ``type`` lists; empty where the schema does not say."""
        listed = self.get("type", ())
        return frozenset((listed,) if isinstance(listed, str) else listed)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of required properties, as listed."""
        return tuple(self.get("required", ()))

    def child(self, *tokens: str | int) -> Schema:
        """The subschema at the given reference tokens, e.g. ``child("properties", "sku")``."""
        value: Any = self.value
        for token in tokens:
            value = value[token]
        return Schema(value, self.location.child(*tokens))

    @property
    def properties(self) -> dict[str, Schema]:
        """The declared properties, in the order of the description."""
        return {name: self.child("properties", name) for name in self.get("properties", {})}


@dataclass(frozen=True, slots=True)
class Example:
    """A named or unnamed example (section 4.8.19)."""

    name: str
    value: Any
    summary: str
    location: Location
    external: str | None = None
    """The ``externalValue`` address; ``value`` is then None."""
    serialized: str | None = None
    """The ``serializedValue`` of 3.2, the example as it is sent; ``value`` is then None unless both are given."""

    @property
    def has_value(self) -> bool:
        """Whether ``value`` is the example itself."""
        return self.value is not None or (self.external is None and self.serialized is None)


@dataclass(frozen=True, slots=True)
class Header:
    """A response or part header (section 4.8.21). Headers use the style ``simple``."""

    name: str
    schema: Schema | None
    required: bool
    explode: bool
    description: str
    deprecated: bool
    location: Location
    content: tuple[MediaType, ...] = ()


@dataclass(frozen=True, slots=True)
class Encoding:
    """How one property of a form or multipart body is sent (section 4.8.15)."""

    content_type: str | None
    style: WireStyle
    explode: bool
    allow_reserved: bool
    headers: tuple[Header, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class MediaType:
    """One entry of ``content`` (section 4.8.14). ``name`` is the media type or range, lower case, parameters kept."""

    name: str
    schema: Schema | None
    examples: tuple[Example, ...]
    encoding: Mapping[str, Encoding]
    location: Location
    item_schema: Schema | None = None
    """OpenAPI 3.2 ``itemSchema``: the schema of each item of a stream (SSE, JSON lines)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation, path-level ones included (section 4.8.12)."""

    name: str
    """The name on the wire."""
    place: ParameterPlace
    schema: Schema | None
    """None exactly when ``content`` is given."""
    required: bool
    style: WireStyle
    explode: bool
    allow_reserved: bool
    allow_empty: bool
    description: str
    deprecated: bool
    examples: tuple[Example, ...]
    location: Location
    python_name: str
    """The argument name, unique within the operation."""
    content: tuple[MediaType, ...] = ()
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """The request body (section 4.8.13)."""

    required: bool
    content: tuple[MediaType, ...]
    description: str
    location: Location
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A design-time link from a reply to an operation (section 4.8.20)."""

    name: str
    operation_id: str | None
    parameters: Mapping[str, Any]
    request_body: Any
    description: str
    location: Location


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem type that a reply may carry (RFC 9457, section 3.1.1; extension ``x-tally-problem``)."""

    type: str
    """The problem type URI."""
    title: str
    name: str
    """PascalCase class name, unique in the contract for the type."""
    retryable: bool
    schema: Schema | None
    location: Location


@dataclass(frozen=True, slots=True)
class Reply:
    """One response of an operation (section 4.8.17). ``status`` is ``200`` … , a range ``4XX``, or ``default``."""

    status: str
    description: str
    content: tuple[MediaType, ...]
    headers: tuple[Header, ...]
    links: tuple[Link, ...]
    problems: tuple[Problem, ...]
    location: Location
    extensions: Extensions = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether the status is below 400; ``default`` counts as an error."""
        return self.status[0] in "123"


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A security scheme (section 4.8.27)."""

    key: str
    type: Literal["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect", "undeclared"]
    """``undeclared`` is never read: the server generator stands such schemes in for names without a declaration."""
    location: Location
    description: str = ""
    place: str | None = None
    """``query``, ``header`` or ``cookie`` for an API key."""
    parameter: str | None = None
    """Name of the header, query parameter or cookie of an API key."""
    scheme: str | None = None
    """HTTP authentication scheme, lower case, e.g. ``bearer``."""
    bearer_format: str | None = None
    flows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    openid_url: str | None = None
    python_name: str = ""


Requirement = Mapping[str, tuple[str, ...]]
"""Schemes that must all be satisfied, each with the scopes it needs. Alternatives form a tuple of these."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server (section 4.8.5). ``url`` may hold ``{variables}``."""

    url: str
    description: str
    variables: Mapping[str, Mapping[str, Any]]
    location: Location


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on a path, a webhook or a callback (section 4.8.10)."""

    id: str
    """``operationId``, or a derived one (``get_items_by_sku``) where the description gives none."""
    method: str
    """Upper case: ``GET``, ``QUERY``, …"""
    path: str
    """The path template, the webhook's name, or the callback's expression."""
    tags: tuple[str, ...]
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    replies: tuple[Reply, ...]
    security: tuple[Requirement, ...]
    """Alternatives; empty means public. An empty requirement among them means optional."""
    security_stated: bool
    """Whether the description says anything about security for this operation, itself or by default."""
    servers: tuple[Server, ...]
    deprecated: bool
    callbacks: tuple[Operation, ...]
    location: Location
    python_name: str
    """Method name on handlers and low-level modules, snake_case, unique in the contract."""
    group: str
    """Group of the operation (its first tag, or ``default``) as a snake_case name."""
    call: str
    """Dotted call on the client, ``items.restock``: ``x-tally-name`` or group and name."""
    has_id: bool = True
    extensions: Extensions = field(default_factory=dict)

    @property
    def handler_name(self) -> str:
        """The method of a handler class: ``python_name``, with an underscore where that hides a type (``list_``)."""
        return f"{self.python_name}_" if self.python_name in HANDLER_RESERVED else self.python_name

    @property
    def tag(self) -> str:
        """The first tag, or ``default``."""
        return self.tags[0] if self.tags else "default"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the root list, or one that only operations mention (section 4.8.22; ``parent`` is 3.2)."""

    name: str
    python_name: str
    description: str
    location: Location
    parent: str | None = None
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Contract:
    """One API, in normal form."""

    openapi: str
    """The version string of the description, e.g. ``3.0.3``."""
    title: str
    version: str
    description: str
    info: Mapping[str, Any]
    servers: tuple[Server, ...]
    tags: tuple[Tag, ...]
    operations: tuple[Operation, ...]
    """Operations on paths, in document order."""
    webhooks: tuple[Operation, ...]
    schemas: Mapping[str, Schema]
    """Component schemas by component name, in document order."""
    security_schemes: Mapping[str, SecurityScheme]
    location: Location
    document: Mapping[str, Any]
    """The bundled description in normal form (an OpenAPI 3.1 or 3.2 document with internal references only)."""
    findings: tuple[Finding, ...] = ()
    """What reading found wrong or ambiguous. Errors here cost their operation or component, not the document."""
    extensions: Extensions = field(default_factory=dict)

    def operation(self, operation_id: str) -> Operation:
        """The operation of that id, webhooks included.

        Raises:
            KeyError: there is none.
        """
        for candidate in self.every_operation():
            if candidate.id == operation_id:
                return candidate
        raise KeyError(operation_id)

    def every_operation(self) -> Iterator[Operation]:
        """Operations on paths and webhooks, then their callbacks."""
        for operation in (*self.operations, *self.webhooks):
            yield operation
            yield from operation.callbacks

    def resolve(self, schema: Schema) -> Schema:
        """The schema at the end of the chain of plain references.

        Raises:
            KeyError: the reference leads nowhere, or in a circle.
        """
        seen: set[str] = set()
        while (ref := schema.ref) is not None:
            if ref in seen:
                raise KeyError(ref)
            seen.add(ref)
            schema = self.at(ref)
        return schema

    def at(self, ref: str) -> Schema:
        """The schema a reference names, e.g. ``#/components/schemas/Item``.

        Raises:
            KeyError: it leads nowhere.
        """
        name = ref[len(_SCHEMAS) :]
        if ref.startswith(_SCHEMAS) and name in self.schemas:
            return self.schemas[name]
        try:
            tokens = fragment_tokens(ref)
        except ValueError:
            raise KeyError(ref) from None
        if tokens[:2] == ["components", "schemas"] and len(tokens) == 3 and tokens[2] in self.schemas:
            return self.schemas[tokens[2]]
        value = value_at(self.document, tokens)
        if not isinstance(value, dict | bool):
            raise KeyError(ref)
        return Schema(value, self.location.at(join("", *tokens)))
