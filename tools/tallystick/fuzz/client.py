"""The HTTP client of our own gates: the address, credentials, bounded patience, and nothing of the environment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tallystick.config import Fuzz
from tallystick.contract import Contract
from tallystick.findings import InputError
from tallystick.fuzz.credentials import credential_headers, credentials

if TYPE_CHECKING:
    from httpx2 import Client, Response

__all__ = ["client_for", "sent"]

_SECONDS = 20.0


@contextlib.contextmanager
def client_for(contract: Contract, url: str, settings: Fuzz, *, anonymous: bool = False) -> Iterator[Client]:
    """A client whose requests carry the configured headers and, unless ``anonymous``, every configured credential.

    Raises:
        InputError: no token can be had, or the server does not answer.
    """
    import httpx2

    found = {} if anonymous else credential_headers(credentials(contract, settings.auth), url)
    own = {
        name: value for name, value in settings.headers.items() if not (anonymous and _is_credential(contract, name))
    }
    headers = {**own, **{name: value for each in found.values() for name, value in each.items()}}
    try:
        with httpx2.Client(base_url=url, headers=headers, timeout=_SECONDS, trust_env=False) as client:
            yield client
    except httpx2.HTTPError as error:
        request = getattr(error, "_request", None)
        where = f"{request.method} {request.url}" if request is not None else url
        raise InputError.of("server-silent", f"the server does not answer {where}: {error}") from error


def _is_credential(contract: Contract, name: str) -> bool:
    names = {scheme.parameter.lower() for scheme in contract.security_schemes.values() if scheme.parameter}
    return name.lower() in names | {"authorization", "cookie"}


def sent(client: Client, method: str, path: str, headers: Mapping[str, str], content: bytes | None) -> Response:
    """The reply to a request; sent once more when the server has closed the connection (it does so after an error)."""
    import httpx2

    try:
        return client.request(method, path, headers=headers, content=content)
    except httpx2.TransportError as error:
        if isinstance(error, httpx2.TimeoutException | httpx2.ConnectError):
            raise
        return client.request(method, path, headers=headers, content=content)
