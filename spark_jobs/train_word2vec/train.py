"""The fourth step: a trainer by name learns vectors from the corpus.

A trainer is whatever keeps the `Trainer` protocol; this module knows their names and nothing of how they learn.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ophicleide.domain.training import Trainer as TrainerName
from ophicleide.domain.training import TrainingParameters
from ophicleide.domain.vectors import WordVectors
from spark_jobs.train_word2vec.channel import Sender
from spark_jobs.train_word2vec.corpus import Corpus

if TYPE_CHECKING:
    from pyspark import SparkContext

WordsDone = Callable[[int], None]
"""Told with the number of words that were learnt from so far, over all epochs."""


class Trainer(Protocol):
    def learn(self, corpus: Corpus, parameters: TrainingParameters, epochs: int, progress: WordsDone) -> WordVectors:
        """The vectors of the corpus's vocabulary, in its order."""


def trainer_of(name: TrainerName, spark: "SparkContext", tell: Sender, replicas: int | None = None) -> Trainer:
    """The trainer of that name; what the others need is not imported. `replicas` is the setting."""
    match name:
        case TrainerName.GENSIM:
            from spark_jobs.train_word2vec.executors import Executors
            from spark_jobs.train_word2vec.gensim_trainer import GensimTrainer

            return GensimTrainer(Executors.of(spark), tell, replicas)
        case TrainerName.MLLIB:
            from spark_jobs.train_word2vec.mllib_trainer import MLlibTrainer

            return MLlibTrainer(spark)
