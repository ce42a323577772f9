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
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


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

    def wait_for(self, sign: str) -> bool:
        deadline = time.monotonic() + 30
        while not (self.signs / sign).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return (self.signs / sign).exists()


def start(port: int, signs: Path) -> Server:
    environ = {**os.environ, "HOST": "127.0.0.1", "FUNCTION_TARGET": "lean", "SIGNS": str(signs)}
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


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = start(port, tmp_path)
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


@pytest.mark.parametrize("arguments", [[], ["--target"], ["--colour", "red"]])
def test_a_server_without_a_target_or_with_strange_options_says_so(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "ophicleide.edge.serve", *arguments]
    run = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 1
    assert run.stderr.startswith(("usage:", "FUNCTION_TARGET"))
