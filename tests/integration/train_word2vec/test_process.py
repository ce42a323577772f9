"""The job as the process that launchers start: on the real document store, with real signals."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest

from ophicleide.domain.artifact import decode
from ophicleide.domain.lifecycle import delete, lease_is_dead
from ophicleide.domain.models import FailureCode, Model, ModelStatus
from ophicleide.launchers.sessions import Session
from ophicleide.stores.mongo import MongoArtifactStore, MongoConnection, MongoModelStore
from ophicleide.system import utc_now
from tests.builders import a_model
from tests.integration.train_word2vec.text_server import Exchange, TextServer

ROOT = Path(__file__).parents[3]
DATABASE = "train_word2vec"
END_SECONDS = 120
TEXT = b"the captain dined with his sister on monday and the admiral on friday\n" * 40


@pytest.fixture
def connection(document_store: Any) -> Iterator[MongoConnection]:
    connection = MongoConnection(document_store.uri, DATABASE, 20.0)
    yield connection
    connection.close()


@pytest.fixture
def models(connection: MongoConnection) -> MongoModelStore:
    return MongoModelStore(connection)


class Job(subprocess.Popen[bytes]):
    """The job's process, leader of a session of its own as launchers have it."""

    def __init__(self, model: Model, store: Any, folder: Path, **settings: str) -> None:
        environ = {
            **os.environ,
            "MONGODB_URI": store.uri,
            "OPHICLEIDE_DATABASE": DATABASE,
            "OPHICLEIDE_FETCH_ALLOWED": "127.0.0.1",
            "OPHICLEIDE_HEARTBEAT_SECONDS": "0.2",
            "OPHICLEIDE_SPARK_MASTER": "local[1]",
            **settings,
        }
        command = [sys.executable, "-m", "spark_jobs.train_word2vec.main", "--model-id", model.id, "--attempt", "1"]
        with (folder / "job.log").open("wb") as log:
            super().__init__(command, env=environ, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        self.session = Session(pid=self.pid, started_at=time.time())

    def is_gone(self) -> bool:
        return not self.session.members()


@contextmanager
def job(model: Model, store: Any, folder: Path, **settings: str) -> Iterator[Job]:
    """Nothing of the job's session outlives the test."""
    process = Job(model, store, folder, **settings)
    try:
        yield process
    finally:
        process.session.end(grace_seconds=0)
        process.wait(timeout=30)


def becomes(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + END_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def hangs_on(texts: TextServer) -> tuple[str, Event]:
    """A URL that never answers to the end, and a flag that it was asked for."""
    asked = Event()

    def answer(exchange: Exchange) -> None:
        exchange.head(Content_Length="1000")
        asked.set()
        exchange.pause(END_SECONDS)

    return texts.answers("/slow", answer), asked


def of(models: MongoModelStore, model: Model) -> Model:
    found = models.get(model.id)
    assert found is not None
    return found


def small(*urls: str) -> Model:
    return a_model(urls=urls, parameters={"epochs": 2, "vector_size": 10})


@contextmanager
def event_sink() -> Iterator[tuple[str, Queue[dict[str, str]]]]:
    """Takes events as a broker does: 202 and nothing else."""
    taken: Queue[dict[str, str]] = Queue()

    class Broker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            taken.put({name.lower(): value for name, value in self.headers.items()})
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = HTTPServer(("127.0.0.1", 0), Broker)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", taken
    finally:
        server.shutdown()
        server.server_close()


def test_a_pending_model_becomes_ready_and_its_event_reaches_the_sink(
    document_store: Any, connection: MongoConnection, models: MongoModelStore, texts: TextServer, tmp_path: Path
) -> None:
    model = models.add(small(texts.serves("/days", TEXT)))

    with event_sink() as (sink, taken), job(model, document_store, tmp_path, K_SINK=sink) as process:
        assert process.wait(timeout=END_SECONDS) == 0, (tmp_path / "job.log").read_text()
        assert becomes(process.is_gone)

    ready = of(models, model)
    assert ready.status is ModelStatus.READY
    assert ready.result is not None
    vectors = decode(MongoArtifactStore(connection).read(ready.result.artifact))
    assert "captain" in vectors.words
    event = taken.get_nowait()
    assert (event["ce-type"], event["ce-subject"]) == ("dev.ophicleide.model.ready.v1", model.id)
    assert ready.outbox == ()


def test_a_killed_driver_takes_its_jvm_along_and_leaves_a_dead_lease(
    document_store: Any, models: MongoModelStore, texts: TextServer, tmp_path: Path
) -> None:
    url, asked = hangs_on(texts)
    model = models.add(small(url))

    with job(model, document_store, tmp_path, OPHICLEIDE_LEASE_SECONDS="2") as process:
        assert asked.wait(END_SECONDS), (tmp_path / "job.log").read_text()
        process.kill()
        process.wait(timeout=30)
        assert becomes(process.is_gone)

    assert of(models, model).status is ModelStatus.TRAINING
    assert becomes(lambda: lease_is_dead(of(models, model), utc_now()))


def test_a_job_that_is_told_to_end_says_so(
    document_store: Any, models: MongoModelStore, texts: TextServer, tmp_path: Path
) -> None:
    url, asked = hangs_on(texts)
    model = models.add(small(url))

    with job(model, document_store, tmp_path) as process:
        assert asked.wait(END_SECONDS), (tmp_path / "job.log").read_text()
        process.terminate()
        assert process.wait(timeout=END_SECONDS) == 1
        assert becomes(process.is_gone)

    failure = of(models, model).failure
    assert failure is not None
    assert failure.code is FailureCode.DRIVER_LOST
    assert "told to stop" in failure.detail


def test_deleting_the_model_ends_the_process_and_all_that_it_started(
    document_store: Any, models: MongoModelStore, texts: TextServer, tmp_path: Path
) -> None:
    url, asked = hangs_on(texts)
    model = models.add(small(url))

    with job(model, document_store, tmp_path) as process:
        assert asked.wait(END_SECONDS), (tmp_path / "job.log").read_text()
        models.change(model.id, 1, delete(now=utc_now()))
        assert process.wait(timeout=END_SECONDS) == 0
        assert becomes(process.is_gone)

    assert of(models, model).status is ModelStatus.DELETED


def test_a_bad_setting_is_named_before_anything_starts(document_store: Any, tmp_path: Path) -> None:
    with job(small("http://127.0.0.1/"), document_store, tmp_path, OPHICLEIDE_LEASE_SECONDS="soon") as process:
        assert process.wait(timeout=END_SECONDS) == 1

    assert "OPHICLEIDE_LEASE_SECONDS" in (tmp_path / "job.log").read_text()


def test_what_is_repeatable_repeats_in_another_process_with_other_cores_and_other_hashes(
    models: MongoModelStore, document_store: Any, texts: TextServer, tmp_path: Path
) -> None:
    urls = [texts.serves(f"/{n}.txt", TEXT.replace(b"captain", b"captain%d" % n)) for n in range(3)]
    found = []
    for seed, master in (("1", "local[1]"), ("2", "local[3]")):
        model = models.add(a_model(urls=urls, parameters={"epochs": 2, "vector_size": 10, "repeatable": True}))
        environ = {"PYTHONHASHSEED": seed, "OPHICLEIDE_SPARK_MASTER": master}
        with job(model, document_store, tmp_path, **environ) as process:
            assert process.wait(END_SECONDS) == 0
        found.append(models.get(model.id))

    first, second = (model.result.artifact.sha256 for model in found if model is not None and model.result is not None)
    assert first == second
