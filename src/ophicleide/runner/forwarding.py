"""Passing a request on to a function and its answer back, both as streams."""

from collections.abc import AsyncIterator, Iterable

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ophicleide.domain.errors import BodyTooLarge, Unavailable

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 65.0
"""A little more than a function's own limit in the manifests (60 s), so that its answer comes first."""

# RFC 9110 section 7.6.1: these speak of one connection and are not passed on; Host is the next server's own.
_OF_ONE_HOP = frozenset(
    [
        "connection",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
_OURS_TO_SAY = frozenset({"x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix"})


def client() -> httpx.AsyncClient:
    """Knows no proxy: everything it calls is on this machine."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    return httpx.AsyncClient(trust_env=False, follow_redirects=False, limits=limits, timeout=timeout)


async def forward(
    client: httpx.AsyncClient, request: Request, address: str, path: str, *, prefix: str, max_body_bytes: int
) -> Response:
    """`path` is what the function sees, percent-encoded; `prefix` is what stood before it."""
    query = request.url.query
    outgoing = client.build_request(
        request.method,
        f"{address}{path}{'?' + query if query else ''}",
        headers=[*_passed_on(request.headers.items()), *_seen_from_outside(request, prefix)],
        content=_bounded(request, max_body_bytes) if _has_body(request) else None,
    )
    try:
        answer = await client.send(outgoing, stream=True)
    except httpx.TransportError as error:
        raise Unavailable("The function does not answer; it is being started again. Try again in a moment.") from error
    response = StreamingResponse(
        answer.aiter_raw(), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
    )
    response.raw_headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in _passed_on(answer.headers.multi_items())
        if name.lower() not in ("date", "server")  # our own server says these
    ]
    return response


def _passed_on(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    headers = list(headers)
    named = {
        token.strip().lower() for name, value in headers if name.lower() == "connection" for token in value.split(",")
    }
    return [(name, value) for name, value in headers if name.lower() not in _OF_ONE_HOP | _OURS_TO_SAY | named]


def _seen_from_outside(request: Request, prefix: str) -> list[tuple[str, str]]:
    """What a function needs to know for whole URLs of its own."""
    return [
        ("x-forwarded-host", request.headers.get("host", "")),
        ("x-forwarded-proto", request.url.scheme),
        ("x-forwarded-prefix", prefix),
    ]


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


async def _bounded(request: Request, max_bytes: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise BodyTooLarge(f"The body has more than {max_bytes} bytes, the most that is passed on.")
        yield chunk
