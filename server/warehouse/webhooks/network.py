"""Connections that never lead into a private network (server-side request forgery, CWE-918).

The name of the host is resolved here, every address is judged, and the connection goes to the judged address itself:
a name that resolves to something else a moment later (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import anyio
import httpcore2

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[Sequence[IpAddress]]]
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a NAT64 gateway (RFC 6052)."""


class ForbiddenAddressError(Exception):
    """The name of a host leads to an address that must not be contacted."""


async def resolve(host: str, port: int) -> Sequence[IpAddress]:
    """Return the addresses of a host in the order the system prefers.

    Raises OSError if the name cannot be resolved.
    """
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(entry[4][0].partition("%")[0]) for entry in found]


def embedded_ipv4(address: IpAddress) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for (mapped, 6to4, NAT64), None if there is none."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def is_public(address: IpAddress) -> bool:
    """Tell whether an address belongs to the public internet and to a single host."""
    inner = embedded_ipv4(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to public addresses, and to private ones only inside the allowed networks."""

    def __init__(
        self,
        *,
        allowed: Iterable[IpNetwork] = (),
        resolver: Resolver = resolve,
        inner: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowed = tuple(allowed)
        self._resolver = resolver
        self._inner = inner or httpcore2.AnyIOBackend()

    def permits(self, address: IpAddress) -> bool:
        """Tell whether a connection to the address may be opened."""
        return is_public(address) or any(address in network for network in self._allowed)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is given by httpcore2
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of the host, once all of them have been judged.

        Raises ForbiddenAddressError if any address is private, `httpcore2.ConnectError` if the name is unknown.
        """
        addresses = await self._judged(host, port)
        return await self._inner.connect_tcp(
            str(addresses[0]), port, timeout=timeout, local_address=local_address, socket_options=socket_options
        )

    async def _judged(self, host: str, port: int) -> Sequence[IpAddress]:
        try:
            addresses = await self._resolver(host, port)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        if not addresses:
            raise httpcore2.ConnectError(host)
        for address in addresses:
            if not self.permits(address):
                message = f"{host} leads to {address}, which is not a public address"
                raise ForbiddenAddressError(message)
        return addresses

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is given by httpcore2
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Refuse: a webhook never goes to a socket of this machine.

        Raises ForbiddenAddressError always.
        """
        del timeout, socket_options
        raise ForbiddenAddressError(path)

    async def sleep(self, seconds: float) -> None:
        """Wait; used by the pool between its attempts to connect."""
        await anyio.sleep(seconds)
