"""The job on a real Spark and real servers: what it publishes, and every way in which it ends."""

import gzip
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import numpy as np
import psutil
import pytest

from ophicleide.domain.artifact import decode
from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.events import Event as CloudEvent
from ophicleide.domain.lifecycle import delete
from ophicleide.domain.models import Failure, FailureCode, Model, ModelStatus, Phase
from ophicleide.domain.neighbours import records
from ophicleide.domain.vectors import WordVectors
from ophicleide.settings import Settings
from ophicleide.stores.memory import MemoryArtifactStore, MemoryModelStore, MemoryNeighbourStore
from ophicleide.system import utc_now
from spark_jobs.train_word2vec.attempt import Attempt
from spark_jobs.train_word2vec.job import Job
from tests.builders import a_model
from tests.integration.train_word2vec.text_server import Exchange, TextServer

DAYS = ("monday", "tuesday", "friday")
TEXT = "\n\n".join(f"The captain dined with his sister on {day}, and the admiral on {day} too." for day in DAYS * 20)


class Sink:
    def __init__(self) -> None:
        self.events: list[CloudEvent] = []

    def send(self, event: CloudEvent) -> None:
        self.events.append(event)


class World:
    """A job's surroundings, with stores in memory and the Spark that all tests share."""

    def __init__(self, spark: Any) -> None:
        self.spark = spark
        self.models = MemoryModelStore()
        self.artifacts = MemoryArtifactStore()
        self.neighbours = MemoryNeighbourStore()
        self.sink = Sink()

    def job(self, model: Model, *, start_spark: Callable[..., Any] | None = None, **settings: Any) -> Job:
        known = {"heartbeat_seconds": 0.05, "fetch_allowed": "127.0.0.1", "mongodb_uri": "mongodb://unused"}
        chosen = Settings(**{**known, **settings})
        attempt = Attempt(
            self.models,
            utc_now,
            model.id,
            model.attempt,
            lease_seconds=chosen.lease_seconds,
            heartbeat_seconds=chosen.heartbeat_seconds,
            deadline_seconds=chosen.deadline_seconds,
        )
        return Job(
            chosen,
            attempt,
            self.models,
            self.artifacts,
            self.neighbours,
            self.sink,
            start_spark or (lambda _: self.spark),
        )

    def create(self, *urls: str, **parameters: Any) -> Model:
        return self.models.add(a_model(urls=urls, parameters={"epochs": 2, "vector_size": 10, **parameters}))

    def trained(self, *urls: str, settings: dict[str, Any] | None = None, **parameters: Any) -> Model:
        model = self.create(*urls, **parameters)
        self.job(model, **(settings or {})).run()
        return self.state(model)

    def failure(self, *urls: str, **how: Any) -> Failure:
        model = self.trained(*urls, **how)
        assert model.status is ModelStatus.FAILED
        assert model.failure is not None
        assert [event.type for event in self.sink.events] == ["dev.ophicleide.model.failed.v1"]
        return model.failure

    def state(self, model: Model) -> Model:
        found = self.models.get(model.id)
        assert found is not None
        return found

    def vectors(self, model: Model) -> WordVectors:
        assert model.result is not None
        return decode(self.artifacts.read(model.result.artifact))


@pytest.fixture
def world(spark: Any) -> World:
    return World(spark)


@pytest.fixture
def text(texts: TextServer) -> str:
    return texts.serves("/days.txt", TEXT.encode(), Content_Type="text/plain; charset=utf-8", ETag='"v1"')


def hanging(exchange: Exchange) -> None:
    exchange.head(Content_Length="1000")
    exchange.pause(60)


def test_a_model_becomes_ready_with_its_provenance(world: World, texts: TextServer, text: str) -> None:
    more = texts.serves("/more.txt.gz", gzip.compress(TEXT.encode()))

    model = world.trained(text, more)

    assert model.status is ModelStatus.READY
    assert model.result is not None
    assert [source.url for source in model.result.sources] == [text, more]
    assert model.result.sources[0].etag == '"v1"'
    assert (model.result.corpus.sentences, model.result.corpus.tokens) == (120, 120 * 14)
    assert model.result.epochs == 2
    assert set(model.result.seconds_by_phase) == set(Phase)
    assert {"ophicleide", "pyspark", "gensim"} <= set(model.result.versions)
    assert model.result.quality is not None
    assert model.result.quality.coverage == 1
    assert {"captain", "sister", "admiral"} <= {entry.word for entry in model.result.quality.neighbours}
    assert (model.progress, model.lease_expires_at, model.outbox) == (None, None, ())


