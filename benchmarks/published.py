"""Synthetic models, published into an embedded document store through the real stores: what the answering benchmarks ask.

Vectors are clustered and of uneven length, as trained ones are, and named synthetic wherever a figure of them is told.
"""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ophicleide.domain import artifact
from ophicleide.domain.lifecycle import new_model, publish, start
from ophicleide.domain.models import Artifact, Corpus, CreateModel, Model, TrainingResult
from ophicleide.domain.neighbours import records
from ophicleide.domain.search import Float32
from ophicleide.domain.vectors import WordVectors
from ophicleide.stores.mongo import MongoArtifactStore, MongoConnection, MongoModelStore, MongoNeighbourStore
from ophicleide.system import uuid7

DIMENSIONS = 100
DATABASE = "benchmarks"
RECORDED_WORDS = 1000
"""The training job keeps records of ten times as many; the benchmarks ask for some of these only."""

_SYLLABLES = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "cha", "den", "fin", "gor", "hal"]


def synthetic(size: int, dimensions: int = DIMENSIONS) -> WordVectors:
    random = np.random.default_rng(7)
    centres = random.standard_normal((max(50, size // 200), dimensions), dtype=np.float32)
    matrix: Float32 = centres[random.integers(0, len(centres), size)]
    matrix += random.standard_normal((size, dimensions), dtype=np.float32)
    matrix *= random.uniform(0.5, 3, (size, 1)).astype(np.float32)
    return WordVectors([_word(number) for number in range(size)], matrix, np.arange(size, 0, -1))


def _word(number: int) -> str:
    word, left = "", number + len(_SYLLABLES)
    while left:
        left, syllable = divmod(left, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word


@contextmanager
def document_store() -> Iterator[str]:
    """The URI of an embedded store in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        (Path(folder) / "empty.toml").touch()
        server = [sys.executable, "-c", "import sys; from secantus.cli import main; sys.exit(main())"]
        where = ["--host", "127.0.0.1", "--port", str(port), "--storage-path", f"{folder}/data"]
        process = subprocess.Popen([*server, "--config", f"{folder}/empty.toml", *where, "--log-level", "WARNING"])
        try:
            _await_listening(port)
            yield f"mongodb://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _await_listening(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError("the document store did not start")


def connection(uri: str) -> MongoConnection:
    return MongoConnection(uri, DATABASE, 60.0)


def published(uri: str, vectors: WordVectors, name: str) -> Model:
    """A ready model of these vectors, published as the training job does."""
    stores, now = connection(uri), datetime.now(UTC)
    models, artifacts = MongoModelStore(stores), MongoArtifactStore(stores)
    request = CreateModel(name=name, urls=("http://example.com/synthetic",))
    model = models.add(new_model(request, model_id=uuid7(), now=now, launch_seconds=60))
    models.change(model.id, 1, start(now=now, lease_seconds=600))
    artifact_id, size, digest = artifacts.write(model.id, 1, artifact.encode(vectors))
    MongoNeighbourStore(stores).write(artifact_id, records(vectors, RECORDED_WORDS))
    result = TrainingResult(
        artifact=Artifact(id=artifact_id, bytes=size, sha256=digest, format_version=artifact.FORMAT_VERSION),
        vocabulary_size=len(vectors.words),
        epochs=1,
        corpus=Corpus(sentences=1, tokens=1),
        sources=(),
        seconds_by_phase={},
        versions={},
    )
    ready = models.change(model.id, 1, publish(model, result, now=datetime.now(UTC)))
    stores.close()
    if ready is None:
        raise RuntimeError("the model was not published")
    return ready
