"""Structured logs: one JSON object a line on standard output, with the process name and context variables."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog


def configure(process: str, *, level: str = "info", stream: TextIO | None = None) -> None:
    """Set up logging for one process; `process` appears in every line."""
    number = getattr(logging, level.upper())
    logging.basicConfig(level=number, stream=stream or sys.stdout, force=True)
    # Libraries log through `logging` and `warnings`: their lines, tracebacks included, become JSON objects too.
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    for handler in logging.getLogger().handlers:
        handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
                foreign_pre_chain=[lambda _l, _m, event: {"process": process, **event}, *shared],
            )
        )
    logging.captureWarnings(True)
    for noisy in ("httpx2", "httpcore2", "websockets", "uvicorn.access", "psycopg.pool"):
        logging.getLogger(noisy).setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def get() -> structlog.stdlib.BoundLogger:
    """Return the logger; call it as `log.get().info("event", key=value)`."""
    return structlog.get_logger()
