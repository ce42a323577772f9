"""A handler as an ASGI application: bytes in, bytes out, and nothing of a web framework.

Answers that need no waiting are sent from the event loop; all others are made in threads.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import perf_counter
from typing import Any

from ophicleide.edge.messages import Handler, Request, Response

THREADS = 16
"""As many requests wait for the store or search at once; more wait in line, and Server-Timing tells how long."""

WARM_UP_AFTER_SECONDS = 1.0
"""The first callers are waiting for the processor then no more."""

DRAINED_BYTES = 64 << 20
"""Of a body that is too long so much is read on: a socket closed on unread bytes loses the answer."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Application:
    """A handler may have `at_once(request)`: a response that is ready without waiting, or None.

    It may have `warm_up()` too, which is called once, a while after the first answer: what others may need by then.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._at_once: Callable[[Request], Response | None] = getattr(handler, "at_once", lambda _request: None)
        self._warm_up: Callable[[], object] | None = getattr(handler, "warm_up", None)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        arrived = perf_counter()
        body = await self._body(receive)
        if body is None:
            return
        request = _request(scope, body, arrived)
        response = self._at_once(request)
        if response is None:
            response = await asyncio.get_running_loop().run_in_executor(self._threads, self._handler.handle, request)
        await send({"type": "http.response.start", "status": response.status, "headers": _headers(response)})
        if response.stream is None:
            await send({"type": "http.response.body", "body": response.body})
        else:
            await self._stream(response.stream, receive, send)
        if self._warm_up is not None:
            warm_up, self._warm_up = self._warm_up, None
            loop = asyncio.get_running_loop()
            loop.call_later(WARM_UP_AFTER_SECONDS, loop.run_in_executor, self._threads, warm_up)

    async def _body(self, receive: Receive) -> bytes | None:
        """The body, or as much of it as shows that it is too long; None where the caller went away."""
        pieces, size, more = [], 0, True
        while more and size < DRAINED_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            piece, more = message.get("body", b""), message.get("more_body", False)
            if size <= self._handler.max_body_bytes:
                pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)[: self._handler.max_body_bytes + 1]

    async def _stream(self, pieces: Iterable[bytes], receive: Receive, send: Send) -> None:
        """Piece by piece, each made in a thread; nothing more is made for a caller that went away."""
        loop, left, gone = asyncio.get_running_loop(), iter(pieces), asyncio.ensure_future(receive())
        try:
            while not gone.done():
                piece = await loop.run_in_executor(self._threads, next, left, None)
                await send({"type": "http.response.body", "body": piece or b"", "more_body": piece is not None})
                if piece is None:
                    return
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone
            await loop.run_in_executor(self._threads, _close, left)


def _request(scope: Message, body: bytes, arrived: float) -> Request:
    headers: dict[str, str] = {}
    for raw_name, raw in scope["headers"]:
        name, text = raw_name.decode("latin-1"), raw.decode("latin-1")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    query = scope["query_string"].decode("ascii", errors="replace")
    return Request(scope["method"], scope["path"], query, headers, body, arrived)


def _headers(response: Response) -> list[tuple[bytes, bytes]]:
    headers = [(name.lower().encode(), text.encode("latin-1")) for name, text in response.headers.items()]
    if response.stream is None and response.status not in (204, 304):
        headers.append((b"content-length", str(len(response.body)).encode()))
    return headers


def _close(pieces: Iterator[bytes]) -> None:
    if close := getattr(pieces, "close", None):
        close()
