"""A handler that shows what a server makes of requests: it echoes, waits, streams, or answers at once."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from ophicleide.edge import connection
from ophicleide.edge.framework import serving
from ophicleide.edge.messages import Request, Response, json_response


class Handler:
    max_body_bytes = 1000

    def warm_up(self) -> None:
        _begun().with_name("warm").touch()

    def at_once(self, request: Request) -> Response | None:
        return Response(200, {"Content-Type": "text/plain"}, b"at once") if request.path == "/at-once" else None

    def handle(self, request: Request) -> Response:
        if request.path == "/nothing":
            return Response(204, {"X-Said": "nothing"})
        if request.path == "/slow":
            _begun().touch()
            _wait_for(_begun().with_name("go-on"))
        if request.path == "/stream":
            return Response(200, {"Content-Length": "300000"}, stream=_pieces(100_000, 100_000, 100_000))
        if request.path == "/fault":
            raise ZeroDivisionError
        if request.path == "/breaking":
            return Response(200, {"Content-Length": "300000"}, stream=_breaking())
        if request.path == "/slow-stream":
            return Response(200, {"Content-Length": "2"}, stream=_slowly())
        if request.path == "/endless":
            return Response(200, {"Content-Type": "text/plain"}, stream=_until_closed())
        fields = {name: getattr(request, name) for name in ("method", "path", "query")}
        return json_response(200, {**fields, "headers": dict(request.headers), "body": len(request.body)})


def _pieces(*sizes: int) -> Iterator[bytes]:
    return (json.dumps(size).encode().ljust(size) for size in sizes)


def _breaking() -> Iterator[bytes]:
    yield bytes(100_000)
    raise ConnectionError


def _slowly() -> Iterator[bytes]:
    yield b"a"
    _begun().touch()
    _wait_for(_begun().with_name("go-on"))
    yield b"b"


def _until_closed() -> Iterator[bytes]:
    try:
        while True:
            with _begun().with_name("pieces").open("ab") as pieces:
                pieces.write(b".")
            yield bytes(100_000)
    finally:
        _begun().with_name("closed").touch()


def _begun() -> Path:
    return Path(os.environ["SIGNS"]) / "begun"


def _wait_for(sign: Path) -> None:
    deadline = time.monotonic() + 30
    while not sign.exists() and time.monotonic() < deadline:
        time.sleep(0.01)


connection.SILENCE_SECONDS = float(os.environ.get("SILENCE_SECONDS", connection.SILENCE_SECONDS))
lean = serving(Handler())
