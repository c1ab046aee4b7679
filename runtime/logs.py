"""Logs as JSON lines; what concerns one application carries its id and its trace id."""

import logging
import sys
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter


def configure_logging(service: str, level: str) -> None:
    """Send all logs of the process to stderr as JSON lines, each naming the service.

    What ends the process uncaught is logged too, with its traceback.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            static_fields={"service": service},
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    logging.getLogger("uncaught").critical("%s", error, exc_info=(kind, error, traceback))


def context(application_id: int | None, trace_id: str) -> dict[str, object]:
    """The `extra` of a log line about one application."""
    return {"application_id": application_id, "trace_id": trace_id}
