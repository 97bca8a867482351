"""The contract model: one normal form of an API, and the canonical document that generators are fed."""

from tallystick.contract.canonical import Canonical, canonicalise
from tallystick.contract.model import (
    Body,
    Contract,
    Encoding,
    Example,
    Header,
    Link,
    MediaType,
    Operation,
    Parameter,
    Problem,
    Reply,
    Requirement,
    Schema,
    SecurityScheme,
    Server,
    Tag,
)
from tallystick.contract.names import (
    class_name,
    constant_case,
    enum_member_names,
    pascal_case,
    property_names,
    snake_case,
)
from tallystick.contract.operation_names import problem_types
from tallystick.contract.reading import read

__all__ = [
    "Body",
    "Canonical",
    "Contract",
    "Encoding",
    "Example",
    "Header",
    "Link",
    "MediaType",
    "Operation",
    "Parameter",
    "Problem",
    "Reply",
    "Requirement",
    "Schema",
    "SecurityScheme",
    "Server",
    "Tag",
    "canonicalise",
    "class_name",
    "constant_case",
    "enum_member_names",
    "pascal_case",
    "problem_types",
    "property_names",
    "read",
    "snake_case",
]
