"""Logs: one JSON object per line on standard output, ours and those of libraries alike."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

__all__ = ["configure_logs"]

_SECRET = ("password", "secret", "token", "authorization", "api_key", "cookie")
_HIDDEN = "[hidden]"


def configure_logs(form: Literal["json", "console"], level: str) -> None:
    """Sets up logging for this process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
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
    handler = logging.StreamHandler(sys.stdout)
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
    return msgspec.json.encode(value, enc_hook=str).decode()
