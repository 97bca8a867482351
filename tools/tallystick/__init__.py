"""Tallystick: one hand-written OpenAPI description, and proof that server and clients match it."""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("tallystick")
except PackageNotFoundError:  # running from a source tree that is not installed
    __version__ = "0.0.0"
