"""The third step: Spark counts words where they lie; the driver receives those that are frequent enough."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import add

from ophicleide.domain.models import Failure, FailureCode
from ophicleide.domain.training import TrainingParameters
from spark_jobs.train_word2vec.corpus import TokenLines, Vocabulary
from spark_jobs.train_word2vec.failures import JobFailed

MAX_COUNTED = 1 << 20
"""Different words that a task counts before it hands them on; bounds its memory (about 100 MB)."""

_BYTES_PER_WORD = 250
"""Of a word in Python and in the kernel's tables, beside its vectors."""


def count_vocabulary(lines: TokenLines, parameters: TrainingParameters, *, max_bytes: int) -> Vocabulary:
    """Words that are frequent enough; refuses none, and more than training has memory for, before they are sent."""
    counted = lines.chunks.mapPartitions(counts).reduceByKey(add, lines.partitions).cache()
    words_by_count = counted.values().countByValue()
    least = least_count(words_by_count, lines.tokens, parameters.min_count, parameters.max_vocabulary)
    refuse_oversize(words_by_count, least, parameters.vector_size, max_bytes)
    kept = counted.filter(lambda pair: pair[1] >= least).collect()
    counted.unpersist()
    ordered = sorted(kept, key=lambda pair: (-pair[1], pair[0]))
    return Vocabulary([word for word, _ in ordered], [count for _, count in ordered])


def counts(chunks: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """Partial counts; a word may come more than once."""
    return summed(chunk.decode().split() for chunk in chunks)


def summed(batches: Iterable[Iterable[str]]) -> Iterator[tuple[str, int]]:
    """Each thing with how often it came, told whenever there are too many to keep."""
    counter: Counter[str] = Counter()
    for batch in batches:
        counter.update(batch)
        if len(counter) > MAX_COUNTED:
            yield from counter.items()
            counter.clear()
    yield from counter.items()


def least_count(words_by_count: Mapping[int, int], tokens: int, min_count: int, most: int | None) -> int:
    """`min_count`, or what leaves at most so many words; words of equal count stay or go together."""
    found = {count: words for count, words in words_by_count.items() if count >= min_count}
    if not found:
        raise JobFailed(nothing_frequent(tokens, max(words_by_count, default=0), min_count))
    if most is None or sum(found.values()) <= most:
        return min_count
    least = _least_that_leaves(found, most)
    if least > max(found):
        raise JobFailed(no_vocabulary_so_small(most, found[max(found)]))
    return least


def nothing_frequent(tokens: int, highest: int, min_count: int) -> Failure:
    if tokens == 0:
        detail = "No word was found in the texts. Check that the URLs lead to text, and that not every word of them is left out."
    else:
        detail = (
            f"None of the {tokens:,} words occurs {min_count} times, which min_count asks for; the most frequent one occurs {highest} times. "
            f"Lower min_count to {highest} or less, or give more text."
        )
    return Failure(code=FailureCode.EMPTY_VOCABULARY, detail=detail)


def no_vocabulary_so_small(most: int, alike: int) -> Failure:
    detail = f"{alike:,} words are equally frequent and max_vocabulary has room for {most:,}. Raise it to {alike} or more, or leave it out."
    return Failure(code=FailureCode.EMPTY_VOCABULARY, detail=detail)


def training_bytes(words: int, vector_size: int) -> int:
    """Memory for training: an input and an output vector of float32 a word, and the words themselves."""
    return words * (2 * 4 * vector_size + _BYTES_PER_WORD)


def refuse_oversize(words_by_count: Mapping[int, int], least: int, vector_size: int, max_bytes: int) -> None:
    found = {count: words for count, words in words_by_count.items() if count >= least}
    words = sum(found.values())
    needed = training_bytes(words, vector_size)
    if needed <= max_bytes:
        return
    fitting = _least_that_leaves(found, max_bytes // training_bytes(1, vector_size))
    raise JobFailed(
        Failure(
            code=FailureCode.VOCABULARY_TOO_LARGE,
            detail=f"{words:,} words with vectors of {vector_size} need about {needed:,} bytes to train, the limit is {max_bytes:,}. "
            f"A min_count of {fitting} fits; or lower vector_size, or ask the operator to raise OPHICLEIDE_MAX_TRAINING_BYTES.",
        )
    )


def _least_that_leaves(words_by_count: Mapping[int, int], room: int) -> int:
    """The lowest count that at most so many words reach."""
    for count in sorted(words_by_count, reverse=True):
        room -= words_by_count[count]
        if room < 0:
            return count + 1
    return min(words_by_count)
