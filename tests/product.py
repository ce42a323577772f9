"""The whole product as `make run` starts it, on a free port and a folder of its own, for tests from outside."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

START_SECONDS = 90
STOP_SECONDS = 60


def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """What the condition gives when it first holds; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
    return found


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if _is_living(process)]


def _is_living(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _has_argument(process: psutil.Process, argument: str) -> bool:
    try:
        return argument in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def run_runner(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A runner that is expected to end by itself."""
    command = [sys.executable, "-m", "ophicleide.runner", *arguments]
    return subprocess.run(
        command, env={**os.environ, **environ}, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )


class Product:
    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._environ = {**os.environ, **environ}
        self._process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(trust_env=False, timeout=60)

    def start(self) -> None:
        command = [sys.executable, "-m", "ophicleide.runner", "--port", "0", "--data", str(self.data)]
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                command, env=self._environ, stdout=output, stderr=output, start_new_session=True
            )
        until(self._is_ready, START_SECONDS)

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        status = self._process.wait(STOP_SECONDS)
        self._process = None
        return status

    @property
    def is_started(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def address(self) -> str:
        return str(json.loads((self.data / "runner.json").read_text())["address"])

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(f"{self.address}{path}", **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.client.post(f"{self.address}{path}", **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.client.put(f"{self.address}{path}", **options)

    def delete(self, path: str) -> httpx.Response:
        return self.client.delete(f"{self.address}{path}")

    def processes(self) -> list[psutil.Process]:
        return [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]

    def function(self, name: str) -> psutil.Process:
        """The process that a function's server was started as."""
        return next(process for process in psutil.Process(self.pid).children() if _has_argument(process, name))

    def has(self, name: str) -> bool:
        return any(_has_argument(process, name) for process in living(psutil.Process(self.pid).children()))

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.output
        with contextlib.suppress(httpx.TransportError, OSError, ValueError):
            return self.get("/health/readiness").status_code == 200
        return False


@contextlib.contextmanager
def running(folder: Path, **environ: str) -> Iterator[Product]:
    product = Product(folder, **environ)
    product.start()
    try:
        yield product
    finally:
        if product.is_started:
            product.stop()
        product.client.close()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One for all tests of a run that leave it as they found it; every test names its models by itself."""
    with running(tmp_path_factory.mktemp("product")) as product:
        yield product
