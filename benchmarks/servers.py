"""Servers as processes: the query function under the lean server, and its peers; started, asked, measured, ended."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from benchmarks.published import DATABASE

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
START_SECONDS = 60.0


_given: set[int] = set()


def free_port() -> int:
    """Never the same twice: many servers start at once, and a port is free until its server listens."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


@dataclass
class Server:
    """Starts when it is made; `started` is by perf_counter."""

    command: Sequence[str]
    environ: Mapping[str, str]

    def __enter__(self) -> Self:
        self.port = free_port()
        environ = {**os.environ, **self.environ, "PORT": str(self.port), "HOST": "127.0.0.1"}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [part.replace("PORT", str(self.port)) for part in self.command],
            env=environ,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_: object) -> None:
        whole = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
        for process in whole:
            process.kill()
        self.process.wait()

    def first_answer(self, path: str) -> tuple[float, int, bytes]:
        """Seconds from the process's start to the whole answer, its status and body."""
        while time.perf_counter() - self.started < START_SECONDS:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"{self.command} ended with {self.process.returncode}") from None
                time.sleep(0.002)
            else:
                return time.perf_counter() - self.started, answer.status, body
            finally:
                connection.close()
        raise TimeoutError(f"{self.command} did not answer")

    @property
    def resident_bytes(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)


def compile_sources() -> None:
    """Byte-code made ahead, as images have it: Python writes none where it is told not to, and compiles at each start."""
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "src", "functions", "benchmarks/peers"], cwd=ROOT, check=True
    )


def query(uri: str) -> Server:
    command = [sys.executable, "-m", "ophicleide.edge.serve", "--target", "query"]
    return Server(
        command, {"MONGODB_URI": uri, "OPHICLEIDE_DATABASE": DATABASE, "OPHICLEIDE_STORE_TIMEOUT_SECONDS": "30"}
    )


def query_under_the_framework(uri: str) -> Server:
    where = ["--source", "functions/query/main.py", "--target", "query", "--signature-type", "http", "--port", "PORT"]
    environ = query(uri).environ
    return Server([sys.executable, "-m", "functions_framework", *where, "--host", "127.0.0.1"], environ)


def hello_world() -> Server:
    where = ["--source", str(PEERS / "hello.py"), "--target", "hello", "--host", "127.0.0.1", "--port", "PORT"]
    return Server([sys.executable, "-m", "functions_framework", *where], {})


def gensim_api(vectors: Path) -> Server:
    options = ["--host", "127.0.0.1", "--port", "PORT", "--app-dir", str(PEERS), "--log-level", "error"]
    command = [sys.executable, "-m", "uvicorn", "gensim_api:app", *options, "--no-access-log"]
    return Server(command, {"VECTORS": str(vectors), "OPENBLAS_NUM_THREADS": "1"})
