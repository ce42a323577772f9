"""HTTP/1.1 requests out of a connection's bytes, as llhttp (httptools) parses them."""

from time import perf_counter
from typing import NamedTuple
from urllib.parse import unquote

import httptools

from ophicleide.domain.errors import MalformedRequest
from ophicleide.edge.messages import DRAINED_BYTES, Request

MAX_HEAD_BYTES = 64 << 10
"""Of a request's line and headers together."""

PIECE_BYTES = 4 << 10
"""The parser is fed so much at once: to within that it is known where a head began behind other bytes."""


class Read(NamedTuple):
    """A whole request; `last` where its connection carries no other after it."""

    request: Request
    last: bool


class Reader:
    """One connection's. `begun`: part of a request has come; `ended`: no more are understood, for `fault` where there is one."""

    def __init__(self, max_body_bytes: int) -> None:
        self.begun = False
        self.ended = False
        self.fault: MalformedRequest | None = None
        self._max_body_bytes = max_body_bytes
        self._parser = httptools.HttpRequestParser(self)
        self._whole: list[Read] = []
        self._fed = self._head_from = 0
        self._in_body = self._expects = False

    def feed(self, data: bytes) -> list[Read]:
        """The requests that are whole with these bytes, in their order."""
        for start in range(0, len(data), PIECE_BYTES):
            if not self.ended:
                self._parse(data[start : start + PIECE_BYTES])
        whole, self._whole = self._whole, []
        return whole

    def _parse(self, piece: bytes) -> None:
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade:  # no other protocol is spoken: what follows is not for us
            self.ended = True
        except httptools.HttpParserError as error:
            self._refuse(f"This is no HTTP/1.1 request: {error}.")
        self._fed += len(piece)
        if self.begun and not self._in_body:
            self._check_head(self._fed - self._head_from)

    def expects_a_word(self) -> bool:
        """Whether the caller waits to be told once that its body is wanted (Expect: 100-continue)."""
        expects = self.begun and self._in_body and self._expects
        self._expects = False
        return expects

    def on_message_begin(self) -> None:
        self.begun, self._in_body, self._head_from = True, False, self._fed
        self._target = b""
        self._headers: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self._size = 0

    def on_url(self, target: bytes) -> None:
        self._target += target

    def on_header(self, raw_name: bytes, raw: bytes) -> None:
        if self._in_body:  # a trailer
            return
        name, text = raw_name.decode("latin-1").lower(), raw.decode("latin-1")
        self._headers[name] = f"{self._headers[name]},{text}" if name in self._headers else text

    def on_headers_complete(self) -> None:
        self._in_body = True
        self._check_head(len(self._target) + sum(len(name) + len(text) for name, text in self._headers.items()))
        self._expects = self._headers.get("expect", "").lower() == "100-continue"

    def on_body(self, piece: bytes) -> None:
        if self._size <= self._max_body_bytes:
            self._pieces.append(piece)
        self._size += len(piece)
        if self._size > DRAINED_BYTES and not self.ended:
            self._complete(last=True)

    def on_message_complete(self) -> None:
        if not self.ended:
            parser = self._parser
            one_more = parser.should_keep_alive() and not parser.should_upgrade()
            self._complete(last=not one_more)

    def _complete(self, *, last: bool) -> None:
        path, _, query = _origin(self._target).partition(b"?")
        request = Request(
            self._parser.get_method().decode("ascii"),
            unquote(path.decode("ascii", errors="replace")),
            query.decode("ascii", errors="replace"),
            self._headers,
            b"".join(self._pieces)[: self._max_body_bytes + 1],
            perf_counter(),
        )
        self._whole.append(Read(request, last))
        self.begun, self.ended = False, last

    def _check_head(self, size: int) -> None:
        if size > MAX_HEAD_BYTES:
            self._refuse(f"Its line and headers have more than {MAX_HEAD_BYTES} bytes, the most that is read.")

    def _refuse(self, why: str) -> None:
        if not self.ended:
            self.ended, self.fault = True, MalformedRequest(why)


def _origin(target: bytes) -> bytes:
    """A request's target without scheme and host, which a caller may send as if to a proxy (RFC 9112, section 3.2.2)."""
    if target.startswith(b"/") or b"://" not in target:
        return target
    return b"/" + target.partition(b"://")[2].partition(b"/")[2]
