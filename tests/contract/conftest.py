"""The four functions as processes under functions-framework's server, on an embedded document store."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ophicleide.stores.mongo import (
    MongoArtifactStore,
    MongoConnection,
    MongoModelStore,
    MongoNeighbourStore,
    MongoQueryStore,
)
from ophicleide.system import utc_now
from tests.document_store import DocumentStore, free_port
from tests.functions.world import World

ROOT = Path(__file__).parents[2]
SOURCES = {
    "create_model": "tests/contract/create_model_target.py",
    "delete_model": "functions/delete_model/main.py",
    "list_models": "functions/list_models/main.py",
    "query": "functions/query/main.py",
    "set_alias": "functions/set_alias/main.py",
}
START_SECONDS = 60


@pytest.fixture(scope="session")
def addresses(document_store: DocumentStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The base URL of each function, with a ready model named `austen` in their store."""
    folder = tmp_path_factory.mktemp("functions")
    seed(document_store.uri)
    functions = {name: _start(name, document_store.uri, folder) for name in SOURCES}
    try:
        for function in functions.values():
            function.wait_until_ready()
        yield {name: f"http://127.0.0.1:{function.port}" for name, function in functions.items()}
    finally:
        for function in functions.values():
            function.process.terminate()
        for function in functions.values():
            function.process.wait(timeout=30)


def seed(uri: str) -> None:
    connection = MongoConnection(uri, "contract", 5)
    stores = MongoModelStore(connection), MongoArtifactStore(connection), MongoNeighbourStore(connection)
    World(*stores, queries=MongoQueryStore(connection), time=utc_now()).ready("austen")
    connection.close()


@dataclass(frozen=True)
class Serving:
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def wait_until_ready(self) -> None:
        url, deadline = f"http://127.0.0.1:{self.port}/health/readiness", time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError(f"a function was not ready within {START_SECONDS} s: {self.log.read_text()}")


def _start(name: str, uri: str, folder: Path) -> Serving:
    port, log = free_port(), folder / f"{name}.log"
    settings = {
        "MONGODB_URI": uri,
        "OPHICLEIDE_DATABASE": "contract",
        "OPHICLEIDE_JOBS_DIRECTORY": str(folder / "jobs"),
        "PYTHONPATH": str(ROOT),
    }
    command = ["-m", "functions_framework", "--source", SOURCES[name], "--target", name, "--signature-type", "http"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=output,
            stderr=output,
        )
    return Serving(process, port, log)
