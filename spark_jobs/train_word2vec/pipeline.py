"""The steps of the job, in order: fetch, tokenise, count, train, check. What is published comes out of here.

Runs under an attempt that may be stopped at any time; each step begins by asking.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ophicleide.fetching.download import Limits
from ophicleide.models import Failure, FailureCode, Model, Phase, Source
from ophicleide.settings import Settings
from ophicleide.training import Segmenter, TrainingParameters, fitting_epochs
from ophicleide.vectors import WordVectors
from spark_jobs.train_word2vec.channel import Sender
from spark_jobs.train_word2vec.check import check_vectors
from spark_jobs.train_word2vec.corpus import Corpus, TokenLines, Vocabulary
from spark_jobs.train_word2vec.count import count_vocabulary
from spark_jobs.train_word2vec.failures import JobFailed
from spark_jobs.train_word2vec.fetch import Fetcher, Report
from spark_jobs.train_word2vec.prepare import prepared
from spark_jobs.train_word2vec.progress import ProgressBoard
from spark_jobs.train_word2vec.segment import require
from spark_jobs.train_word2vec.train import trainer_of

if TYPE_CHECKING:
    from pyspark import SparkContext


@dataclass(frozen=True)
class Trained:
    """What the steps made of the URLs."""

    corpus: Corpus
    epochs: int
    vectors: WordVectors


@dataclass(frozen=True)
class Pipeline:
    spark: "SparkContext"
    settings: Settings
    board: ProgressBoard
    tell: Sender
    check: Callable[[], None]

    def run(self, model: Model) -> Trained:
        lines = self._fetch(model.urls, model.parameters.segmenter)
        lines, vocabulary = self._count(lines, model.parameters)
        corpus = Corpus(lines, vocabulary)
        epochs = model.parameters.epochs or fitting_epochs(lines.tokens)
        vectors = self._train(corpus, model.parameters, epochs)
        self._enter(Phase.CHECKING)
        check_vectors(vectors)
        return Trained(corpus, epochs, vectors)

    def _enter(self, phase: Phase) -> None:
        self.check()
        self.board.enter(phase)

    def _fetch(self, urls: tuple[str, ...], segmenter: Segmenter) -> TokenLines:
        from pyspark import StorageLevel

        self._enter(Phase.FETCHING)
        require(segmenter)
        fetcher = Fetcher(self.settings.fetch_allowed, limits_of(self.settings), self.tell, segmenter)
        records = self.spark.parallelize(urls, len(urls)).mapPartitions(fetcher.records)
        records.persist(StorageLevel.DISK_ONLY)
        reports = records.filter(lambda record: isinstance(record, Report)).collect()
        self.check()
        sources = _sources(reports)
        refuse_too_much(sources, self.settings.max_corpus_bytes)
        return TokenLines(
            chunks=records.filter(lambda record: isinstance(record, bytes)),
            sources=sources,
            contexts=sum(report.contexts for report in reports),
            tokens=sum(report.tokens for report in reports),
            partitions=min(len(urls), self.spark.defaultParallelism),
        )

    def _count(self, lines: TokenLines, parameters: TrainingParameters) -> tuple[TokenLines, Vocabulary]:
        self._enter(Phase.COUNTING)
        lines = prepared(lines, parameters)
        self.check()
        return lines, count_vocabulary(lines, parameters, max_bytes=self.settings.max_training_bytes)

    def _train(self, corpus: Corpus, parameters: TrainingParameters, epochs: int) -> WordVectors:
        self._enter(Phase.TRAINING)
        self.board.expect_words(corpus.lines.tokens * epochs)
        trainer = trainer_of(parameters.trainer, self.spark, self.tell, self.settings.replicas)
        return trainer.learn(corpus, parameters, epochs, self.board.words_done)


def limits_of(settings: Settings) -> Limits:
    return Limits(
        silence_seconds=settings.fetch_timeout_seconds,
        total_seconds=settings.fetch_total_seconds,
        redirects=settings.fetch_redirects,
        max_bytes=min(settings.max_source_bytes, settings.max_corpus_bytes),
    )


def refuse_too_much(sources: tuple[Source, ...], max_bytes: int) -> None:
    total = sum(source.text_bytes for source in sources)
    if total > max_bytes:
        raise JobFailed(
            Failure(
                code=FailureCode.CORPUS_TOO_LARGE,
                detail=f"The texts have {total:,} bytes together, the limit is {max_bytes:,}. Give fewer texts, or ask the operator to raise OPHICLEIDE_MAX_CORPUS_BYTES.",
            )
        )


def _sources(reports: list[Report]) -> tuple[Source, ...]:
    for report in reports:
        if isinstance(report.outcome, Failure):
            raise JobFailed(report.outcome)
    return tuple(report.outcome for report in reports if isinstance(report.outcome, Source))