def test_the_vocabulary_is_in_falling_count_with_ties_by_the_word(world: World, text: str) -> None:
    vectors = world.vectors(world.trained(text))

    assert vectors.words[:3] == ["on", "the", "admiral"]
    assert vectors.words[-3:] == ["friday", "monday", "tuesday"]
    assert list(vectors.counts[:4]) == [120, 120, 60, 60]
    assert vectors.matrix.shape == (len(vectors.words), 10)


def test_the_neighbours_of_words_are_kept_before_the_model_is_ready(world: World, text: str) -> None:
    model = world.trained(text)

    vectors = world.vectors(model)
    assert model.result is not None
    kept = {word: world.neighbours.read(model.result.artifact.id, word) for word in vectors.words}
    assert kept == dict(records(vectors))


@pytest.mark.parametrize(
    "chosen",
    [
        {"algorithm": "skip-gram"},
        {"algorithm": "cbow"},
        {"hierarchical_softmax": True},
        {"ns_exponent": 0},
        {"trainer": "mllib"},
    ],
)
def test_words_used_alike_are_near(world: World, text: str, chosen: dict[str, str]) -> None:
    parameters = {**chosen, "epochs": 40, "window": 3, "min_count": 20}
    parameters |= {} if "trainer" in chosen else {"sample": 0}

    nearest = [word for word, _ in world.vectors(world.trained(text, **parameters)).most_similar("monday", 2)]

    assert set(nearest) == {"tuesday", "friday"}


def test_a_pair_that_belongs_together_is_learnt_as_one_word(world: World, texts: TextServer) -> None:
    url = texts.serves(
        "/phrases", "\n\n".join(f"{w} met Lady Russell; Lady Russell met {w}" for w in "abcdefgh" * 5).encode()
    )

    vectors = world.vectors(world.trained(url, phrases="npmi", phrase_threshold=0.7))

    assert "lady_russell" in vectors.words
    assert {"lady", "russell"} & set(vectors.words) == set()
    assert vectors.row("Lady Russell") == vectors.row("lady_russell")


@pytest.mark.parametrize(("segmenter", "word"), [("chinese", "北京"), ("japanese", "東京")])
def test_writing_without_blanks_is_segmented(world: World, texts: TextServer, segmenter: str, word: str) -> None:
    body = "他来到北京学习。\n\n東京に行った。\n\n" * 20
    url = texts.serves("/east", body.encode(), Content_Type="text/plain; charset=utf-8")

    assert word in world.vectors(world.trained(url, segmenter=segmenter)).words


def test_no_more_words_are_learnt_than_max_vocabulary_allows(world: World, text: str) -> None:
    assert set(world.vectors(world.trained(text, max_vocabulary=9)).words) == {"on", "the"}
    assert len(world.vectors(world.trained(text, max_vocabulary=10)).words) == 10


@pytest.mark.parametrize("chosen", [{}, {"algorithm": "cbow", "phrases": "npmi"}, {"trainer": "mllib"}])
def test_what_is_repeatable_gives_equal_artifacts(world: World, texts: TextServer, chosen: dict[str, str]) -> None:
    urls = [
        texts.serves(f"/{n}", "\n\n".join(TEXT.split("\n\n")[n:]).replace("captain", f"captain{n}").encode())
        for n in range(5)
    ]

    first, second = (world.trained(*urls, repeatable=True, epochs=3, **chosen) for _ in range(2))

    assert first.result is not None
    assert second.result is not None
    assert first.result.artifact.sha256 == second.result.artifact.sha256
    other = world.trained(*urls, repeatable=True, epochs=3, seed=2, **chosen)
    assert other.result is not None
    assert other.result.artifact.sha256 != first.result.artifact.sha256


