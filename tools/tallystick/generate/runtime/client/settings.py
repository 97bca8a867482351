"""What a client and a single call can be told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict
from urllib.parse import urlsplit

from .retry import RetryPolicy


class Options(TypedDict, total=False):
    """Options of a single call, or of a copy of the client (``with_options``)."""

    timeout: float | None
    """Seconds to wait for the connection, and for each piece of the reply; None waits for ever."""
    deadline: float | None
    """Seconds for the whole call: all attempts, waits and the reading of the reply."""
    retries: int
    """Attempts after the first."""
    headers: Mapping[str, str]
    """Further headers; they win over those of the client and of the operation."""
    query: Mapping[str, Any]
    """Further query parameters."""
    body: Mapping[str, Any]
    """Further properties of a JSON or form body."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a client, resolved."""

    base_url: str
    timeout: float | None = 60.0
    deadline: float | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    use_operation_servers: bool = True
    """Whether an operation with a server of its own is sent there: not when the caller named the server."""

    def with_options(self, options: Options) -> Settings:
        """These settings, changed by some options."""
        from dataclasses import replace

        if not options:
            return self
        retry = replace(self.retry, retries=options["retries"]) if "retries" in options else self.retry
        return replace(
            self,
            timeout=options.get("timeout", self.timeout),
            deadline=options.get("deadline", self.deadline),
            retry=retry,
            headers={**self.headers, **options.get("headers", {})},
            query={**self.query, **options.get("query", {})},
        )


def resolved_url(given: str | None, variable: str, default: str | None) -> str:
    """The address of the server: the argument, else the environment variable, else the contract's.

    Raises:
        ValueError: none of them is an absolute http or https address.
    """
    url = given or os.environ.get(variable) or default
    if not url:
        raise ValueError(f"the contract names no server: pass base_url= or set {variable}")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError(f"base_url must be an absolute http or https address, not {url!r}")
    if parts.query or parts.fragment:
        raise ValueError(f"base_url must not have a query or a fragment: {url!r}")
    return url.rstrip("/")


def from_environment(given: Any, *variables: str) -> Any:
    """A credential: the argument, else the environment (one variable is a text, two are a pair), else None."""
    if given is not None:
        return given
    found = [os.environ.get(variable) for variable in variables]
    if not all(found):
        return None
    return found[0] if len(found) == 1 else tuple(found)
