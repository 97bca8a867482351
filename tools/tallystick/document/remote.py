"""Fetching a referenced file from a host that the caller allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import urljoin, urlsplit

__all__ = ["fetch"]

_REDIRECTS = 3
_SECONDS = 20.0


def fetch(address: str, limit: int, hosts: Collection[str]) -> bytes:
    """The bytes behind an address, at most ``limit + 1`` of them. Redirects stay on allowed hosts.

    Raises:
        OSError: no answer, an error answer, or a redirect to another host.
    """
    import httpx2

    try:
        with httpx2.Client(timeout=_SECONDS, follow_redirects=False) as client:
            for _ in range(_REDIRECTS + 1):
                if urlsplit(address).hostname not in hosts:
                    raise OSError(f"redirected to {urlsplit(address).hostname}, which is not allowed")
                with client.stream("GET", address) as response:
                    if response.has_redirect_location:
                        address = urljoin(address, response.headers["location"])
                        continue
                    response.raise_for_status()
                    return _read(response.iter_bytes(), limit)
    except httpx2.HTTPError as error:
        raise OSError(str(error)) from error
    raise OSError(f"more than {_REDIRECTS} redirects")


def _read(chunks: Iterable[bytes], limit: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > limit:
            break
    return bytes(data)
