"""Spark's own Word2Vec, for comparison: skip-gram with hierarchical softmax, one partition.

Spark's spellings of the parameters live here and nowhere else.
It averages partitions, so more of them would give worse vectors; `negative` and `sample` have no meaning to it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

import numpy as np

from ophicleide.domain.training import TrainingParameters
from ophicleide.domain.vectors import WordVectors
from spark_jobs.train_word2vec.corpus import Corpus
from spark_jobs.train_word2vec.tokenise import MAX_CONTEXT_WORDS
from spark_jobs.train_word2vec.train import WordsDone

if TYPE_CHECKING:
    from pyspark import SparkContext

_WATCH_SECONDS = 0.5
_GROUP = "mllib-word2vec"


@dataclass(frozen=True)
class MLlibTrainer:
    spark: "SparkContext"

    def learn(self, corpus: Corpus, parameters: TrainingParameters, epochs: int, progress: WordsDone) -> WordVectors:
        from pyspark.ml.feature import Word2Vec
        from pyspark.sql import SparkSession

        session = SparkSession(self.spark)
        rows = corpus.lines.chunks.coalesce(1).flatMap(_rows)
        sentences = session.createDataFrame(rows, "words array<string>")
        estimator = Word2Vec(
            inputCol="words",
            vectorSize=parameters.vector_size,
            windowSize=parameters.window,
            minCount=min(corpus.vocabulary.counts),  # max_vocabulary may have raised it
            maxIter=epochs,
            stepSize=parameters.learning_rate,
            numPartitions=1,
            maxSentenceLength=MAX_CONTEXT_WORDS,
            seed=parameters.seed,
        )
        with self._watched(corpus.lines.tokens, epochs, progress):
            model = estimator.fit(sentences)
        return _in_order(corpus, model.getVectors().toLocalIterator(), parameters.vector_size)

    @contextmanager
    def _watched(self, tokens: int, epochs: int, progress: WordsDone) -> Iterator[None]:
        """Tells of progress by Spark's jobs: one counts the words, then one an epoch."""
        done = Event()

        def watch() -> None:
            tracker = self.spark.statusTracker()
            while not done.wait(_WATCH_SECONDS):
                jobs = tracker.getJobIdsForGroup(_GROUP)
                ended = sum(info is not None and info.status == "SUCCEEDED" for info in map(tracker.getJobInfo, jobs))
                if ended > 1:
                    progress(min(ended - 1, epochs) * tokens)

        progress(0)
        self.spark.setJobGroup(_GROUP, "Word2Vec", interruptOnCancel=True)
        thread = Thread(target=watch, name="mllib-progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _rows(chunk: bytes) -> Iterator[tuple[list[str]]]:
    return ((line.split(),) for line in chunk.decode().splitlines())


def _in_order(corpus: Corpus, rows: Iterable[tuple[str, "np.typing.ArrayLike"]], vector_size: int) -> WordVectors:
    """Spark's vocabulary is ours, in another order."""
    words = corpus.vocabulary.words
    row_of = {word: row for row, word in enumerate(words)}
    matrix = np.zeros((len(words), vector_size), dtype=np.float32)
    for word, vector in rows:
        matrix[row_of[word]] = np.asarray(vector, dtype=np.float32)
    return WordVectors(words, matrix, np.asarray(corpus.vocabulary.counts, dtype=np.int64))
