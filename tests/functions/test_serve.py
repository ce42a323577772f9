"""The lean server as a process: what it hands to a handler, what it sends, and how it ends."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAST = b"GET /last HTTP/1.1\r\nConnection: close\r\n\r\n"


@dataclass
class Server:
    process: "subprocess.Popen[bytes]"
    port: int
    signs: Path
    opened: list[http.client.HTTPConnection] = field(default_factory=list)

    def connect(self) -> http.client.HTTPConnection:
        self.opened.append(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))
        return self.opened[-1]

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> http.client.HTTPResponse:
        connection = self.connect()
        connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        return connection.getresponse()

    def echo(self, method: str, path: str, body: bytes | None = None, **headers: str) -> dict[str, object]:
        return dict(json.loads(self.ask(method, path, body, **headers).read()))

    def raw(self, *pieces: bytes) -> bytes:
        """All that is answered to bytes that are sent as they are, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as caller:
            for piece in pieces:
                caller.sendall(piece)
            return b"".join(iter(lambda: caller.recv(1 << 16), b""))

    def wait_for(self, sign: str) -> bool:
        deadline = time.monotonic() + 30
        while not (self.signs / sign).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return (self.signs / sign).exists()


def start(port: int, signs: Path, **settings: str) -> Server:
    environ = {**os.environ, "HOST": "127.0.0.1", "FUNCTION_TARGET": "lean", "SIGNS": str(signs), **settings}
    options = ["--module", "tests.functions.lean_target", "--port", str(port)]
    command = [sys.executable, "-m", "ophicleide.edge.serve", *options]
    server = Server(subprocess.Popen(command, cwd=ROOT, env=environ), port, signs)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return server
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the server did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    server = start(free_port(), tmp_path, **getattr(request, "param", {}))
    yield server
    for connection in server.opened:
        connection.close()
    server.process.kill()
    server.process.wait()


def test_a_handler_gets_method_decoded_path_query_and_lower_case_headers(server: Server) -> None:
    told = server.echo("PUT", "/caf%C3%A9/a%20b?x=%C3%A9&y=1", X_Request_Id="r-1")
    assert (told["method"], told["path"], told["query"]) == ("PUT", "/café/a b", "x=%C3%A9&y=1")
    assert isinstance(told["headers"], dict)
    assert told["headers"]["x-request-id"] == "r-1"


def test_paths_that_frameworks_answer_themselves_reach_the_handler(server: Server) -> None:
    assert [server.echo("GET", path)["path"] for path in ("//models", "/robots.txt", "/a%0Ab")] == [
        "//models",
        "/robots.txt",
        "/a\nb",
    ]


def test_a_repeated_header_comes_as_one(server: Server) -> None:
    connection = server.connect()
    connection.putrequest("GET", "/")
    connection.putheader("If-None-Match", '"a"')
    connection.putheader("If-None-Match", '"b"')
    connection.endheaders()
    assert json.loads(connection.getresponse().read())["headers"]["if-none-match"] == '"a","b"'


@pytest.mark.parametrize(("size", "seen"), [(0, 0), (1000, 1000), (1001, 1001), (3_000_000, 1001)])
def test_of_a_body_that_is_too_long_just_enough_is_handed_on(server: Server, size: int, seen: int) -> None:
    assert server.echo("POST", "/", bytes(size))["body"] == seen


def test_answers_keep_status_headers_and_length(server: Server) -> None:
    nothing, at_once, head = server.ask("GET", "/nothing"), server.ask("GET", "/at-once"), server.ask("HEAD", "/")
    assert (nothing.status, nothing.headers["X-Said"], nothing.headers["Content-Length"]) == (204, "nothing", None)
    assert (at_once.read(), at_once.headers["Content-Length"]) == (b"at once", "7")
    assert (head.read(), head.headers["Content-Type"]) == (b"", "application/json")
    assert "Server" not in at_once.headers


def test_a_stream_is_sent_whole(server: Server) -> None:
    answer = server.ask("GET", "/stream")
    assert answer.headers["Content-Length"] == "300000"
    assert answer.read().split() == [b"100000"] * 3


