"""What every request leaves behind: one log line, and an id that the answer repeats.

Nothing heavy is imported here, because the shortest answers come this way too.
"""

import logging
import re
import uuid
from urllib.parse import quote

from ophicleide.edge.health import HEALTH
from ophicleide.edge.messages import Request, Response

_SAFE_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
log = logging.getLogger("ophicleide.requests")


def request_id(request: Request) -> str:
    """The caller's X-Request-Id where it is well-formed, else a fresh one."""
    given = request.headers.get("x-request-id", "")
    return given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex


def tell(name: str, request: Request, response: Response, request_id: str, seconds: float) -> None:
    level = logging.DEBUG if request.path in HEALTH else logging.ERROR if response.status >= 500 else logging.INFO
    if not log.isEnabledFor(level):
        return
    trace = request.headers.get("traceparent", "").split("-")
    path = quote(request.path)  # a path may hold line breaks; a log line must not
    fields = {
        "function": name,
        "method": request.method,
        "path": path,
        "status": response.status,
        "milliseconds": round(seconds * 1000, 1),
        "request_id": request_id,
        "trace_id": trace[1] if len(trace) == 4 and _SAFE_ID.fullmatch(trace[1]) else None,
        "event_type": request.headers.get("ce-type", "")[:100] or None,
    }
    log.log(level, "%s %s %d", request.method, path, response.status, extra=fields)
