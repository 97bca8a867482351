"""Generators: from the canonical contract to plans of files.

``models``, ``server`` and ``client`` each have one function that returns a ``Plan``; ``plan`` writes and compares it.
"""

from tallystick.generate.plan import Plan, compare, sealed, write

__all__ = ["Plan", "compare", "sealed", "write"]
