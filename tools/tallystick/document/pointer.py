"""JSON pointers (RFC 6901) and their form in URI fragments."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

__all__ = [
    "as_fragment",
    "child_of",
    "escape",
    "fragment_pointer",
    "fragment_tokens",
    "join",
    "parent",
    "pointer_tokens",
    "unescape",
    "value_at",
]

_LONGEST_INDEX = 9
_UNQUOTED = "/~!$&'()*+,;=:@?-._"


def escape(token: str | int) -> str:
    """One reference token as it stands in a pointer (RFC 6901, section 3)."""
    text = str(token)
    return text.replace("~", "~0").replace("/", "~1") if "~" in text or "/" in text else text


def unescape(token: str) -> str:
    """The inverse of :func:`escape`."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def join(pointer: str, *tokens: str | int) -> str:
    """The pointer that continues ``pointer`` by unescaped tokens."""
    return pointer + "".join(["/" + escape(token) for token in tokens])


def parent(pointer: str) -> tuple[str, str]:
    """The pointer without its last token, and that token unescaped. The whole document has no parent: ``("", "")``."""
    head, _, last = pointer.rpartition("/")
    return head, unescape(last)


def pointer_tokens(pointer: str) -> list[str]:
    """The unescaped tokens of a pointer. A percent sign is an ordinary character here; see :func:`fragment_tokens`.

    Raises:
        ValueError: the text is neither empty nor begins with ``/``.
    """
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError(f"not a JSON pointer: {pointer!r}")
    return [unescape(token) for token in pointer[1:].split("/")]


def as_fragment(pointer: str) -> str:
    """The pointer as a URI fragment, ``#/paths/~1items`` (RFC 6901, section 6)."""
    return "#" + quote(pointer, safe=_UNQUOTED)


def fragment_pointer(reference: str) -> str:
    """The pointer behind an internal reference such as ``#/paths/~1items``, percent-decoded.

    Raises:
        ValueError: the reference does not begin with ``#``.
    """
    if not reference.startswith("#"):
        raise ValueError(f"not an internal reference: {reference!r}")
    return unquote(reference[1:]) if "%" in reference else reference[1:]


def fragment_tokens(reference: str) -> list[str]:
    """The unescaped tokens of an internal reference.

    Raises:
        ValueError: it is no internal reference by pointer.
    """
    return pointer_tokens(fragment_pointer(reference))


def child_of(value: Any, token: str) -> Any:
    """The entry of a map or list that a token names.

    Raises:
        KeyError: there is none.
    """
    if isinstance(value, dict):
        return value[token]
    if isinstance(value, list) and token.isascii() and token.isdigit() and len(token) <= _LONGEST_INDEX:
        index = int(token)
        if index < len(value) and (token == "0" or token[0] != "0"):
            return value[index]
    raise KeyError(token)


def value_at(value: Any, tokens: list[str]) -> Any:
    """The descendant that the tokens lead to.

    Raises:
        KeyError: there is none.
    """
    for token in tokens:
        value = child_of(value, token)
    return value
