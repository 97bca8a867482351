"""Signatures of outgoing messages, as Standard Webhooks describes them (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

SECRET_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """Return a fresh signing secret: 256 random bits in Base64 after `whsec_`."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Return the HMAC key that a secret stands for.

    Raises ValueError for text that is not `whsec_` and Base64.
    """
    if not secret.startswith(SECRET_PREFIX):
        message = f"a signing secret starts with {SECRET_PREFIX}"
        raise ValueError(message)
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the Base64 of HMAC-SHA256 over `{message_id}.{timestamp}.{body}`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signed_headers(secret: str, *, message_id: str, sent_at: datetime, body: bytes) -> Mapping[str, str]:
    """Return the headers that go with one attempt; `sent_at` is the moment of this attempt, not of the event."""
    timestamp = int(sent_at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id=message_id, timestamp=timestamp, body=body),
    }