def test_nothing_more_is_made_for_a_caller_that_went_away(server: Server) -> None:
    answer = server.ask("GET", "/endless")
    answer.read(1_000_000)
    server.opened[-1].close()
    answer.close()
    assert server.wait_for("closed")


def test_no_more_is_made_than_a_slow_caller_reads(server: Server) -> None:
    server.ask("GET", "/endless").read(1_000_000)
    pieces, seen, deadline = server.signs / "pieces", -1, time.monotonic() + 30
    while time.monotonic() < deadline and seen != (seen := pieces.stat().st_size):
        time.sleep(0.5)  # the sockets' own room fills meanwhile
    assert seen < 1000


def test_a_stream_that_breaks_is_not_taken_for_a_whole_one(server: Server) -> None:
    answer = server.ask("GET", "/breaking")
    with pytest.raises(http.client.IncompleteRead):
        answer.read()


def test_a_fault_of_a_handler_is_an_answer(server: Server) -> None:
    answer = server.ask("GET", "/fault", X_Request_Id="r-1")
    assert (answer.status, answer.headers["X-Request-Id"]) == (500, "r-1")
    assert json.loads(answer.read())["type"] == "urn:ophicleide:problem:internal-error"


def test_a_connection_carries_many_requests(server: Server) -> None:
    connection, sockets = server.connect(), set()
    for path in ("/1", "/at-once", "/nothing", "/stream", "/2"):
        connection.request("GET", path)
        sockets.add(connection.sock)
        assert connection.getresponse().read() is not None
    assert len(sockets) == 1


def test_requests_sent_together_are_answered_in_their_order(server: Server) -> None:
    asked = [b"/a", b"/at-once", b"/stream", b"/nothing", b"/at-once", b"/b"]
    told = server.raw(b"".join(b"GET %b HTTP/1.1\r\n\r\n" % path for path in asked) + LAST)
    marks = [b'"path":"/a"', b"at once", b"100000", b"X-Said", b"at once", b'"path":"/b"', b'"path":"/last"']
    places = [told.index(mark) for mark in marks[:4]]
    places += [told.index(mark, places[-1]) for mark in marks[4:]]
    assert places == sorted(places)
    assert told.count(b"HTTP/1.1 2") == len(marks)


def test_requests_come_in_pieces_and_chunks(server: Server) -> None:
    chunked = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nA: trailer\r\n\r\n"
    told = json.loads(server.raw(*(bytes([byte]) for byte in chunked)).partition(b"\r\n\r\n")[2])
    assert (told["path"], told["body"]) == ("/x", 5)
    assert "a" not in told["headers"]


@pytest.mark.parametrize(
    ("request_line", "path"),
    [
        ("GET http://elsewhere:80/a?b HTTP/1.1", "/a"),
        ("GET http://elsewhere HTTP/1.1", "/"),
        ("OPTIONS * HTTP/1.1", "*"),
    ],
)
def test_a_target_may_name_a_host_or_nothing(server: Server, request_line: str, path: str) -> None:
    told = server.raw(f"{request_line}\r\nConnection: close\r\n\r\n".encode())
    assert json.loads(told.partition(b"\r\n\r\n")[2])["path"] == path


def test_a_caller_that_asks_whether_its_body_is_wanted_is_told_so(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
        assert caller.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        caller.sendall(b"abc")
        assert b'"body":3' in b"".join(iter(lambda: caller.recv(1000), b""))


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\nGET /ignored HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0",
    ],
)
def test_the_last_answer_of_a_connection_says_so(server: Server, head: bytes) -> None:
    told = server.raw(head)
    assert told.startswith(b"HTTP/1.1 200 OK\r\n")
    assert told.count(b"Connection: close") == told.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00",
        b"FETCH / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nX : y\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000,
    ],
)
def test_bytes_that_are_no_request_are_refused_after_those_that_are(server: Server, sent: bytes) -> None:
    told = server.raw(b"GET /first HTTP/1.1\r\n\r\n", sent)
    first, _, second = told.partition(b"HTTP/1.1 400 Bad Request\r\n")
    assert b'"path":"/first"' in first
    assert json.loads(second.partition(b"\r\n\r\n")[2])["type"] == "urn:ophicleide:problem:malformed-request"


