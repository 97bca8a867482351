"""What is known of a reply besides its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid")


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
