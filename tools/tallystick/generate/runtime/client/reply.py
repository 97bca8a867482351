"""What is known of a reply besides its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid")


class Headers(Mapping[str, str]):
    """The headers of a reply, by name without regard to case. Headers that came more than once are joined by commas."""

    __slots__ = ("_texts",)

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        texts: dict[str, str] = {}
        for raw_name, raw_text in pairs:
            name, text = raw_name.decode("latin-1").lower(), raw_text.decode("latin-1")
            texts[name] = f"{texts[name]}, {text}" if name in texts else text
        self._texts = texts

    def __getitem__(self, name: str) -> str:
        return self._texts[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __repr__(self) -> str:
        return f"Headers({self._texts!r})"


class ReplyInfo(NamedTuple):
    """Status and headers of a reply. Header names are looked up without regard to case."""

    status: int
    headers: Mapping[str, str]

    @property
    def etag(self) -> str | None:
        """The entity tag, as ``If-Match`` wants it."""
        return self.headers.get("etag")

    @property
    def request_id(self) -> str | None:
        """The id under which the server logged the request."""
        return next((self.headers[name] for name in _REQUEST_ID_HEADERS if name in self.headers), None)

    @property
    def media_type(self) -> str:
        """The media type without parameters, lower case; empty where the reply has none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()
