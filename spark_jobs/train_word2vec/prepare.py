"""Between tokens and vocabulary: phrases are joined, then stop words are left out. Where neither is asked for, nothing happens.

In this order, so that words which only a stop word parted are not taken for neighbours in a phrase.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace

from ophicleide.domain.training import TrainingParameters
from spark_jobs.train_word2vec.corpus import TokenLines
from spark_jobs.train_word2vec.phrases import Phrases, joined, learn_phrases
from spark_jobs.train_word2vec.stop_words import excluded_words


def prepared(lines: TokenLines, parameters: TrainingParameters) -> TokenLines:
    spark = lines.chunks.context
    excluded = excluded_words(spark, parameters)
    phrases = learn_phrases(lines, parameters, excluded) if parameters.phrases else frozenset()
    if not excluded and not phrases:
        return lines
    from pyspark import StorageLevel

    known = spark.broadcast(Preparation(phrases, excluded))

    def in_task(chunks: Iterable[bytes]) -> Iterator[bytes]:
        preparation: Preparation = known.value
        return preparation.of_chunks(chunks)

    chunks = lines.chunks.mapPartitions(in_task).persist(StorageLevel.DISK_ONLY)
    contexts, tokens = chunks.map(measured).fold((0, 0), lambda one, other: (one[0] + other[0], one[1] + other[1]))
    return replace(lines, chunks=chunks, contexts=contexts, tokens=tokens)


@dataclass(frozen=True)
class Preparation:
    """Travels to executors once."""

    phrases: Phrases
    excluded: Set[str]

    def of_chunks(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            lines = (" ".join(self._of_line(line.split(" "))) for line in chunk.decode().splitlines())
            if whole := "".join(f"{line}\n" for line in lines if line):
                yield whole.encode()

    def _of_line(self, words: list[str]) -> Iterator[str]:
        found: Iterable[str] = joined(words, self.phrases) if self.phrases else words
        return (word for word in found if word not in self.excluded)


def measured(chunk: bytes) -> tuple[int, int]:
    """Contexts and words of a chunk."""
    lines = chunk.count(b"\n")
    return lines, lines + chunk.count(b" ")
