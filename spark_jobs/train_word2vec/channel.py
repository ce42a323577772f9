"""How tasks on executors tell the driver how far they are: one JSON object a line over TCP, opened by a shared secret.

Spark delivers accumulators only when a task has ended, which is too late for a bar that moves.
What is said here is never needed for the result: a message that is lost is lost.
"""

import json
import secrets
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

Message = Mapping[str, Any]
_MAX_LINE_BYTES = 1 << 16


@dataclass
class Sender:
    """A task's end; travels to it by pickle, and connects there on first use."""

    host: str
    port: int
    secret: str
    _connection: socket.socket | None = field(default=None, repr=False)

    def __call__(self, message: Message) -> None:
        with suppress(OSError):
            if self._connection is None:
                self._connection = socket.create_connection((self.host, self.port), timeout=5)
                self._connection.sendall(f"{self.secret}\n".encode())
            self._connection.sendall(json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_connection": None}


class Channel(ThreadingTCPServer):
    """The driver's end: calls `heard` with each message, from threads of its own."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, bind_address: str, heard: Callable[[Message], None]) -> None:
        super().__init__((bind_address, 0), _Reader)
        self.heard = heard
        self.sender = Sender(host, self.server_address[1], secrets.token_hex(16))

    def __enter__(self) -> "Channel":
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="channel", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Reader(StreamRequestHandler):
    server: Channel

    def handle(self) -> None:
        first = self.rfile.readline(_MAX_LINE_BYTES).decode("ascii", "replace").strip()
        if not secrets.compare_digest(first.encode(), self.server.sender.secret.encode()):
            return
        while line := self.rfile.readline(_MAX_LINE_BYTES):
            self.server.heard(json.loads(line))