def test_rare_words_are_left_out(world: World, text: str) -> None:
    assert set(world.vectors(world.trained(text, min_count=100)).words) == {"on", "the"}


def test_the_outcome_is_told_once(world: World, text: str) -> None:
    model = world.trained(text)

    (event,) = world.sink.events
    assert (event.type, event.subject) == ("dev.ophicleide.model.ready.v1", model.id)
    assert event.data["result"]["vocabulary_size"] > 5


def test_a_second_job_for_the_same_attempt_changes_nothing(world: World, text: str) -> None:
    model = world.trained(text)

    assert world.job(model).run() == 0

    assert world.state(model) == model
    assert len(world.sink.events) == 1


def test_one_worker_and_one_seed_give_equal_vectors(world: World, text: str, spark: Any) -> None:
    from spark_jobs.train_word2vec.corpus import Corpus, TokenLines, Vocabulary
    from spark_jobs.train_word2vec.executors import Executors
    from spark_jobs.train_word2vec.gensim_trainer import GensimTrainer

    chunks = spark.parallelize([b"a b c a\nb c a b\n" * 200, b"c c a\n" * 100], 2)
    corpus = Corpus(TokenLines(chunks, (), 500, 1900, 2), Vocabulary(["a", "c", "b"], [700, 600, 600]))
    trainer = GensimTrainer(Executors(1, 1, shared=True), lambda _: None)  # type: ignore[arg-type]
    parameters = a_model().parameters

    first, second = (trainer.learn(corpus, parameters, 3, lambda _: None) for _ in range(2))
    other = trainer.learn(corpus, parameters.model_copy(update={"seed": 2}), 3, lambda _: None)

    assert np.array_equal(first.matrix, second.matrix)
    assert not np.array_equal(first.matrix, other.matrix)


