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

    `patience` is the time in seconds that one attempt may take from resolving the name to the status of the answer;
    `allowed` are private networks that may be reached all the same.
    """

    def __init__(
        self,
        *,
        patience: float = 10.0,
        allowed: Iterable[IpNetwork] = (),
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self._patience = patience
        self._tls = tls or ssl.create_default_context()
        self._backend = GuardedBackend(allowed=allowed, resolver=resolver)

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
        # A pool for one request: each connection is judged anew, and none outlives its attempt.
        pool = httpcore2.AsyncConnectionPool(ssl_context=self._tls, network_backend=self._backend)
        async with pool, pool.stream("POST", url, headers=list(fields.items()), content=body) as response:
            return response.status
