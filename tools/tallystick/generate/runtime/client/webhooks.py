"""Verification of signed webhooks: the Standard Webhooks specification, version 1.0.0, symmetric signatures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from .errors import InvalidSignature
from .values import is_mapping

TOLERANCE = 300.0
"""Seconds that a webhook may be old, or ahead of our clock."""


class WebhookVerifier:
    """Checks that a webhook comes from the holder of the secret, and is fresh.

    Several secrets are accepted at once, for rotation.
    """

    def __init__(
        self,
        *secrets: str,
        tolerance: float = TOLERANCE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not secrets:
            raise ValueError("a webhook verifier needs at least one secret")
        self._keys = [_key(secret) for secret in secrets]
        self._tolerance, self._clock = tolerance, clock

    def verify(self, body: bytes | str, headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> Any:
        """The JSON value of a webhook that is genuine.

        ``body`` must be the bytes as they were received, before any parsing.

        Raises:
            InvalidSignature: a header is missing, the signature is wrong, or the webhook is too old or from the future.
        """
        raw = body.encode() if isinstance(body, str) else body
        found = _lowered(headers)
        identifier, stamp, signatures = (
            _required(found, f"webhook-{name}") for name in ("id", "timestamp", "signature")
        )
        self._check_age(stamp)
        signed = f"{identifier}.{stamp}.".encode() + raw
        if not any(self._matches(signed, one) for one in signatures.split()):
            raise InvalidSignature("no signature of the webhook matches")
        try:
            return json.loads(raw)
        except ValueError as error:
            raise InvalidSignature("the webhook is signed, but its body is not JSON") from error

    def sign(self, body: bytes | str, identifier: str, timestamp: int) -> str:
        """The ``webhook-signature`` of a body, for tests of a receiver."""
        raw = body.encode() if isinstance(body, str) else body
        return "v1," + base64.b64encode(_mac(self._keys[0], f"{identifier}.{timestamp}.".encode() + raw)).decode()

    def _check_age(self, stamp: str) -> None:
        try:
            age = self._clock() - int(stamp)
        except ValueError as error:
            raise InvalidSignature("webhook-timestamp is not a number of seconds") from error
        if abs(age) > self._tolerance:
            raise InvalidSignature("the webhook is too old" if age > 0 else "the webhook is from the future")

    def _matches(self, signed: bytes, signature: str) -> bool:
        version, _, text = signature.partition(",")
        if version != "v1":
            return False
        try:
            given = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(hmac.compare_digest(_mac(key, signed), given) for key in self._keys)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("a webhook secret is base64 text, with or without the prefix whsec_") from error
    if not key:
        raise ValueError("a webhook secret must not be empty")
    return key


def _mac(key: bytes, signed: bytes) -> bytes:
    return hmac.new(key, signed, hashlib.sha256).digest()


def _lowered(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    pairs: Iterable[tuple[str, str]] = headers.items() if is_mapping(headers) else cast("Any", headers)
    return {str(name).lower(): str(value) for name, value in pairs}


def _required(headers: Mapping[str, str], name: str) -> str:
    if not headers.get(name):
        raise InvalidSignature(f"the webhook has no header {name}")
    return headers[name]
