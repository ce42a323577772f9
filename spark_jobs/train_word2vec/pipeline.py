"""The steps of the job, in order: fetch, tokenise, count, train, check. What is published comes out of here.

Runs under an attempt that may be stopped at any time; each step begins by asking.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ophicleide.domain.models import Model, Phase
from ophicleide.domain.quality import Quality
from ophicleide.domain.training import Segmenter, TrainingParameters, fitting_epochs
from ophicleide.domain.vectors import WordVectors
from ophicleide.fetching.download import Limits
from ophicleide.settings import Settings
from spark_jobs.train_word2vec.channel import Sender
from spark_jobs.train_word2vec.check import check_vectors
from spark_jobs.train_word2vec.corpus import Corpus, TokenLines, Vocabulary
from spark_jobs.train_word2vec.count import count_vocabulary
from spark_jobs.train_word2vec.fetch import Fetcher
from spark_jobs.train_word2vec.gather import gather
from spark_jobs.train_word2vec.prepare import prepared
from spark_jobs.train_word2vec.progress import ProgressBoard
from spark_jobs.train_word2vec.quality import quality_of
from spark_jobs.train_word2vec.segment import require
from spark_jobs.train_word2vec.sizes import refuse_too_much
from spark_jobs.train_word2vec.stop_words import function_words
from spark_jobs.train_word2vec.train import trainer_of

if TYPE_CHECKING:
    from pyspark import SparkContext


@dataclass(frozen=True)
class Trained:
    """What the steps made of the URLs."""

    corpus: Corpus
    epochs: int
    vectors: WordVectors
    quality: Quality


@dataclass(frozen=True)
class Pipeline:
    spark: "SparkContext"
    settings: Settings
    board: ProgressBoard
    tell: Sender
    check: Callable[[], None]

    def run(self, model: Model) -> Trained:
        lines = self._fetch(model.urls, model.parameters.segmenter)
        self._expect(lines, model.parameters)
        lines, vocabulary = self._count(lines, model.parameters)
        corpus = Corpus(lines, vocabulary)
        epochs = self._expect(lines, model.parameters)
        vectors = self._train(corpus, model.parameters, epochs)
        self._enter(Phase.CHECKING)
        check_vectors(vectors)
        quality = quality_of(vectors, corpus, function_words(self.spark))
        return Trained(corpus, epochs, vectors, quality)

    def _enter(self, phase: Phase) -> None:
        self.check()
        self.board.enter(phase)

    def _expect(self, lines: TokenLines, parameters: TrainingParameters) -> int:
        """Tells how much there is to learn; the epochs."""
        epochs = parameters.epochs or fitting_epochs(lines.tokens)
        self.board.expect_words(lines.tokens, epochs)
        return epochs

    def _fetch(self, urls: tuple[str, ...], segmenter: Segmenter) -> TokenLines:
        self._enter(Phase.FETCHING)
        require(segmenter)
        fetcher = Fetcher(self.settings.fetch_allowed, limits_of(self.settings), self.tell, segmenter)
        lines = gather(self.spark, fetcher, urls, self.check)
        refuse_too_much(sum(source.text_bytes for source in lines.sources), self.settings.max_corpus_bytes)
        return lines

    def _count(self, lines: TokenLines, parameters: TrainingParameters) -> tuple[TokenLines, Vocabulary]:
        self._enter(Phase.COUNTING)
        lines = prepared(lines, parameters)
        self.check()
        return lines, count_vocabulary(lines, parameters, max_bytes=self.settings.max_training_bytes)

    def _train(self, corpus: Corpus, parameters: TrainingParameters, epochs: int) -> WordVectors:
        self._enter(Phase.TRAINING)
        trainer = trainer_of(parameters.trainer, self.spark, self.tell, self.settings.replicas)
        return trainer.learn(corpus, parameters, epochs, self.board.words_done)


def limits_of(settings: Settings) -> Limits:
    return Limits(
        silence_seconds=settings.fetch_timeout_seconds,
        total_seconds=settings.fetch_total_seconds,
        redirects=settings.fetch_redirects,
        max_bytes=min(settings.max_source_bytes, settings.max_corpus_bytes),
    )