def test_a_model_may_be_learnt_by_two_processes(world: World, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spark_jobs.train_word2vec.gensim_trainer.WORDS_PER_REPLICA", 100)
    parameters = {"epochs": 40, "sample": 0, "window": 3, "min_count": 20}

    model = world.trained(text, settings={"replicas": 2}, **parameters)

    nearest = [word for word, _ in world.vectors(model).most_similar("monday", 2)]
    assert set(nearest) == {"tuesday", "friday"}


def test_the_url_that_cannot_be_read_is_named(world: World, texts: TextServer, text: str) -> None:
    gone = texts.answers("/gone", lambda exchange: exchange.head(404))

    failure = world.failure(text, gone)

    assert (failure.code, failure.url) == (FailureCode.UNREACHABLE_URL, gone)


def test_a_failure_is_told_before_slower_texts_have_arrived(world: World, texts: TextServer) -> None:
    slow, gone = texts.answers("/slow", hanging), texts.answers("/gone", lambda exchange: exchange.head(404))

    assert world.failure(slow, gone).url == gone


def test_an_address_that_is_not_allowed_is_refused(world: World, text: str) -> None:
    assert world.failure(text, settings={"fetch_allowed": ""}).code is FailureCode.REFUSED_ADDRESS


def test_a_silent_server_is_a_timeout(world: World, texts: TextServer) -> None:
    failure = world.failure(texts.answers("/slow", hanging), settings={"fetch_timeout_seconds": 0.2})

    assert failure.code is FailureCode.FETCH_TIMEOUT


def test_a_document_that_is_no_text_is_refused(world: World, texts: TextServer) -> None:
    assert world.failure(texts.serves("/x.pdf", b"%PDF-1.7")).code is FailureCode.NOT_TEXT


def test_texts_that_are_too_large_together_are_refused(world: World, texts: TextServer, text: str) -> None:
    more = texts.serves("/more", TEXT.encode())

    failure = world.failure(text, more, settings={"max_corpus_bytes": len(TEXT) + 1})

    assert failure.code is FailureCode.CORPUS_TOO_LARGE
    assert f"{2 * len(TEXT):,}" in failure.detail


def test_no_word_frequent_enough_is_told_with_the_highest_count(world: World, text: str) -> None:
    failure = world.failure(text, min_count=1000)

    assert failure.code is FailureCode.EMPTY_VOCABULARY
    assert "Lower min_count to 120 or less" in failure.detail


def test_a_text_without_words_is_told(world: World, texts: TextServer) -> None:
    assert "No word was found" in world.failure(texts.serves("/numbers", b"1 2 3\n")).detail


def test_a_vocabulary_beyond_memory_is_refused_early(world: World, text: str) -> None:
    failure = world.failure(text, settings={"max_training_bytes": 1000})

    assert failure.code is FailureCode.VOCABULARY_TOO_LARGE
    assert "min_count of 61 fits" in failure.detail


def test_the_deadline_ends_the_job(world: World, texts: TextServer) -> None:
    failure = world.failure(texts.answers("/slow", hanging), settings={"deadline_seconds": 0.5})

    assert failure.code is FailureCode.DEADLINE


def test_a_worker_that_is_killed_is_reported_as_out_of_memory(world: World, texts: TextServer) -> None:
    def kill_workers(exchange: Exchange) -> None:
        exchange.head(Content_Length="1000")
        for worker in python_workers(world.spark):
            with suppress(psutil.NoSuchProcess):
                worker.kill()

    assert world.failure(texts.answers("/x", kill_workers)).code is FailureCode.OUT_OF_MEMORY


def test_a_store_that_takes_no_vectors_is_told(world: World, text: str) -> None:
    class Full(MemoryArtifactStore):
        def write(self, *_: Any) -> Any:
            raise StoreUnavailable("The document store did not take the vectors.")

    world.artifacts = Full()

    assert world.failure(text).code is FailureCode.STORE_UNAVAILABLE


def test_an_unknown_error_is_told_without_its_trace(world: World, text: str) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("at secret.place(Trace.java:1)")

    model = world.create(text)

    assert world.job(model, start_spark=broken).run() == 1

    failure = world.state(model).failure
    assert failure is not None
    assert failure.code is FailureCode.INTERNAL
    assert "secret" not in failure.detail


def test_deleting_the_model_stops_the_job_and_nothing_is_told(world: World, texts: TextServer) -> None:
    asked = Event()

    def asked_for(exchange: Exchange) -> None:
        asked.set()
        hanging(exchange)

    model = world.create(texts.answers("/slow", asked_for))
    statuses: list[int] = []
    thread = Thread(target=lambda: statuses.append(world.job(model).run()))
    thread.start()
    assert asked.wait(60)
    world.models.change(model.id, 1, delete(now=utc_now()))
    thread.join(60)

    assert statuses == [0]
    assert world.state(model).status is ModelStatus.DELETED
    assert world.sink.events == []


def test_a_model_deleted_while_it_is_published_leaves_no_vectors(world: World, text: str) -> None:
    class DeletedMeanwhile(MemoryArtifactStore):
        def __init__(self, models: MemoryModelStore) -> None:
            super().__init__()
            self._models = models
            self.removed: list[str] = []

        def write(self, model_id: str, attempt: int, chunks: Any) -> Any:
            written = super().write(model_id, attempt, chunks)
            self._models.change(model_id, attempt, delete(now=utc_now()))
            return written

        def remove(self, model_id: str) -> None:
            self.removed.append(model_id)

    artifacts = world.artifacts = DeletedMeanwhile(world.models)

    model = world.trained(text)

    assert model.status is ModelStatus.DELETED
    assert artifacts.removed == [model.id]
    assert world.neighbours._records == {}


def test_the_lease_is_held_while_the_job_works(world: World, texts: TextServer) -> None:
    model = world.create("http://127.0.0.1/")
    leases: list[bool] = []

    def look(exchange: Exchange) -> None:
        kept = world.state(model)
        leases.append(kept.lease_expires_at is not None and kept.lease_expires_at > utc_now() + timedelta(seconds=30))
        exchange.head(404)

    model = world.create(texts.answers("/x", look))
    world.job(model).run()

    assert leases == [True]


def python_workers(spark: Any) -> set[psutil.Process]:
    """Processes that Spark's Python daemon forked; the daemon is a child of the JVM."""
    jvm = psutil.Process(type(spark)._gateway.proc.pid)
    return {*jvm.children(recursive=True)} - {*jvm.children()}
