"""HTTP/1.1 for a handler, and nothing of a web framework: on each connection one request after another, as they came.

Answers that need no waiting are sent from the event loop; all others are made in threads.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache, partial
from typing import Any, cast

from ophicleide.domain.errors import MalformedRequest
from ophicleide.edge import journal
from ophicleide.edge.messages import Handler, Request, Response
from ophicleide.edge.reading import Read, Reader

THREADS = 16
"""As many requests wait for the store or search at once; more wait in line, and Server-Timing tells how long."""

WARM_UP_AFTER_SECONDS = 1.0
"""The first callers are waiting for the processor then no more."""

SILENCE_SECONDS = 120.0
"""How long a caller may take to send a request, or to read on; longer than proxies keep connections that nobody uses."""


class Service:
    """What a server's connections share: the handler that answers, its threads, and when they all end.

    A handler may have `at_once(request)`: a response that is ready without waiting, or None.
    It may have `warm_up()` too, which is called once, a while after the first answer: what others may need by then.
    """

    def __init__(self, handler: Handler) -> None:
        self.max_body_bytes = handler.max_body_bytes
        self.handle = handler.handle
        self.at_once: Callable[[Request], Response | None] = getattr(handler, "at_once", lambda _request: None)
        self.open: set[Connection] = set()
        self.ending = False
        self._warm_up: Callable[[], object] | None = getattr(handler, "warm_up", None)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._loop = asyncio.get_running_loop()

    def in_thread(self, work: Callable[..., Any], *arguments: object) -> "asyncio.Future[Any]":
        return self._loop.run_in_executor(self._threads, work, *arguments)

    def answered(self) -> None:
        if self._warm_up is not None:
            warm_up, self._warm_up = self._warm_up, None
            self._loop.call_later(WARM_UP_AFTER_SECONDS, self.in_thread, warm_up)

    async def watch(self) -> None:
        """Leave callers that are silent for too long; to be cancelled."""
        while True:
            await asyncio.sleep(SILENCE_SECONDS / 10)
            for connection in tuple(self.open):
                connection.leave_if_silent()

    async def end(self, seconds: float) -> None:
        """Wait so long for the requests under way; to be called when no more connections are accepted."""
        self.ending = True
        for connection in tuple(self.open):
            connection.close_if_idle()
        deadline = self._loop.time() + seconds
        while self.open and self._loop.time() < deadline:
            await asyncio.sleep(0.01)


class Connection(asyncio.Protocol):
    def __init__(self, service: Service) -> None:
        self._service = service
        self._reader = Reader(service.max_body_bytes)
        self._waiting: deque[Read] = deque()
        self._busy = False  # with a request whose answer is being made or streamed
        self._room = asyncio.Event()  # for more of an answer, which the caller reads as fast as it likes
        self._room.set()
        self._heard = time.monotonic()
        self._stream: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._service.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        self._service.open.discard(self)
        self._waiting.clear()
        self._room.set()

    def data_received(self, data: bytes) -> None:
        if not self._reader.begun:
            self._heard = time.monotonic()
        self._waiting += self._reader.feed(data)
        if self._reader.expects_a_word() and not self._waiting and not self._busy:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._go_on()

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()
        self._go_on()

    def close_if_idle(self) -> None:
        if not (self._busy or self._waiting or self._reader.begun):
            self._transport.close()

    def leave_if_silent(self) -> None:
        if not self._busy and time.monotonic() - self._heard > SILENCE_SECONDS:
            self._transport.abort()

    def _go_on(self) -> None:
        """Answer what has come, until something has to be waited for; meanwhile nothing more is read."""
        while self._waiting and not self._busy and self._room.is_set() and not self._transport.is_closing():
            self._take(*self._waiting.popleft())
        if self._transport.is_closing():
            return
        if self._busy or self._waiting:
            self._transport.pause_reading()
        elif self._reader.fault:
            self._refuse(self._reader.fault)
        else:
            self._transport.resume_reading()

    def _take(self, request: Request, last: bool) -> None:
        if (response := self._service.at_once(request)) is not None:
            self._send(request, response, last=last)
        else:
            self._busy = True
            made = self._service.in_thread(self._service.handle, request)
            made.add_done_callback(partial(self._made, request, last))

    def _made(self, request: Request, last: bool, made: "asyncio.Future[Response]") -> None:
        try:
            response = made.result()
        except Exception:  # noqa: BLE001 - a handler raises nothing; should it, its caller still gets an answer
            from ophicleide.edge.problems import internal_error

            response = internal_error(request.path, journal.request_id(request))
        if response.stream is None:
            self._send(request, response, last=last)
            self._go_on()
        else:
            self._stream = asyncio.ensure_future(self._send_pieces(request, response, last=last))

    def _send(self, request: Request, response: Response, *, last: bool) -> None:
        last |= self._is_the_end()
        body = b"" if request.method == "HEAD" or _is_bare(response) else response.body
        self._transport.write(_head(response, last) + body)
        self._sent(last)

    async def _send_pieces(self, request: Request, response: Response, *, last: bool) -> None:
        """Each made in a thread when there is room for it; nothing more is made for a caller that went away."""
        left = iter(response.stream or ())
        last |= "Content-Length" not in response.headers or self._is_the_end()
        try:
            self._transport.write(_head(response, last))
            while request.method != "HEAD" and not self._transport.is_closing():
                if (piece := await self._service.in_thread(next, left, None)) is None:
                    break
                self._transport.write(piece)
                await self._wait_for_room()
        except Exception:  # noqa: BLE001 - the head is sent already: that the rest is missing is all that can be said
            journal.log.exception("an answer broke off", extra={"request_id": journal.request_id(request)})
            self._transport.abort()
        finally:
            await self._service.in_thread(_close, left)
        self._sent(last)
        self._go_on()

    async def _wait_for_room(self) -> None:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                await self._room.wait()
        except TimeoutError:  # the caller reads nothing
            self._transport.abort()

    def _sent(self, last: bool) -> None:
        self._busy, self._heard = False, time.monotonic()
        self._service.answered()
        if last or self._is_the_end():  # which may have come while pieces were sent
            self._transport.close()

    def _is_the_end(self) -> bool:
        return self._service.ending and not self._waiting

    def _refuse(self, fault: MalformedRequest) -> None:
        """Of bytes that are no request: nobody knows where the next one would start."""
        from ophicleide.edge.problems import problem_response

        response = problem_response(fault, None)
        self._transport.write(_head(response, last=True) + response.body)
        self._transport.close()


def _head(response: Response, last: bool) -> bytes:
    lines = [_status_line(response.status), *(f"{name}: {text}" for name, text in response.headers.items())]
    if response.stream is None and not _is_bare(response):
        lines.append(f"Content-Length: {len(response.body)}")
    if last:
        lines.append("Connection: close")
    lines.append(f"Date: {_date(int(time.time()))}\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1")


def _is_bare(response: Response) -> bool:
    """Whether an answer of this status has no body and no length (RFC 9110, section 6.4.1)."""
    return response.status in (204, 304)


@cache
def _status_line(status: int) -> str:
    from http import HTTPStatus

    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(second))


def _close(pieces: Iterator[bytes]) -> None:
    if close := getattr(pieces, "close", None):
        close()
