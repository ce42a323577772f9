"""Whether the process is up: liveness and readiness, the same for every function."""

from ophicleide.edge.messages import Request, Response, json_response

HEALTH = frozenset({"/health/liveness", "/health/readiness"})
"""Readiness does not ask the store: an outage of it would take every instance down, and a 503 says more."""


def health(request: Request) -> Response | None:
    """The answer to a probe; None for any other request."""
    if request.path in HEALTH and request.method in ("GET", "HEAD"):
        return json_response(200, {"status": "ok"}, {"Cache-Control": "no-store"})
    return None
