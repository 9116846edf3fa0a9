"""Where the log of every process goes: to standard error, JSON unless somebody watches."""

import logging
import sys
from typing import Any

import structlog


def write_logs() -> None:
    """Bind structlog to standard error from "info" on, unless the application has done so already."""
    if structlog.is_configured():
        return
    last: Any = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Plain tracebacks: the other kinds print local variables, and with them people's names.
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )
