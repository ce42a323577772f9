"""gensim's kernel on Spark: where a text is learnt, in one task or on several executors, is decided here from sizes.

One task's threads share one model and lose nothing, so a text is spread only where that saves more than it costs.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ophicleide.domain.training import Algorithm, TrainingParameters
from ophicleide.domain.vectors import WordVectors
from spark_jobs.train_word2vec.channel import Sender
from spark_jobs.train_word2vec.corpus import Corpus
from spark_jobs.train_word2vec.executors import Executors
from spark_jobs.train_word2vec.replicas.stage import learnt_together
from spark_jobs.train_word2vec.shared_model import learnt_by_threads
from spark_jobs.train_word2vec.train import WordsDone

if TYPE_CHECKING:
    from pyspark import RDD

WORDS_PER_REPLICA = 500_000
"""Words of the text below which an executor is not worth its start and its exchanges: a few seconds an epoch."""

MOST_UNASKED = 8
"""Quality was measured up to here; an operator who wants more replicas says so."""


@dataclass(frozen=True)
class GensimTrainer:
    """`replicas` is what the operator allows; None for as many as there are executors."""

    executors: Executors
    tell: Sender
    replicas: int | None = None

    def learn(self, corpus: Corpus, parameters: TrainingParameters, epochs: int, progress: WordsDone) -> WordVectors:  # noqa: ARG002 - told over the channel
        blocks = self.executors.whole(self._learnt(corpus, parameters, epochs)).collect()
        matrix = np.frombuffer(b"".join(blocks), dtype="<f4").reshape(-1, parameters.vector_size)
        return WordVectors(corpus.vocabulary.words, matrix, np.asarray(corpus.vocabulary.counts, dtype=np.int64))

    def _learnt(self, corpus: Corpus, parameters: TrainingParameters, epochs: int) -> "RDD[bytes]":
        replicas = replicas_for(corpus.lines.tokens, parameters, self.replicas, self.executors)
        threads = 1 if parameters.repeatable else self.executors.threads(replicas)
        if replicas == 1:
            return learnt_by_threads(corpus, parameters, epochs, self.tell, threads)
        return learnt_together(corpus, parameters, epochs, self.tell, replicas=replicas, threads=threads)


def replicas_for(tokens: int, parameters: TrainingParameters, allowed: int | None, executors: Executors) -> int:
    """How many executors learn together.

    CBOW and hierarchical softmax stay in one task, since replicas of them lose quality (docs/distribution.md);
    so does what is to be repeatable, since executors come and go.
    Exchanges need frequent words to be met more often than rare ones, which noise of a negative exponent undoes.
    """
    alone = parameters.hierarchical_softmax or parameters.repeatable or parameters.ns_exponent < 0
    if alone or parameters.algorithm is not Algorithm.SKIP_GRAM:
        return 1
    most = min(allowed or min(executors.count, MOST_UNASKED), executors.slots)
    return max(1, min(most, tokens // WORDS_PER_REPLICA))
