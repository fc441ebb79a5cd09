"""Operational logs: JSON lines on standard error, never with a secret or a traceback's values."""

import logging
import sys

import structlog


def configure(level: str = "warning") -> None:
    """Send our own and the libraries' log lines to standard error as JSON."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING), format="%(message)s")
    # the libraries' own lines may hold statements, addresses or message bodies
    for noisy in ("procrastinate", "aiosmtplib", "psycopg", "sqlalchemy", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
