"""The product's own trainer on a local Spark, with the time that its training phase took; and gensim beside it.

Training phase: from the first report, when imports and copying are over, to the last; gensim's is `train`.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpora import ROOT, corpus
from ophicleide.domain.training import TrainingParameters
from ophicleide.launchers.java import java_home
from spark_jobs.spark_start import start_spark
from spark_jobs.train_word2vec.channel import Channel, Message
from spark_jobs.train_word2vec.corpus import Corpus, TokenLines, Vocabulary
from spark_jobs.train_word2vec.executors import Executors
from spark_jobs.train_word2vec.fetch import CHUNK_BYTES
from spark_jobs.train_word2vec.gensim_trainer import GensimTrainer

if TYPE_CHECKING:
    from pyspark import SparkContext

PARAMETERS = TrainingParameters(window=5, learning_rate=0.025)
"""gensim's defaults but for skip-gram; five epochs."""

EPOCHS = 5
SPARK_CACHE = ROOT / ".cache" / "spark"


@dataclass(frozen=True)
class Learnt:
    words: list[str]
    vectors: NDArray[np.float32]
    seconds: float
    words_per_second: float


@dataclass(frozen=True)
class Bench:
    """One corpus on one Spark."""

    spark: "SparkContext"
    path: Path
    corpus: Corpus

    def learn(self, seed: int, *, processes: int = 1, threads: int = 1, epochs: int = EPOCHS) -> Learnt:
        """By so many processes of so many threads each."""
        times: list[float] = []

        def heard(message: Message) -> None:
            if "words_done" in message:
                times.append(monotonic())

        executors = Executors(1, processes * threads, shared=True)
        with Channel("127.0.0.1", "127.0.0.1", heard) as channel:
            trainer = GensimTrainer(executors, channel.sender, processes)
            parameters = PARAMETERS.model_copy(update={"seed": seed})
            learnt = trainer.learn(self.corpus, parameters, epochs, lambda _: None)
        return self._of(list(learnt.words), learnt.matrix, times[-1] - times[0], epochs)

    def peer(self, seed: int, *, threads: int = 1, epochs: int = EPOCHS) -> Learnt:
        """gensim from a corpus file, with equal parameters, in this process."""
        from gensim.models import Word2Vec

        chosen, path = PARAMETERS, str(self.path)
        model: Any = Word2Vec(
            sg=1,
            vector_size=chosen.vector_size,
            window=chosen.window,
            negative=chosen.negative,
            sample=chosen.sample,
            alpha=chosen.learning_rate,
            min_count=chosen.min_count,
            seed=seed,
            workers=threads,
        )
        model.build_vocab(corpus_file=path)
        began = monotonic()
        model.train(
            corpus_file=path, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=epochs
        )
        return self._of(list(model.wv.index_to_key), model.wv.vectors, monotonic() - began, epochs)

    def _of(self, words: list[str], vectors: NDArray[np.float32], seconds: float, epochs: int) -> Learnt:
        return Learnt(words, vectors, seconds, self.corpus.lines.tokens * epochs / seconds)


@contextmanager
def bench(name: str, slots: int = 2) -> Iterator[Bench]:
    """A Spark for as many tasks at once as there are slots, and a corpus by name."""
    path = corpus(name)
    conf = {"spark.master": f"local[{slots}]", "spark.app.name": "benchmark", "spark.ui.enabled": "false"}
    spark = start_spark(conf, java=java_home(os.environ), cache=SPARK_CACHE)
    try:
        yield Bench(spark, path, _corpus(spark, path))
    finally:
        spark.stop()


def _corpus(spark: "SparkContext", path: Path) -> Corpus:
    counter: Counter[str] = Counter()
    contexts = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            counter.update(line.split())
            contexts += 1
    kept = [pair for pair in counter.items() if pair[1] >= PARAMETERS.min_count]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    chunks = spark.parallelize([str(path)], 1).flatMap(_chunks)
    lines = TokenLines(chunks, (), contexts, counter.total(), 1)
    return Corpus(lines, Vocabulary([word for word, _ in kept], [count for _, count in kept]))


def _chunks(path: str) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while lines := file.readlines(CHUNK_BYTES):
            yield b"".join(lines)
