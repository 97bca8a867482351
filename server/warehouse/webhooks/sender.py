"""Sends one message to one address and tells how it went."""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import anyio
import httpcore2

from warehouse.webhooks.network import ForbiddenAddressError, GuardedBackend, IpNetwork, Resolver, resolve

_HTTP_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: with the status of an answer, or without one and a reason."""

    status: int | None
    reason: str | None = None

    @property
    def succeeded(self) -> bool:
        """True for any status of 2xx."""
        return self.status is not None and 200 <= self.status <= 299


class Sender:
    """Posts messages to partners: no redirects, no proxies, no private networks, and not longer than allowed.

    `patience` is the time in seconds that one attempt may take from resolving the name to the status of the answer.
    """

    def __init__(
        self,
        *,
        patience: float = 10.0,
        allowed_networks: Iterable[IpNetwork] = (),
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self._patience = patience
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or ssl.create_default_context(),
            max_connections=50,
            max_keepalive_connections=0,  # each connection is judged anew
            network_backend=GuardedBackend(allowed=allowed_networks, resolver=resolver),
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Post the body as JSON. Every failure of the other side is an `Outcome`, none is raised."""
        try:
            with anyio.fail_after(self._patience):
                return Outcome(status=await self._status_of(url, headers, body))
        except TimeoutError:
            return Outcome(status=None, reason=f"no answer within {self._patience:g} seconds")
        except ForbiddenAddressError as error:
            return Outcome(status=None, reason=str(error))
        except _HTTP_FAILURES as error:
            return Outcome(status=None, reason=f"{type(error).__name__}: {error}")

    async def _status_of(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        fields = {"content-type": "application/json", "user-agent": "warehouse-webhooks/1", **headers}
        async with self._pool.stream("POST", url, headers=list(fields.items()), content=body) as response:
            return response.status
