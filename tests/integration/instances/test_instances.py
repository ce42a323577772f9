"""Many instances of `query` that start at once against one store."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ophicleide.domain import artifact
from ophicleide.domain.lifecycle import delete, publish, start
from ophicleide.domain.neighbours import records
from ophicleide.stores.mongo import MongoArtifactStore, MongoConnection, MongoModelStore, MongoNeighbourStore
from tests.builders import NOW, a_model, a_result, an_artifact, some_vectors
from tests.document_store import free_port

ROOT = Path(__file__).parents[3]
INSTANCES = 20
START_SECONDS = 240
VECTORS = some_vectors(vocabulary_size=3000, vector_size=50)


class Published:
    def __init__(self, connection: MongoConnection) -> None:
        self.models, artifacts = MongoModelStore(connection), MongoArtifactStore(connection)
        self.id = self.models.add(a_model()).id
        self.models.change(self.id, 1, start(now=NOW, lease_seconds=45))
        artifact_id, size, sha256 = artifacts.write(self.id, 1, artifact.encode(VECTORS))
        MongoNeighbourStore(connection).write(artifact_id, records(VECTORS, 50))
        result = a_result(an_artifact(id=artifact_id, bytes=size, sha256=sha256))
        model = self.models.get(self.id)
        assert model is not None
        self.models.change(self.id, 1, publish(model, result, now=NOW))

    def delete(self) -> None:
        self.models.change(self.id, 1, delete(now=NOW))


class Instance:
    def __init__(self, uri: str) -> None:
        self.port = free_port()
        environ = {**os.environ, "MONGODB_URI": uri, "OPHICLEIDE_DATABASE": "instances", "OPENBLAS_NUM_THREADS": "1"}
        options = ["--target", "query", "--host", "127.0.0.1", "--port", str(self.port)]
        command = [sys.executable, "-m", "ophicleide.edge.serve", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, env={**environ, "OPHICLEIDE_STORE_TIMEOUT_SECONDS": "60"})

    def ask(self, path: str) -> tuple[int, Any, str]:
        """Status, document and Server-Timing, as soon as the instance listens."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=START_SECONDS) as answer:
                    return answer.status, json.load(answer), answer.headers["Server-Timing"]
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, json.load(error), ""
            except OSError:
                assert self.process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)


@pytest.fixture
def published(document_store: Any) -> Iterator[Published]:
    connection = MongoConnection(document_store.uri, "instances", 60)
    yield Published(connection)
    connection.close()


def neighbours(document: Any) -> list[tuple[str, float]]:
    return [(near["word"], near["similarity"]) for near in document["neighbours"]]


@pytest.mark.timeout(900)
def test_twenty_instances_that_start_at_once_all_answer_and_load_once_each(
    document_store: Any, published: Published
) -> None:
    frequent = f"/models/{published.id}/most-similar?word=word7"
    rare = f"/models/{published.id}/most-similar?word=word2000"
    instances = [Instance(document_store.uri) for _ in range(INSTANCES)]
    try:
        with ThreadPoolExecutor(2 * INSTANCES) as callers:
            firsts = callers.map(lambda instance: instance.ask(frequent), instances)
            others = callers.map(lambda instance: instance.ask(rare), instances)
            answers = [*zip(firsts, others, strict=True)]
        again = [instance.ask(rare) for instance in instances]
    finally:
        statuses = [instance.stop() for instance in instances]
    assert all(neighbours(first[1]) == VECTORS.most_similar("word7", 10) for first, _ in answers)
    assert all(neighbours(other[1]) == VECTORS.most_similar("word2000", 10) for _, other in answers)
    assert all("cache;desc=warm" in timing for _, _, timing in again)
    assert statuses == [0] * INSTANCES


def test_a_deleted_model_stops_answering_within_two_seconds_everywhere(
    document_store: Any, published: Published
) -> None:
    paths = [f"/models/{published.id}/most-similar?word={word}" for word in ("word7", "word2000")]
    instance = Instance(document_store.uri)
    try:
        assert [instance.ask(path)[0] for path in paths] == [200, 200]
        published.delete()
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and [instance.ask(path)[0] for path in paths] != [404, 404]:
            time.sleep(0.05)
        assert [instance.ask(path)[0] for path in paths] == [404, 404]
    finally:
        instance.stop()
