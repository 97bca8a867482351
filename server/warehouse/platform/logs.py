"""Logs: one JSON object per line on standard output, ours and those of libraries alike."""

from __future__ import annotations

import contextlib
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from warehouse.platform.request import CURRENT

__all__ = ["RequestLine", "configure_logs"]

_access = logging.getLogger("warehouse.access")
_encode = msgspec.json.Encoder(enc_hook=str).encode
_OF_EVERY_LINE = ("event", "level", "logger", "timestamp", "request_id")
_SECRET = ("password", "secret", "token", "authorization", "api_key", "cookie")
_HIDDEN = "[hidden]"


def configure_logs(form: Literal["json", "console"], level: str) -> None:
    """Sets up logging for this process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_request_id,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _JsonLines(sys.stdout) if form == "json" else logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(form)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("alembic", "httpx2", "httpcore2", "dbos", "aiosqlite"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class _JsonLines(logging.StreamHandler[TextIO]):
    """A handler to which a line in its final form can be given."""

    def write_line(self, line: bytes) -> None:
        """Writes what ``emit`` would write; each of its lines is flushed, so that the order stays."""
        octets = getattr(self.stream, "buffer", None)
        with self.lock or contextlib.nullcontext():
            if octets is None:
                self.stream.write(line.decode() + self.terminator)
                self.stream.flush()
            else:
                octets.write(line + b"\n")
                octets.flush()


class RequestLine(msgspec.Struct, kw_only=True, gc=False):
    """The line about a request. There is one for each, so it has a short way: a structure, encoded and written.

    Where anybody else listens to the root logger, or the form is not JSON, it goes the way of all other lines.
    """

    event: Literal["request"] = "request"
    level: Literal["info"] = "info"
    logger: Literal["warehouse.access"] = "warehouse.access"
    timestamp: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))
    request_id: str
    method: str
    path: str
    operation: str | None
    status: int
    bytes: int
    milliseconds: float
    caller: str | None
    address: str | None

    def write(self) -> None:
        """Writes the line if lines of its level are wanted."""
        if not _access.isEnabledFor(logging.INFO):
            return
        match logging.root.handlers:
            case [_JsonLines() as lines]:
                lines.write_line(_encode(self))
            case _:
                fields = msgspec.structs.asdict(self)
                structlog.get_logger(self.logger).info(
                    self.event, **{name: fields[name] for name in fields if name not in _OF_EVERY_LINE}
                )


def add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Names the request that is being served, if there is one."""
    request = CURRENT.get()
    if request is not None:
        event.setdefault("request_id", request.request_id)
    return event


def hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replaces the values of keys that sound like a secret."""
    for name in event:
        if any(word in name.lower() for word in _SECRET):
            event[name] = _HIDDEN
    return event


def _renderers(form: Literal["json", "console"]) -> list[Processor]:
    if form == "console":
        return [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]
    # never the local variables: they hold passwords and tokens
    errors = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
    return [structlog.processors.ExceptionRenderer(errors), structlog.processors.JSONRenderer(serializer=_json)]


def _json(value: Any, **_: Any) -> str:
    return _encode(value).decode()
