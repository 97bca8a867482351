"""Reading a description: YAML and JSON files into plain values, each with its place, and many files into one tree."""

from tallystick.document.bundle import Bundle, bundle
from tallystick.document.grammar import COMPONENT_KINDS, METHODS, Child, children, field_of, is_reference, kind_at
from tallystick.document.limits import Limits
from tallystick.document.location import Location, PlaceSource
from tallystick.document.pointer import as_fragment, escape, join, parent, pointer_tokens, unescape
from tallystick.document.source import Document, Source, Target, UnresolvedReference, load

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
    "children",
    "escape",
    "field_of",
    "is_reference",
    "join",
    "kind_at",
    "load",
    "parent",
    "pointer_tokens",
    "unescape",
]
