"""What FastAPI's telemetry is told of refused requests: the same as of those that FastAPI refuses itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from fastapi.telemetry import get_telemetry_data
from opentelemetry._logs import SeverityNumber

from .app_handlers import framework_errors
from .problems import Refusal

__all__ = ["note_refusal"]


def note_refusal(scope: Mapping[str, Any], refusal: Refusal) -> None:
    """Notes wrong values for processors, and logs their number while FastAPI logs; other refusals are no such event."""
    if not refusal.errors:
        return
    data = get_telemetry_data()
    if data is not None:
        data.errors = framework_errors(refusal)
    telemetry = scope["fastapi.telemetry"]  # None for requests that are not to be recorded
    logger, route = getattr(telemetry, "logger", None), getattr(telemetry, "route", None)
    if logger is not None:
        logger.emit(
            event_name="fastapi.validation.failed",
            timestamp=time.time_ns(),
            severity_number=SeverityNumber.WARN,
            severity_text="WARN",
            body="Request validation failed",
            attributes={
                "fastapi.validation.error_count": len(refusal.errors),
                **({} if route is None else {"http.route": route}),
            },
        )
