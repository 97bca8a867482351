"""Reading a description: YAML and JSON files into plain values, each with its place, and many files into one tree."""

from tallystick.document.bundle import Bundle, bundle
from tallystick.document.collector import collector_off
from tallystick.document.file import Document
from tallystick.document.grammar import COMPONENT_KINDS, METHODS, Child, children, field_of, is_reference, kind_at
from tallystick.document.limits import Limits
from tallystick.document.location import Location, PlaceSource
from tallystick.document.opening import load
from tallystick.document.pointer import (
    as_fragment,
    child_of,
    escape,
    fragment_pointer,
    fragment_tokens,
    join,
    parent,
    pointer_tokens,
    unescape,
    value_at,
)
from tallystick.document.source import Source, Target, UnresolvedReference

__all__ = [
    "COMPONENT_KINDS",
    "METHODS",
    "Bundle",
    "Child",
    "Document",
    "Limits",
    "Location",
    "PlaceSource",
    "Source",
    "Target",
    "UnresolvedReference",
    "as_fragment",
    "bundle",
    "child_of",
    "children",
    "collector_off",
    "escape",
    "field_of",
    "fragment_pointer",
    "fragment_tokens",
    "is_reference",
    "join",
    "kind_at",
    "load",
    "parent",
    "pointer_tokens",
    "unescape",
    "value_at",
]
