"""Bounds on what a description may make the reader do. Descriptions are hostile input."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; passing one is an input error that says what to do."""

    bytes: int = 64 * 1024 * 1024
    """Size of one file."""
    depth: int = 64
    """Levels of nesting in one file."""
    nodes: int = 1_200_000
    """Values in all files, those behind aliases counted at every use (the alias bomb)."""
    dense_nodes: int = 200_000
    """Values in one file that need not be accounted for by its size; beyond them each one takes 8 characters."""
    key: int = 4096
    """Characters of one key."""
    files: int = 5000
    """Files of one description."""
    total_bytes: int = 256 * 1024 * 1024
    """Size of all files of one description."""
    remarks: int = 1000
    """Remarks of one kind on one file (duplicate keys, YAML traps)."""
    chain: int = 100
    """References that lead one to the next."""
    inlined: int = 250_000
    """Objects that stand in place of references, counted at every use."""
