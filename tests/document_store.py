"""The embedded document store as a process of its own, for tests that need the real protocol on a socket."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class DocumentStore:
    """A server on a folder; it keeps its port and its data when it is killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.uri = f"mongodb://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = Path(sys.executable).parent / "secantusd-py"
        log = (self._folder / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [program, "--port", str(self.port), "--storage-path", self._folder / "data"],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )
        self._wait_until_it_listens()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, how)
            self._process.wait(timeout=30)

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError(f"the document store did not listen within {START_SECONDS} s")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[DocumentStore]:
    store = DocumentStore(folder)
    store.start()
    try:
        yield store
    finally:
        store.stop()


@pytest.fixture(scope="session")
def document_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentStore]:
    """One server for all tests of a run; every test uses names and ids of its own."""
    with running(tmp_path_factory.mktemp("document_store")) as store:
        yield store
