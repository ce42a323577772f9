"""One guarded GET: follows redirects by itself, in pieces, within limits of time and size.

Gives bytes as the server sent them; what they mean is the caller's affair.
Proxy variables of the environment are ignored: behind a proxy the guard could not see where a name leads.
"""

import http.client
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3 import exceptions as faults
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse

from ophicleide import __version__
from ophicleide.fetching.guard import AddressRefused, Guard
from ophicleide.fetching.versions import Head, Tail, VersionChanged

PIECE_BYTES = 1 << 16
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"User-Agent": f"ophicleide/{__version__}", "Accept": "text/*, */*;q=0.5", "Accept-Encoding": "gzip"}


class DownloadFailed(Exception):
    """The text did not arrive; the message says what happened, without the URL."""


class DownloadTimedOut(DownloadFailed):
    """The server was silent, or took altogether too long."""


class DownloadTooLarge(DownloadFailed):
    """More bytes than the limit."""


class DownloadChanged(DownloadFailed):
    """A part is not of the version that was seen before."""


class DownloadRefused(DownloadFailed):
    """The URL, or one it redirected to, leads to an address that the guard refuses."""


@dataclass(frozen=True)
class Limits:
    silence_seconds: float
    total_seconds: float
    redirects: int
    max_bytes: int


class _CutOff:
    """Ends every socket of a download when its time is up, whatever is being read: a handshake, headers or the body.

    Works on duplicates: TLS takes the original socket away, and shutting one of them down ends the connection itself.
    """

    def __init__(self, seconds: float) -> None:
        self.fired = False
        self._sockets: list[socket.socket] = []
        self._timer = Timer(seconds, self._fire)
        self._timer.daemon = True

    def __enter__(self) -> "_CutOff":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        for duplicate in self._sockets:
            duplicate.close()

    def watch(self, connection: socket.socket) -> socket.socket:
        self._sockets.append(socket.socket(fileno=os.dup(connection.fileno())))
        return connection

    def _fire(self) -> None:
        self.fired = True
        for duplicate in self._sockets:
            with suppress(OSError):
                duplicate.shutdown(socket.SHUT_RDWR)


@contextmanager
def download(
    url: str, guard: Guard, limits: Limits, tail: Tail | None = None
) -> Iterator[tuple[Head, Iterator[bytes]]]:
    """The answer's head and its body in pieces, or from `tail.start` on; a `DownloadFailed` is raised here or while the pieces are read."""
    with _CutOff(limits.total_seconds) as cut_off, _translated(cut_off, limits):
        pool = _guarded_pool(lambda host, port, timeout: cut_off.watch(guard.connect(host, port, timeout)))
        response, final_url = _follow(pool, url, limits, tail)
        try:
            yield Head.of(response.headers, final_url), _pieces(response, limits, cut_off)
        finally:
            response.close()
            pool.clear()


def _follow(pool: urllib3.PoolManager, url: str, limits: Limits, tail: Tail | None) -> tuple[BaseHTTPResponse, str]:
    for _ in range(limits.redirects + 1):
        response = pool.request(
            "GET",
            url,
            headers=_HEADERS | (tail.headers if tail else {}),
            timeout=limits.silence_seconds,
            redirect=False,
            retries=False,
            preload_content=False,
        )
        location = response.headers.get("Location")
        if response.status in (200, 206, 416) and (tail or response.status == 200):
            return _checked(response, tail), url
        response.close()
        if response.status not in REDIRECTS or location is None:
            raise DownloadFailed(f"the server answered {response.status} {response.reason or ''}".rstrip())
        url = _redirected(url, location)
    raise DownloadFailed(f"the server redirects more than {limits.redirects} times")


def _redirected(url: str, location: str) -> str:
    target = urljoin(url, location)
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DownloadRefused("the server redirects to something that is neither http:// nor https://")
    return target


def _checked(response: BaseHTTPResponse, tail: Tail | None) -> BaseHTTPResponse:
    if tail is not None:
        try:
            tail.check(response.status, response.headers)
        except VersionChanged as change:
            response.close()
            raise DownloadChanged("it changed while it was read") from change
    return response


def _pieces(response: BaseHTTPResponse, limits: Limits, cut_off: _CutOff) -> Iterator[bytes]:
    received = 0
    # read1 gives what has arrived: read would wait until a piece is full.
    while piece := response.read1(PIECE_BYTES, decode_content=False):
        received += len(piece)
        if received > limits.max_bytes:
            raise DownloadTooLarge(f"it is longer than {limits.max_bytes:,} bytes")
        yield piece
    if cut_off.fired:  # without a declared length, our own cut looks like the text's end
        raise DownloadTimedOut(_overdue(limits))


def _overdue(limits: Limits) -> str:
    return f"it had not arrived after {limits.total_seconds:g} seconds"


@contextmanager
def _translated(cut_off: _CutOff, limits: Limits) -> Iterator[None]:
    try:
        yield
    except (faults.HTTPError, OSError) as error:
        if cut_off.fired:
            raise DownloadTimedOut(_overdue(limits)) from error
        if isinstance(_origin(error), (faults.TimeoutError, TimeoutError)):
            raise DownloadTimedOut(f"the server was silent for {limits.silence_seconds:g} seconds") from error
        raise DownloadFailed(_reason(error)) from error
    except AddressRefused as refusal:
        raise DownloadRefused(str(refusal)) from refusal


def _origin(error: Exception) -> Exception:
    """The error that urllib3 wrapped; it keeps it among the arguments, or as the cause."""
    inner = next((part for part in error.args if isinstance(part, Exception)), error.__cause__)
    return _origin(inner) if isinstance(error, faults.HTTPError) and isinstance(inner, Exception) else error


def _reason(error: Exception) -> str:
    """What a person can act on, without the objects that urllib3 prints."""
    match _origin(error):
        case socket.gaierror():
            return "its host name is not known"
        case faults.IncompleteRead() | http.client.IncompleteRead() | http.client.RemoteDisconnected():
            return "the server closed the connection before the end"
        case ssl.SSLCertVerificationError(verify_message=str(text)):
            return f"its certificate is not trusted: {text}"
        case OSError(strerror=str(text)):
            return f"the connection failed: {text}"
        case origin:
            return f"the server's answer cannot be read: {type(origin).__name__}"


Connect = Callable[[str, int, float | None], socket.socket]


def _guarded_pool(connect: Connect) -> urllib3.PoolManager:
    """A pool that connects by `connect` alone; TLS still verifies the certificate against the host's name."""

    class PlainConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self.host.strip("[]"), self.port, _seconds(self.timeout))

    class TLSConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self.host.strip("[]"), self.port, _seconds(self.timeout))

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class TLSPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = TLSConnection

    pool = urllib3.PoolManager()
    pool.pool_classes_by_scheme = {"http": PlainPool, "https": TLSPool}
    return pool


def _seconds(timeout: object) -> float | None:
    return timeout if isinstance(timeout, float) else None
