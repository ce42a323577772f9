"""The program against the real functions' answers: downloads that break and go on, and names that are pinned."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from typer.testing import CliRunner, Result

from ophicleide.cli import download
from ophicleide.cli.main import app
from ophicleide.edge.messages import Request
from tests.builders import some_vectors
from tests.functions.world import World

Ophicleide = Callable[..., Result]


class Gateway(BaseHTTPRequestHandler):
    """Routes to functions on a world in memory; cuts every answer after `cut` bytes, as long as `cuts` last."""

    protocol_version = "HTTP/1.1"
    world: ClassVar[World]
    cut: ClassVar[int]
    cuts: ClassVar[int]
    asked: ClassVar[list[str]]

    def do_GET(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    def answer(self) -> None:
        path, _, query = self.path.removeprefix("/api").partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): text for name, text in self.headers.items()}
        name = "list_models" if self.command == "GET" else "set_alias"
        type(self).asked.append(f"{self.command} {self.path} {headers.get('range', '')}".strip())
        response = self.world.function(name).handle(Request(self.command, path, query, headers, body))
        data = response.body if response.stream is None else b"".join(response.stream)
        self.send_response(response.status)
        for header, text in ({"Content-Length": str(len(data))} | dict(response.headers)).items():
            self.send_header(header, text)
        self.end_headers()
        if response.stream is not None and type(self).cuts > 0:
            type(self).cuts -= 1
            data, self.close_connection = data[: type(self).cut], True
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[type[Gateway]]:
    class Fresh(Gateway):
        world, cut, cuts = World(), 10_000, 0
        asked: ClassVar[list[str]] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fresh)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    Fresh.url = f"http://127.0.0.1:{server.server_port}/api"  # type: ignore[attr-defined]
    yield Fresh
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ophicleide(gateway, monkeypatch, tmp_path) -> Ophicleide:
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.001)
    monkeypatch.setenv("OPHICLEIDE_URL", gateway.url)
    monkeypatch.chdir(tmp_path)
    return lambda *line: CliRunner().invoke(app, list(line))


def whole(world: World, format_: str) -> bytes:
    response = world.function("list_models").handle(Request("GET", "/models/austen/export", f"format={format_}"))
    return b"".join(response.stream or ())


def test_a_model_is_downloaded_under_the_servers_name(gateway, ophicleide):
    gateway.world.ready_with(some_vectors(100, 8))
    done = ophicleide("models", "export", "austen", "--output", "name")
    assert (done.exit_code, done.stdout) == (0, "austen.word2vec.bin\n")
    assert Path("austen.word2vec.bin").read_bytes() == whole(gateway.world, "word2vec-binary")


@pytest.mark.parametrize("format_", ["word2vec-text", "safetensors"])
def test_a_download_that_breaks_goes_on_by_itself(gateway, ophicleide, format_):
    gateway.world.ready_with(some_vectors(1000, 8))
    gateway.cuts = 3
    done = ophicleide("models", "export", "austen", "v", "--format", format_)
    assert done.exit_code == 0, done.stderr
    assert Path("v").read_bytes() == whole(gateway.world, format_)
    assert [bool(re.search("bytes=[0-9]+-$", asked)) for asked in gateway.asked] == [False, True, True, True]
    assert [path.name for path in Path().iterdir()] == ["v"]


def test_a_later_run_goes_on_with_what_an_earlier_one_began(gateway, ophicleide):
    gateway.world.ready_with(some_vectors(1000, 8))
    gateway.cut, gateway.cuts = 0, 1000
    begun = ophicleide("models", "export", "austen", "v")
    assert (begun.exit_code, "goes on from there" in begun.stderr) == (4, True)
    (part,) = Path().iterdir()
    part.write_bytes(whole(gateway.world, "word2vec-binary")[:5000])
    gateway.cuts = 0
    assert ophicleide("models", "export", "austen", "v").exit_code == 0
    assert Path("v").read_bytes() == whole(gateway.world, "word2vec-binary")
    assert gateway.asked[-1].endswith("bytes=5000-")


def test_a_part_that_is_whole_already_is_only_renamed(gateway, ophicleide):
    model = gateway.world.ready_with(some_vectors(100, 8))
    data = whole(gateway.world, "word2vec-binary")
    Path(f".v.{model.id}.word2vec-binary.1.part").write_bytes(data)
    assert ophicleide("models", "export", "austen", "v").exit_code == 0
    assert Path("v").read_bytes() == data


def test_a_model_that_is_not_ready_leaves_no_file(gateway, ophicleide):
    gateway.world.training()
    done = ophicleide("models", "export", "austen", "v")
    assert (done.exit_code, "is training" in done.stderr, list(Path().iterdir())) == (1, True, [])


def test_a_name_is_pinned_shown_moved_back_and_let_go(gateway, ophicleide):
    first, second = gateway.world.ready("one"), gateway.world.ready("two")
    for model in (first, second):
        assert ophicleide("aliases", "set", "prod", model.id).exit_code == 0
    assert ophicleide("aliases", "set", "prod", "--previous", "-o", "name").stdout == f"{first.id}\n"
    shown = ophicleide("aliases", "show", "prod").stdout.splitlines()
    assert [line.split("since")[0].split()[-1] for line in shown] == [first.id, second.id, first.id]
    assert ophicleide("aliases", "list", "-o", "name").stdout == "prod\n"
    assert ophicleide("aliases", "clear", "prod").exit_code == 0
    assert ophicleide("aliases", "list", "-o", "name").stdout == ""


@pytest.mark.parametrize(
    ("line", "code"),
    [(("set", "a"), 2), (("set", "a", "b", "--previous"), 2), (("set", "a", "b"), 3), (("show", "a"), 3)],
)
def test_what_cannot_be_pinned_is_told(gateway, ophicleide, line, code):
    assert ophicleide("aliases", *line).exit_code == code
