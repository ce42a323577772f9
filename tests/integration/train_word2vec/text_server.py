"""A real HTTP or HTTPS server on loopback whose answers a test writes by hand, down to the bytes on the wire."""

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Answer = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request; `server.released` is set when the test is over, so that no answer outlives it."""

    server: "_Server"

    def do_GET(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):  # the client hung up, which many tests are about
            self.server.answers[self.path](self)

    def head(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def pause(self, seconds: float) -> bool:
        """Waits; True when the test is over."""
        return self.server.released.wait(seconds)

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RD)
        self.rfile.close()
        self.wfile.close()
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


class _Server(ThreadingHTTPServer):
    answers: dict[str, Answer]
    released: Event

    def handle_error(self, *_: Any) -> None:
        """A connection that a test broke on purpose."""


class TextServer:
    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = _Server(("127.0.0.1", 0), Exchange)
        self._scheme = "http"
        if tls:
            self._scheme, self._server.socket = "https", tls.wrap_socket(self._server.socket, server_side=True)
        self._server.answers, self._server.released = {}, Event()
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self, path: str) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}{path}"

    def answers(self, path: str, answer: Answer) -> str:
        """Has the path answered so, and gives its URL."""
        self._server.answers[path] = answer
        return self.url(path)

    def serves(self, path: str, body: bytes, **headers: str) -> str:
        def answer(exchange: Exchange) -> None:
            exchange.head(Content_Length=str(len(body)), **headers)
            exchange.wfile.write(body)

        return self.answers(path, answer)

    def close(self) -> None:
        self._server.released.set()
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[TextServer]:
    server = TextServer(tls)
    try:
        yield server
    finally:
        server.close()
