"""Tallystick: one hand-written OpenAPI description, and proof that server and clients match it."""

__all__ = ["version"]


def version() -> str:
    """The installed version of the distribution, ``0`` in a source tree that is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("tallystick")
    except PackageNotFoundError:
        return "0"
