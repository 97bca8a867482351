"""``server-https``."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from tallystick.contract import Contract, Server
from tallystick.document import join
from tallystick.lint.rule import Check, Group, Options, on, rule

_LOCAL: Final = re.compile(
    r"(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|[\w.-]+\.(?:local|localhost|test|internal))\Z"
)
_EXAMPLE: Final = re.compile(r"(?:.*\.)?example\.(?:com|org|net)\Z")


class ServerHttpsOptions(Options):
    """``allow-example-host``: whether servers may be hosts such as example.com."""

    allow_example_host: bool = False


@rule(
    "server-https",
    Group.PROTOCOL,
    "warning",
    summary="Servers use https, are real hosts, end without a slash, and have sound variables.",
    rationale="""
        Clients send their credentials where `servers` says. Plain http shows them to everybody on the way; a slash at
        the end gives `//items`; a variable that is not declared leaves braces in the address. Local servers may use
        http.
    """,
    bad="""
        servers:
          - url: «http://api.warehouse.dev»
          - url: «https://api.warehouse.dev/v1/»
          - url: «'https://{region}.warehouse.dev'»
        paths: {}
    """,
    good="""
        servers:
          - url: https://{region}.warehouse.dev
            variables:
              region: {default: eu, enum: [eu, us]}
          - url: http://localhost:8000
        paths: {}
    """,
    options=ServerHttpsOptions,
)
class ServerHttps(Check):
    """The root list, and lists of paths and operations."""

    options: ServerHttpsOptions

    @on(Contract)
    def servers(self, contract: Contract) -> None:
        """Looks at each server once."""
        every = [*contract.servers, *(s for operation in contract.every_operation() for s in operation.servers)]
        for server in {server.location.pointer: server for server in every}.values():
            pointer = server.location.pointer
            for fault in self._faults(server):
                self.report(f"{pointer}/url", fault)
            self._variables(server, pointer)

    def _faults(self, server: Server) -> Iterator[str]:
        url = server.url
        for name in dict.fromkeys(re.findall(r"\{([^{}]*)\}", url)):
            if name not in server.variables:
                yield f"{{{name}}} is not declared: add it to `variables`, with a default"
        parts = _split(url)
        if parts is None:
            yield f"{url!r} is no address"
            return
        scheme, host = parts
        if scheme == "http" and not _LOCAL.match(host):
            yield "plain http shows credentials to everybody on the way: use https"
        if _EXAMPLE.match(host) and not self.options.allow_example_host:
            yield f"{host} is an example, no server: name the real one, or a relative address"
        if len(url) > 1 and url.endswith("/"):
            yield "a slash at the end gives two in every address: remove it"

    def _variables(self, server: Server, pointer: str) -> None:
        for name, variable in server.variables.items():
            values, default = variable.get("enum"), variable.get("default")
            if isinstance(values, list) and default is not None and default not in values:
                message = f"the default {default!r} is not in the enum: add it, or correct it"
                self.report(join(pointer, "variables", name, "default"), message)
            if f"{{{name}}}" not in server.url:
                self.report(join(pointer, "variables", name), f"{{{name}}} is not used by the url: remove it", key=True)


def _split(url: str) -> tuple[str, str] | None:
    """Scheme and host; braces of variables count as letters."""
    try:
        parts = urlsplit(re.sub(r"\{[^{}]*\}", "variable", url))
        host = parts.hostname or ""
    except ValueError:
        return None
    return parts.scheme, host
