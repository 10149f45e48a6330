"""Structured logs: one event a line, with the request's id and the user's id where there are any."""

import re
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied

# Addresses that hold a secret: whoever reads the log could otherwise use them first.
SECRET_ADDRESSES = re.compile(r"(/invitations/|/accounts/password/reset/key/|/accounts/confirm-email/)(?!\d+/)[^/\s]+")


def hide_secrets(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep the tokens of links in mails out of the log, in our own lines and in those of Django."""
    for key in ("event", "request"):
        if isinstance(event.get(key), str):
            event[key] = SECRET_ADDRESSES.sub(r"\1…", event[key])
    return event


def shorten_refusals(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A page that somebody may not open is no failure of the site: one line says it, without a traceback."""
    told = event.get("exc_info")
    if isinstance(told, tuple) and isinstance(told[1], PermissionDenied):
        del event["exc_info"]
    return event


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_secrets,
    shorten_refusals,
]


def configure_structlog() -> None:
    """Send structlog's events through the standard library, where LOGGING formats them."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_config(*, style: str, level: str) -> dict[str, Any]:
    """Django's LOGGING for ``style`` "console" (for people) or "json" (for machines)."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": SHARED_PROCESSORS,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": ["console"], "level": level, "propagate": False},
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # fontTools tells each glyph it keeps; WeasyPrint's own warnings are enough.
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
            # Its steps, one a page, are for collab.common.printing and not for the log.
            "weasyprint.progress": {"level": "INFO", "propagate": False},
        },
    }