def test_a_body_without_end_is_answered_and_left(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100000000000\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(100):
                caller.sendall(bytes(1_000_000))
        assert b'"body":1001' in caller.recv(1 << 16)


@pytest.mark.parametrize("server", [{"SILENCE_SECONDS": "0.5"}], indirect=True)
@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"])
def test_a_caller_that_is_silent_is_left(server: Server, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as caller:
        caller.sendall(sent)
        with suppress(ConnectionResetError):
            assert caller.recv(1000) == b""


@pytest.mark.parametrize("server", [{"SILENCE_SECONDS": "0.5"}], indirect=True)
def test_a_caller_that_reads_nothing_of_a_stream_is_left(server: Server) -> None:
    server.ask("GET", "/endless")
    assert server.wait_for("closed")


def test_a_caller_that_has_no_more_to_say_gets_its_answer(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as caller:
        caller.sendall(b"GET /x HTTP/1.1\r\n\r\n")
        caller.shutdown(socket.SHUT_WR)
        assert b'"path":"/x"' in b"".join(iter(lambda: caller.recv(1000), b""))


def test_answers_are_dated(server: Server) -> None:
    sent = parsedate_to_datetime(server.ask("GET", "/at-once").headers["Date"])
    assert abs(sent - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_request_that_waits_keeps_no_other_from_its_answer(server: Server) -> None:
    connection = server.connect()
    connection.request("GET", "/slow")
    assert server.wait_for("begun")
    assert server.echo("GET", "/quick")["path"] == "/quick"
    (server.signs / "go-on").touch()
    assert connection.getresponse().status == 200


def test_a_handler_warms_up_after_its_first_answer(server: Server) -> None:
    assert not (server.signs / "warm").exists()
    server.ask("GET", "/at-once").read()
    assert server.wait_for("warm")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_finished_when_the_server_is_told_to_stop(
    server: Server, number: signal.Signals
) -> None:
    connection, answers = server.connect(), []
    connection.request("GET", "/slow")
    assert server.wait_for("begun")
    reader = threading.Thread(target=lambda: answers.append(connection.getresponse().status))
    reader.start()
    server.process.send_signal(number)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:  # it takes no new callers before the old one has its answer
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except OSError:
            break
    (server.signs / "go-on").touch()
    reader.join(30)
    assert answers == [200]
    assert server.process.wait(30) == 0


def test_a_stream_under_way_is_finished_when_the_server_is_told_to_stop(server: Server) -> None:
    answer = server.ask("GET", "/slow-stream")
    assert server.wait_for("begun")
    server.process.terminate()
    (server.signs / "go-on").touch()
    assert answer.read() == b"ab"
    assert server.process.wait(30) == 0


def test_an_idle_server_stops_at_once_with_a_caller_that_keeps_its_connection(server: Server) -> None:
    connection = server.connect()
    connection.request("GET", "/")
    connection.getresponse().read()
    server.process.terminate()
    assert server.process.wait(30) == 0


def test_flask_and_gunicorn_are_not_loaded(server: Server) -> None:
    program = "import sys, ophicleide.edge.serve; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"flask", "gunicorn", "functions_framework", "pydantic", "numpy"}.isdisjoint(run.stdout.split())


def test_a_server_that_cannot_listen_says_so(server: Server) -> None:
    command = [sys.executable, "-m", "ophicleide.edge.serve", "--module", "tests.functions.lean_target"]
    where = ["--target", "lean", "--host", "127.0.0.1", "--port", str(server.port)]
    run = subprocess.run([*command, *where], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 1
    assert run.stderr.startswith("HOST, PORT: ")
    assert "already in use" in run.stderr


@pytest.mark.parametrize("arguments", [[], ["--target"], ["--colour", "red"]])
def test_a_server_without_a_target_or_with_strange_options_says_so(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "ophicleide.edge.serve", *arguments]
    run = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 1
    assert run.stderr.startswith(("usage:", "FUNCTION_TARGET"))
