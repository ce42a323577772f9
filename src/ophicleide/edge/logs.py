"""Log lines: one JSON object a line for machines, or text for people; no credentials in either."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

FIELDS = ("function", "method", "path", "status", "milliseconds", "request_id", "trace_id", "event_type")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")


def set_up(log_format: str, log_level: str) -> None:
    """To standard output; the last call holds."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logger = logging.getLogger("ophicleide")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(log_level)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "severity": record.levelname,
            "message": without_credentials(record.getMessage()),
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            line["exception"] = without_credentials(self.formatException(record.exc_info))
        return json.dumps(line)


class TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        clock = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        milliseconds = getattr(record, "milliseconds", None)
        cost = "" if milliseconds is None else f" in {milliseconds} ms"
        text = f"{clock} {record.levelname:<7} {record.getMessage()}{cost}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return without_credentials(text)


def without_credentials(text: str) -> str:
    """User and password of every URL in the text blotted out."""
    return _CREDENTIALS.sub("***@", text)
