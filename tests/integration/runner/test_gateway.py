"""The gateway before functions that are dead, slow to start, chatty or overfed, over real HTTP."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from ophicleide.runner.broker import Broker
from ophicleide.runner.contract import Contract
from ophicleide.runner.forwarding import client
from ophicleide.runner.gateway import MAX_BODY_BYTES, Gateway

NOWHERE = "http://127.0.0.1:1"


class Echo(BaseHTTPRequestHandler):
    """Tells in headers what it was asked, and says things that concern one connection only."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close, X-Private")
        self.send_header("X-Private", "between us")
        self.send_header("X-Path", self.path)
        self.send_header("X-Seen", ",".join(sorted(name.lower() for name in self.headers)))
        outside = [self.headers.get(f"X-Forwarded-{name}", "") for name in ("Proto", "Host", "Prefix")]
        self.send_header("X-Outside", " ".join(outside))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        while self.rfile.read(1 << 16):
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def asked(address: str | None, method: str, path: str, **options: object) -> httpx.Response:
    """One request to a gateway whose every function is at the address."""
    return asked_where(lambda _: address, method, path, **options)


def asked_where(
    address_of: Callable[[str], str | None], method: str, path: str, *, faulty: bool = False, **options: object
) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with client() as http:
            broker = Broker([], address_of, http, lambda _: None)
            contract = Contract.read(Path("openapi/ophicleide.yaml"))
            names = frozenset(contract.functions)
            gateway = Gateway(Path(), contract, address_of, names, broker, http, lambda: {"query": False})
            transport = httpx.ASGITransport(gateway.app(), raise_app_exceptions=not faulty)
            async with httpx.AsyncClient(transport=transport, base_url="http://local") as outside:
                return await outside.request(method, path, **options)  # type: ignore[arg-type]

    return asyncio.run(asyncio.wait_for(ask(), 30))


@pytest.mark.parametrize("address", [None, NOWHERE])
@pytest.mark.parametrize(("method", "path"), [("GET", "/api/models"), ("POST", "/functions/query/")])
def test_a_function_that_is_not_there_is_503_and_says_when_to_try_again(
    address: str | None, method: str, path: str
) -> None:
    reply = asked(address, method, path)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
    assert reply.json()["type"] == "urn:ophicleide:problem:unavailable"


def test_a_fault_of_ours_is_in_the_log_under_the_answers_request_id(caplog: pytest.LogCaptureFixture) -> None:
    def nowhere(name: str) -> str:
        raise ZeroDivisionError(name)

    reply = asked_where(nowhere, "GET", "/api/models", faulty=True, headers={"X-Request-Id": "r-1"})
    assert (reply.status_code, reply.headers["x-request-id"]) == (500, "r-1")
    assert reply.json()["type"] == "urn:ophicleide:problem:internal-error"
    assert [(record.message, record.request_id) for record in caplog.records if record.exc_info] == [  # type: ignore[attr-defined]
        ("unexpected fault", "r-1")
    ]


def test_not_ready_is_told_by_name() -> None:
    reply = asked(None, "GET", "/health/readiness")
    assert (reply.status_code, reply.json()) == (503, {"ready": {"query": False}})


def test_headers_of_one_connection_are_not_passed_on(echo: str) -> None:
    headers = {"Connection": "X-Mine", "X-Mine": "1", "TE": "trailers", "X-Yours": "2"}
    reply = asked(echo, "GET", "/api/models", headers=headers)
    assert not {"x-private", "connection"} & set(reply.headers)
    seen = reply.headers["x-seen"].split(",")
    assert "x-yours" in seen
    assert not {"x-mine", "te"} & set(seen)


def test_repeated_headers_stay_repeated(echo: str) -> None:
    assert asked(echo, "GET", "/api/models").headers.get_list("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/api/models?name=a%20b&limit=2", "/models?name=a%20b&limit=2"),
        ("/api/models/a%20b", "/models/a%20b"),
        ("/functions/query/queries/x?y=%26", "/queries/x?y=%26"),
        ("/functions/query", "/"),
    ],
)
def test_path_and_query_reach_the_function_as_they_were_written(echo: str, path: str, seen: str) -> None:
    assert asked(echo, "GET", path).headers["x-path"] == seen


def test_a_body_without_end_is_refused(echo: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // (1 << 20) + 1):
            yield bytes(1 << 20)

    for path in ("/api/models", "/broker"):
        reply = asked(echo, "POST", path, content=endless())
        assert (reply.status_code, reply.json()["type"]) == (413, "urn:ophicleide:problem:body-too-large")


@pytest.mark.parametrize(
    ("path", "prefix"), [("/api/models/a/export?format=projector", "/api"), ("/functions/query/", "/functions/query")]
)
def test_a_function_learns_where_it_is_seen_from_outside(echo: str, path: str, prefix: str) -> None:
    answer = asked(echo, "GET", path, headers={"X-Forwarded-Host": "elsewhere", "X-Forwarded-Prefix": "/lies"})
    assert answer.headers["X-Outside"] == f"http local {prefix}"
