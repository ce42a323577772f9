"""Pairs of words that belong together, learnt from the corpus; Spark counts them, and what the driver gets are phrases only.

Scores and greedy joining are those of gensim's Phrases, which a test compares.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from itertools import pairwise
from math import log
from operator import add

from ophicleide.domain.models import Failure, FailureCode
from ophicleide.domain.training import PhraseScore, TrainingParameters, fitting_threshold
from ophicleide.domain.words import PHRASE_MARK
from spark_jobs.train_word2vec.corpus import TokenLines
from spark_jobs.train_word2vec.count import summed
from spark_jobs.train_word2vec.failures import JobFailed

MAX_PHRASES = 1_000_000
"""Each takes about 150 bytes in every task."""

Phrases = Set[str]
"""Pairs as `first second`, with a blank between."""

Score = Callable[[int, int, int], float]
"""Of a pair, by the counts of its first word, its second word and of itself."""


def learn_phrases(lines: TokenLines, parameters: TrainingParameters, excluded: Set[str]) -> Phrases:
    """Pairs that score above the threshold; an excluded word is part of none."""
    least = parameters.phrase_min_count
    spark = lines.chunks.context
    left_out = spark.broadcast(excluded)
    counted = lines.chunks.mapPartitions(lambda chunks: counts(chunks, left_out.value))
    counted = counted.reduceByKey(add, lines.partitions).cache()
    different = counted.count()
    frequent = counted.filter(lambda entry: entry[1] >= least)
    known = spark.broadcast(dict(frequent.filter(lambda entry: " " not in entry[0]).collect()))
    score = scorer(parameters, different=different, tokens=lines.tokens)
    threshold = fitting_threshold(parameters)
    pairs = frequent.filter(lambda entry: " " in entry[0])
    found = pairs.filter(lambda entry: _score_of(entry, known.value, score) > threshold).keys().take(MAX_PHRASES + 1)
    counted.unpersist()
    if len(found) > MAX_PHRASES:
        raise JobFailed(too_many_phrases(threshold))
    return frozenset(found)


def counts(chunks: Iterable[bytes], excluded: Set[str]) -> Iterator[tuple[str, int]]:
    """Partial counts of words, and of pairs of neighbours joined by a blank."""

    def batches() -> Iterator[list[str]]:
        for chunk in chunks:
            for line in chunk.decode().splitlines():
                words = line.split(" ")
                yield words
                yield [
                    f"{first} {second}"
                    for first, second in pairwise(words)
                    if first not in excluded and second not in excluded
                ]

    return summed(batches())


def scorer(parameters: TrainingParameters, *, different: int, tokens: int) -> Score:
    """Mikolov et al. (2013, equation 6) times the number of different words and pairs; or Bouma (2009)."""
    least = parameters.phrase_min_count
    if parameters.phrases is PhraseScore.NPMI:
        return lambda first, second, pair: log(pair * tokens / (first * second)) / -log(pair / tokens)
    return lambda first, second, pair: (pair - least) / (first * second) * different


def _score_of(entry: tuple[str, int], known: dict[str, int], score: Score) -> float:
    first, _, second = entry[0].partition(" ")
    return score(known[first], known[second], entry[1])


def joined(words: list[str], phrases: Phrases) -> Iterator[str]:
    """The words with phrases joined by "_", from left to right: what a phrase took is free for no other."""
    held: str | None = None
    for word in words:
        if held is not None and f"{held} {word}" in phrases:
            yield f"{held}{PHRASE_MARK}{word}"
            held = None
            continue
        if held is not None:
            yield held
        held = word
    if held is not None:
        yield held


def too_many_phrases(threshold: float) -> Failure:
    return Failure(
        code=FailureCode.VOCABULARY_TOO_LARGE,
        detail=f"More than {MAX_PHRASES:,} pairs of words score above {threshold:g}. Raise phrase_threshold or phrase_min_count.",
    )
