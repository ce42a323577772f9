"""What a function is connected to in these tests: stores in memory, a launcher that starts nothing, a clock that is set by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from functions.create_model.handler import Creation
from functions.delete_model.handler import Deletion
from functions.list_models.aliases import AliasListing
from functions.list_models.exporting import Exporting
from functions.list_models.handler import Listing
from functions.query.answering import Answering
from functions.query.asking import Asking
from functions.query.handler import Querying
from functions.query.keeping import Keeping
from functions.set_alias.handler import Aliasing
from ophicleide.domain import artifact
from ophicleide.domain.errors import LaunchFailed, StoreUnavailable
from ophicleide.domain.events import Event
from ophicleide.domain.lifecycle import new_model, publish, start
from ophicleide.domain.models import Artifact, Corpus, CreateModel, Model, TrainingResult
from ophicleide.domain.neighbours import KEPT_WORDS, records
from ophicleide.domain.vectors import WordVectors
from ophicleide.edge.function import Function
from ophicleide.stores.cache import VectorCache
from ophicleide.stores.memory import (
    MemoryAliasStore,
    MemoryArtifactStore,
    MemoryModelStore,
    MemoryNeighbourStore,
    MemoryQueryStore,
)
from ophicleide.system import uuid7

URL = "http://texts.example/emma.txt.gz"
PROJECTOR_PAGE = "https://projector.example"
LAUNCH_SECONDS = 120.0
MAX_BODY_BYTES = 20_000
MAX_BATCH_QUERIES = 4


class FakeLauncher:
    """Keeps `ports.TrainingLauncher` without any process: it remembers what runs."""

    def __init__(self) -> None:
        self.running: list[tuple[str, int]] = []
        self.broken = False

    def launch(self, model: Model) -> None:
        if self.broken:
            raise LaunchFailed("There is no room for the job.")
        if (model.id, model.attempt) not in self.running:
            self.running.append((model.id, model.attempt))

    def cancel(self, model_id: str) -> None:
        self.running = [job for job in self.running if job[0] != model_id]


class Switchable:
    """A store that can be out of reach."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.down = False

    def __getattr__(self, name: str) -> Any:
        if self.down:
            raise StoreUnavailable("The document store did not answer. Try again in a moment.")
        return getattr(self._store, name)


class Told:
    """A sink of events; it takes none while `down`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.down = False

    def send(self, event: Event) -> None:
        if self.down:
            raise ConnectionRefusedError("nobody listens")
        self.events.append(event)


@dataclass
class World:
    models: Any = None
    artifacts: Any = field(default_factory=lambda: Switchable(MemoryArtifactStore()))
    neighbours: MemoryNeighbourStore = field(default_factory=MemoryNeighbourStore)
    queries: MemoryQueryStore = field(default_factory=MemoryQueryStore)
    launcher: FakeLauncher = field(default_factory=FakeLauncher)
    time: datetime = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    aliases: MemoryAliasStore = field(default_factory=MemoryAliasStore)
    told: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        self.models = self.models or Switchable(MemoryModelStore(self.aliases))

    def now(self) -> datetime:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def function(self, name: str) -> Function:
        return Function(name, self._operations()[name], MAX_BODY_BYTES, max_batch_events=3)

    def pending(self, name: str = "austen", **more: Any) -> Model:
        request = CreateModel(name=name, urls=(URL,), **more)
        return self.models.add(new_model(request, model_id=uuid7(), now=self.now(), launch_seconds=LAUNCH_SECONDS))

    def training(self, name: str = "austen") -> Model:
        model = self.pending(name)
        return self.models.change(model.id, 1, start(now=self.now(), lease_seconds=45))

    def ready(self, name: str = "austen", words: str = "captain wentworth harville monday") -> Model:
        """The first word is nearest to the second, and so on: each lies a little further round the circle."""
        vocabulary = words.split()
        angles = np.cumsum([0.1 * (place + 1) for place in range(len(vocabulary))])
        matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        return self.ready_with(WordVectors(vocabulary, matrix, np.arange(len(vocabulary), 0, -1)), name)

    def ready_with(self, vectors: WordVectors, name: str = "austen", recorded: int = KEPT_WORDS) -> Model:
        """`recorded`: of so many words the neighbours are kept."""
        model = self.training(name)
        artifact_id, size, digest = self.artifacts.write(model.id, 1, artifact.encode(vectors))
        self.neighbours.write(artifact_id, records(vectors, recorded))
        result = TrainingResult(
            artifact=Artifact(id=artifact_id, bytes=size, sha256=digest, format_version=artifact.FORMAT_VERSION),
            vocabulary_size=len(vectors.words),
            epochs=5,
            corpus=Corpus(sentences=1, tokens=10),
            sources=(),
            seconds_by_phase={"training": 1.0},
            versions={"ophicleide": "0.1.0"},
        )
        return self.models.change(model.id, 1, publish(model, result, now=self.now()))

    def _deletion(self) -> Deletion:
        return Deletion(self.models, self.artifacts, self.neighbours, self.queries, self.launcher, self.now)

    def _operations(self) -> dict[str, Any]:
        answering = Answering(self.models, VectorCache(self.artifacts, 1 << 20), self.now)
        return {
            "create_model": Creation(self.models, self.launcher, self.now, uuid7, 5, LAUNCH_SECONDS).operations(),
            "delete_model": self._deletion().operations(),
            "list_models": (
                *Listing(self.models, self.now).operations(),
                *Exporting(self.models, self.artifacts, self.now, {PROJECTOR_PAGE}).operations(),
                *AliasListing(self.aliases).operations(),
            ),
            "set_alias": Aliasing(self.models, self.aliases, self.told, self.now).operations(),
            "query": Querying(
                Asking(answering, MAX_BATCH_QUERIES), Keeping(answering, self.queries, uuid7)
            ).operations(),
        }


_worlds: list[World] = []


def renew() -> World:
    _worlds[:] = [World()]
    return _worlds[0]


def current() -> World:
    """The running test's world; `targets.py`, which functions-framework loads as a source file, finds it here."""
    return _worlds[0]
