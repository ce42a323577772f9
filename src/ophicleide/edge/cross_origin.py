"""Which web pages may read an answer: those of origins that the operator listed (the Fetch standard's CORS protocol)."""

from collections.abc import Collection
from dataclasses import replace

from ophicleide.edge.messages import Request, Response

EXPOSED = "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, X-Request-Id"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, If-Range, Range",
    "Access-Control-Allow-Private-Network": "true",  # browsers ask this before a public page reads this machine
    "Access-Control-Max-Age": "600",
}


def readable(request: Request, response: Response, origins: Collection[str]) -> Response:
    """The response, with leave for the page that asks if its origin is among `origins`; `*` stands for all."""
    headers, origin = {**response.headers, "Vary": "Origin"}, request.headers.get("origin")
    if origin is not None and ("*" in origins or origin in origins):
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}
        if request.method == "OPTIONS":
            headers |= _PREFLIGHT
    return replace(response, headers=headers)
