"""JSON pointers (RFC 6901) and their form in URI fragments."""

from __future__ import annotations

from urllib.parse import quote, unquote

__all__ = ["escape", "join", "parent", "pointer_tokens", "unescape"]


def escape(token: str | int) -> str:
    """One reference token as it stands in a pointer (RFC 6901, section 3)."""
    return str(token).replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """The inverse of :func:`escape`."""
    return token.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *tokens: str | int) -> str:
    """The pointer that continues ``pointer`` by unescaped tokens."""
    return pointer + "".join("/" + escape(token) for token in tokens)


def parent(pointer: str) -> tuple[str, str]:
    """The pointer without its last token, and that token unescaped. The whole document has no parent: ``("", "")``."""
    head, _, last = pointer.rpartition("/")
    return head, unescape(last)


def pointer_tokens(pointer: str) -> list[str]:
    """The unescaped tokens of a pointer, or of a URI fragment holding one (percent-decoded, RFC 6901 section 6).

    Raises:
        ValueError: the text is neither empty nor begins with ``/``.
    """
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError(f"not a JSON pointer: {pointer!r}")
    if "%" in pointer:
        pointer = unquote(pointer)
    return [unescape(token) for token in pointer[1:].split("/")]


def as_fragment(pointer: str) -> str:
    """The pointer as a URI fragment, ``#/paths/~1items``."""
    return "#" + quote(pointer, safe="/~!$&'()*+,;=:@?-._")
