"""One log record per attempt and per wait, without secrets.

The logger is named after the package. ``INFO`` tells method, path template, status, time and request id; ``DEBUG`` adds
the headers and the JSON body, in which everything the contract marks as secret (``writeOnly``, ``format: password``,
security schemes) is replaced by ``[redacted]``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from typing import Any

from .values import is_list, is_mapping, to_json

REDACTED = "[redacted]"
_SECRET_HEADERS = frozenset(("authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"))


def redacted(value: Any, secrets: Collection[str]) -> Any:
    """The JSON value with every property of a secret name replaced, at any depth."""
    if is_mapping(value):
        return {key: REDACTED if key in secrets else redacted(item, secrets) for key, item in value.items()}
    if is_list(value):
        return [redacted(item, secrets) for item in value]
    return value


def redacted_headers(headers: Mapping[str, str], secrets: Collection[str]) -> dict[str, str]:
    """The headers with those that carry credentials replaced; ``secrets`` are lower-case names."""
    return {
        name: REDACTED if name.lower() in _SECRET_HEADERS or name.lower() in secrets else text
        for name, text in headers.items()
    }


def body_text(payload: Any, secrets: Collection[str]) -> str:
    """The body as the log shows it: JSON without secrets, and only the kind of what is not JSON."""
    try:
        return json.dumps(redacted(to_json(payload), secrets), ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError):
        return f"<{type(payload).__name__}>"


def log_attempt(
    logger: logging.Logger, where: str, attempt: int, outcome: str, seconds: float, request_id: str | None
) -> None:
    """One attempt has ended: with a status, or with the name of an error."""
    logger.info(
        "%s -> %s in %.0f ms, attempt %d, request %s", where, outcome, seconds * 1000, attempt, request_id or "-"
    )
