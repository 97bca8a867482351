"""Configurations of other linters, told as ``tally.toml``."""

from tallystick.lint.foreign.tables import elsewhere
from tallystick.lint.foreign.translation import translated

__all__ = ["elsewhere", "translated"]
