"""One run of the job: take the attempt up, have the pipeline work, publish or fail, tell the outcome.

The outermost edge of the process: whatever goes wrong ends here as a failure of the model.
"""

import logging
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from ophicleide import __version__
from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.imports import VectorsSource
from ophicleide.domain.models import Corpus, Failure, Model, Phase, TrainingResult
from ophicleide.domain.ports import ArtifactStore, EventSink, ModelStore, NeighbourStore
from ophicleide.settings import Settings
from spark_jobs.train_word2vec.attempt import Attempt
from spark_jobs.train_word2vec.channel import Channel, Message
from spark_jobs.train_word2vec.costs import Costs
from spark_jobs.train_word2vec.failures import JobFailed, Stopped, failure_of
from spark_jobs.train_word2vec.import_vectors.pipeline import Import, Imported
from spark_jobs.train_word2vec.import_vectors.progress import ImportBoard
from spark_jobs.train_word2vec.outcomes import tell_outcomes
from spark_jobs.train_word2vec.pipeline import Pipeline, Trained, limits_of
from spark_jobs.train_word2vec.progress import ProgressBoard
from spark_jobs.train_word2vec.publish import clear_after_deletion, write_neighbours, write_vectors
from spark_jobs.train_word2vec.sizes import Sizes

if TYPE_CHECKING:
    from pyspark import SparkContext

log = logging.getLogger("ophicleide.train_word2vec")

StartSpark = Callable[[Mapping[str, str]], "SparkContext"]


@dataclass
class Job:
    settings: Settings
    attempt: Attempt
    models: ModelStore
    artifacts: ArtifactStore
    neighbours: NeighbourStore
    sink: EventSink
    start_spark: StartSpark

    def run(self) -> int:
        """The exit status: 0 where a model became ready or the job was called off, 1 where it failed."""
        try:
            model = self.attempt.take_up()
        except Stopped:
            log.info("Nothing to do: the model is deleted, finished or another attempt's")
            return 0
        except StoreUnavailable as error:
            log.error("The attempt was not taken up: %s", error.detail)
            return 1
        try:
            return self._take_through(model)
        finally:
            self.attempt.end()

    def _take_through(self, model: Model) -> int:
        try:
            self._make(model)
        except Stopped:
            log.info("Stopped: the model was deleted or taken away")
            self._clear(model)
            return 0
        except Exception as error:  # noqa: BLE001 - the outermost edge: every error ends the attempt with a reason
            return self._fail(model, error)
        return 0

    def _make(self, model: Model) -> None:
        if model.vectors is not None:
            imports = ImportBoard(monotonic)
            self.attempt.keep_alive(imports.snapshot)
            self._publish(model, imports, self._import(model.vectors, imports))
        else:
            costs = Costs.read(self.settings.spark_cache_directory)
            board = ProgressBoard(len(model.urls), model.parameters, monotonic, costs)
            self.attempt.keep_alive(board.snapshot)
            self._publish(model, board, self._work(model, board))
            board.costs_now().keep(self.settings.spark_cache_directory)

    def _import(self, wanted: VectorsSource, board: ImportBoard) -> Imported:
        settings = self.settings
        limits, check = limits_of(settings), self.attempt.check
        return Import(settings.fetch_allowed, limits, settings.max_training_bytes, board, check).run(wanted)

    def _work(self, model: Model, board: ProgressBoard) -> Trained:
        conf = spark_conf(self.settings, model)
        spark = self.start_spark(conf)
        self.attempt.on_stop = spark.cancelAllJobs
        host = spark.getConf().get("spark.driver.host")
        bind_address = spark.getConf().get("spark.driver.bindAddress", host)
        with Channel(host, bind_address, self._heard(board)) as channel:
            return Pipeline(spark, self.settings, board, channel.sender, self.attempt.check).run(model)

    def _heard(self, board: ProgressBoard) -> Callable[[Message], None]:
        sizes = Sizes(self.settings.max_corpus_bytes, self.attempt.stop)

        def heard(message: Message) -> None:
            if "failure" in message:
                self.attempt.stop(Failure.model_validate(message["failure"]))
            elif "text_bytes" in message:
                sizes.heard(message)
            board.heard(message)

        return heard

    def _publish(self, model: Model, board: ProgressBoard | ImportBoard, made: Trained | Imported) -> None:
        self.attempt.check()
        board.enter(Phase.PUBLISHING)
        artifact = write_vectors(self.artifacts, model, made.vectors, self.attempt.check)
        write_neighbours(self.neighbours, artifact, made.vectors, self.attempt.check)
        self.attempt.check()
        result = TrainingResult(
            artifact=artifact,
            vocabulary_size=len(made.vectors.words),
            vector_size=made.vectors.vector_size,
            **_learnt_from(made),
            seconds_by_phase=board.seconds_by_phase(),
            versions=versions(),
            quality=made.quality if isinstance(made, Trained) else None,
        )
        self.attempt.end()
        ready = self.attempt.publish(model, result)
        if ready is None:
            raise Stopped
        log.info("Ready: %s words", f"{result.vocabulary_size:,}")
        tell_outcomes(ready, self.sink, self.models)

    def _fail(self, model: Model, error: Exception) -> int:
        """What was asked to stop the work is the reason, not the error that Spark makes of it."""
        try:
            self.attempt.check()
        except Stopped:
            self._clear(model)
            return 0
        except Exception as reason:  # noqa: BLE001 - of the same edge
            error = reason
        failure = failure_of(error, java_exit())
        log.error(
            "Failed: %s: %s", failure.code, failure.detail, exc_info=None if isinstance(error, JobFailed) else error
        )
        self.attempt.end()
        try:
            failed = self.attempt.fail(model, failure)
        except StoreUnavailable:
            log.error("The failure was not written: the store is away")
            return 1
        if failed is not None:
            tell_outcomes(failed, self.sink, self.models)
        return 1

    def _clear(self, model: Model) -> None:
        try:
            clear_after_deletion(self.models, self.artifacts, self.neighbours, model.id)
        except StoreUnavailable as error:
            log.warning("What was written for the deleted model stays: %s", error.detail)


def _learnt_from(made: Trained | Imported) -> dict[str, Any]:
    if isinstance(made, Imported):
        return {"epochs": None, "corpus": None, "sources": (made.source,)}
    lines = made.corpus.lines
    corpus = Corpus(sentences=lines.contexts, tokens=lines.tokens)
    return {"epochs": made.epochs, "corpus": corpus, "sources": lines.sources}


def spark_conf(settings: Settings, model: Model) -> dict[str, str]:
    return {
        "spark.app.name": f"train-word2vec {model.id}",
        "spark.master": settings.spark_master,
        "spark.driver.memory": settings.spark_driver_memory,
        "spark.driver.maxResultSize": "0",  # the vocabulary check bounds what comes back
        "spark.python.worker.reuse": "true",
        # Looked at every 15 seconds: an executor that was lost just before replicas start is waited for a minute, not ten.
        "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures": "4",
    }


def java_exit() -> int | None:
    """The exit status of Spark's JVM; None while it runs, or where there is none."""
    if "pyspark" not in sys.modules:  # an import of vectors has no use for it
        return None
    from pyspark import SparkContext

    process = getattr(SparkContext._gateway, "proc", None)
    return None if process is None else process.poll()


def versions() -> dict[str, str]:
    from importlib.metadata import version

    return {
        "ophicleide": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("pyspark", "gensim", "numpy")},
    }
