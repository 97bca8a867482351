"""The command ``tally``. Each command is a module here with a function ``register(app)``; see ``command``."""

from tallystick.cli.app import main

__all__ = ["main"]
