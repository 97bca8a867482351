"""A secret that is made once and kept in a file only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["read_or_make_secret"]


def read_or_make_secret(path: Path) -> str:
    """The secret in a file; a fresh one is written if there is no file yet. Safe when two processes start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    secret = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
