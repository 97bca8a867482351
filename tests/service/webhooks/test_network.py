"""Connections that never lead into a private network."""

import ipaddress

import httpcore2
import pytest

from warehouse.webhooks.network import ForbiddenAddressError, GuardedBackend, is_public

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]
PRIVATE = (
    "127.0.0.1",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address):
    """Loopback, private, link-local, shared, multicast, reserved and documentation addresses, also inside IPv6."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_addresses_of_the_internet_are_public(address):
    """Ordinary addresses of hosts may be contacted."""
    assert is_public(ipaddress.ip_address(address))


class Recorder(httpcore2.AsyncMockBackend):
    """Notes where a connection would have gone."""

    def __init__(self):
        super().__init__([])
        self.hosts = []

    async def connect_tcp(self, host, port, **options):
        self.hosts.append((host, port))
        return await super().connect_tcp(host, port, **options)


def resolving_to(*addresses):
    async def resolver(host, port):
        return [ipaddress.ip_address(address) for address in addresses]

    return resolver


async def test_the_connection_goes_to_the_judged_address():
    """The name is resolved once; a second answer of the name server cannot redirect the connection."""
    inner = Recorder()
    backend = GuardedBackend(resolver=resolving_to("93.184.216.34"), inner=inner)
    await backend.connect_tcp("hooks.partner.example", 443)
    assert inner.hosts == [("93.184.216.34", 443)]


async def test_one_private_address_is_enough_to_refuse():
    """A host with a public and a private address is refused before anything is opened."""
    inner = Recorder()
    backend = GuardedBackend(resolver=resolving_to("93.184.216.34", "10.0.0.7"), inner=inner)
    with pytest.raises(ForbiddenAddressError, match=r"hooks\.partner\.example leads to 10\.0\.0\.7"):
        await backend.connect_tcp("hooks.partner.example", 443)
    assert inner.hosts == []


async def test_private_networks_can_be_allowed():
    """A setting opens single networks, for receivers on the same machine, and no others."""
    inner = Recorder()
    backend = GuardedBackend(allowed=LOOPBACK, resolver=resolving_to("127.0.0.1"), inner=inner)
    await backend.connect_tcp("localhost", 8080)
    assert inner.hosts == [("127.0.0.1", 8080)]
    with pytest.raises(ForbiddenAddressError):
        await GuardedBackend(allowed=LOOPBACK, resolver=resolving_to("10.0.0.1")).connect_tcp("inside", 8080)


async def test_unknown_names_are_failures_of_the_connection():
    """A name that cannot be resolved, or resolves to nothing, is a connection error, not a crash."""

    async def unknown(host, port):
        raise OSError("unknown name")

    for resolver in (unknown, resolving_to()):
        with pytest.raises(httpcore2.ConnectError):
            await GuardedBackend(resolver=resolver, inner=Recorder()).connect_tcp("nowhere.example", 443)


async def test_sockets_of_this_machine_are_refused():
    """A webhook never goes to a Unix socket."""
    with pytest.raises(ForbiddenAddressError):
        await GuardedBackend(allowed=LOOPBACK).connect_unix_socket("/run/docker.sock")
