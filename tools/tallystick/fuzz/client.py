"""The HTTP client of our own gates: the address, credentials, bounded patience, and nothing of the environment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tallystick.config import Fuzz
from tallystick.contract import Contract
from tallystick.findings import InputError
from tallystick.fuzz.credentials import credential_headers, credentials

if TYPE_CHECKING:
    from httpx2 import Client

__all__ = ["client_for"]

_SECONDS = 20.0


@contextlib.contextmanager
def client_for(contract: Contract, url: str, settings: Fuzz, *, anonymous: bool = False) -> Iterator[Client]:
    """A client whose requests carry the configured headers and, unless ``anonymous``, every configured credential.

    Raises:
        InputError: no token can be had, or the server does not answer.
    """
    import httpx2

    found = {} if anonymous else credential_headers(credentials(contract, settings.auth), url)
    headers = {**settings.headers, **{name: value for each in found.values() for name, value in each.items()}}
    try:
        with httpx2.Client(base_url=url, headers=headers, timeout=_SECONDS, trust_env=False) as client:
            yield client
    except httpx2.HTTPError as error:
        request = getattr(error, "_request", None)
        where = f"{request.method} {request.url}" if request is not None else url
        raise InputError.of("server-silent", f"the server does not answer {where}: {error}") from error
