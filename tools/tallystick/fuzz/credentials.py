"""What the fuzzer sends to be let in: credentials of the description's security schemes, from the configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tallystick.config import FuzzAuth
from tallystick.contract import Contract, SecurityScheme
from tallystick.document import pointer_tokens
from tallystick.findings import InputError

__all__ = ["Credential", "credential_headers", "credentials", "token"]


@dataclass(frozen=True, slots=True)
class Credential:
    """A resolved ``[fuzz.auth.<scheme>]``: nothing in it names an environment variable any more."""

    scheme: SecurityScheme
    value: str | None
    username: str | None
    password: str | None
    token_path: str | None
    token_pointer: str
    scopes: tuple[str, ...]

    @property
    def form(self) -> dict[str, str]:
        """The token request (RFC 6749, section 4.3.2)."""
        form = {"grant_type": "password", "username": self.username or "", "password": self.password or ""}
        return {**form, "scope": " ".join(self.scopes)} if self.scopes else form


def credentials(
    contract: Contract, settings: Mapping[str, FuzzAuth], environment: Mapping[str, str] | None = None
) -> tuple[Credential, ...]:
    """The credentials of the configuration. Raises InputError for an unknown scheme or a variable that is not set."""
    return tuple(_credential(contract, key, auth, environment or os.environ) for key, auth in settings.items())


def _credential(contract: Contract, key: str, auth: FuzzAuth, environment: Mapping[str, str]) -> Credential:
    scheme = contract.security_schemes.get(key)
    if scheme is None:
        known = ", ".join(contract.security_schemes) or "none"
        message = f"[fuzz.auth.{key}]: the description has no security scheme {key!r} (it has: {known})"
        raise InputError.of("fuzz-auth", message)
    value = _secret(auth.value, auth.value_env, key, environment)
    password = _secret(auth.password, auth.password_env, key, environment)
    if value is None and (auth.username is None or password is None):
        message = f"[fuzz.auth.{key}] needs value or value-env, or username and password (with token-path for a token)"
        raise InputError.of("fuzz-auth", message)
    return Credential(
        scheme=scheme,
        value=value,
        username=auth.username,
        password=password,
        token_path=auth.token_path,
        token_pointer=auth.token_pointer,
        scopes=tuple(auth.scopes),
    )


def _secret(value: str | None, variable: str | None, key: str, environment: Mapping[str, str]) -> str | None:
    if variable is None:
        return value
    if variable not in environment:
        message = f"[fuzz.auth.{key}] takes its credential from the environment variable {variable}, which is not set"
        raise InputError.of("fuzz-auth", message)
    return environment[variable]


def credential_headers(known: tuple[Credential, ...], url: str) -> dict[str, dict[str, str]]:
    """The headers of each scheme's credential, by scheme; tokens are fetched from the server at ``url``.

    Credentials in query parameters and cookies are left out. Raises InputError when a token cannot be had.
    """
    return {each.scheme.key: _headers(each, url) for each in known if each.scheme.place in (None, "header")}


def _headers(credential: Credential, url: str) -> dict[str, str]:
    scheme = credential.scheme
    if scheme.type == "apiKey":
        return {scheme.parameter or "": credential.value or ""}
    if credential.value is not None:
        return {"Authorization": f"Bearer {credential.value}"}
    if credential.token_path is not None:
        return {"Authorization": f"Bearer {token(credential, url)}"}
    import base64

    pair = f"{credential.username}:{credential.password}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def token(credential: Credential, url: str, scopes: tuple[str, ...] | None = None) -> str:
    """A token from the server at ``url``, with other scopes than the configured ones if they are given.

    Raises:
        InputError: the server gives none.
    """
    import httpx2

    form = credential.form if scopes is None else {**credential.form, "scope": " ".join(scopes)}

    address = f"{url}{credential.token_path}"
    try:
        reply = httpx2.post(address, data=form, timeout=10.0, trust_env=False)
    except httpx2.HTTPError as error:
        raise InputError.of("fuzz-auth", f"no token for {credential.scheme.key}: {address}: {error}") from error
    if not reply.is_success:
        message = (
            f"no token for {credential.scheme.key}: {address} answers {reply.status_code} {reply.text[:300]}; "
            "check username and password in [fuzz.auth] of tally.toml"
        )
        raise InputError.of("fuzz-auth", message)
    text = _at(reply.json(), credential.token_pointer)
    if not isinstance(text, str):
        message = (
            f"no token for {credential.scheme.key}: the answer of {address} has no text at {credential.token_pointer}"
        )
        raise InputError.of("fuzz-auth", message)
    return text


def _at(value: Any, pointer: str) -> Any:
    for token in pointer_tokens(pointer):
        value = value.get(token) if isinstance(value, dict) else None
    return value
