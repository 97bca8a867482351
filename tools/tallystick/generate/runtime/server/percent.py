"""Percent-encoding (RFC 3986, section 2.1), form encoding and cookies, read without forgiveness."""

from __future__ import annotations

import re

__all__ = ["Malformed", "as_text", "cookie_text", "pairs", "unquote", "unquote_plus"]

_ESCAPES = re.compile(rb"%([0-9A-Fa-f]{2})?")


class Malformed(ValueError):
    """The request cannot even be read: a bad escape, text that is not UTF-8, a structure that does not parse."""


def unquote(text: str) -> str:
    """The text without percent-encoding.

    Raises:
        Malformed: a percent sign without two hexadecimal digits, or octets that are not UTF-8.
    """
    if "%" not in text:
        return text
    try:
        return _ESCAPES.sub(_octet, text.encode()).decode()
    except UnicodeError:
        raise Malformed(f"the octets of {text!r} are not UTF-8") from None


def unquote_plus(text: str) -> str:
    """Like ``unquote``, a plus sign being a space (application/x-www-form-urlencoded)."""
    return unquote(text.replace("+", " ") if "+" in text else text)


def _octet(match: re.Match[bytes]) -> bytes:
    if match[1] is None:
        raise Malformed("a percent sign must be followed by two hexadecimal digits; a literal one is written %25")
    return bytes((int(match[1], 16),))


def as_text(octets: bytes) -> str:
    """The text of a query string or a form.

    Raises:
        Malformed: it is not UTF-8.
    """
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise Malformed("the octets are not UTF-8") from None


def pairs(text: bytes) -> list[tuple[str, str]]:
    """Names (decoded) and values (still encoded) of a query string or a form.

    Raises:
        Malformed: see ``unquote``.
    """
    result = []
    for part in as_text(text).split("&"):
        if part:
            name, _, value = part.partition("=")
            result.append((unquote_plus(name), value))
    return result


def cookie_text(text: str) -> str:
    """The text of a cookie without the quotation marks around it (RFC 6265, section 4.1.1)."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
