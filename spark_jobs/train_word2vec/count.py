"""The third step: Spark counts words where they lie; the driver receives those that are frequent enough."""

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import add

from ophicleide.models import Failure, FailureCode
from spark_jobs.train_word2vec.corpus import TokenLines, Vocabulary
from spark_jobs.train_word2vec.failures import JobFailed

MAX_COUNTED = 1 << 20
"""Different words that a task counts before it hands them on; bounds its memory (about 100 MB)."""

_BYTES_PER_WORD = 250
"""Of a word in Python and in the kernel's tables, beside its vectors."""


def count_vocabulary(lines: TokenLines, *, min_count: int, vector_size: int, max_bytes: int) -> Vocabulary:
    """Words that occur at least `min_count` times; refuses none, and more than training has memory for."""
    counted = lines.chunks.mapPartitions(counts).reduceByKey(add, lines.partitions).cache()
    kept = counted.filter(lambda pair: pair[1] >= min_count).collect()
    if not kept:
        highest = counted.values().fold(0, max)
        raise JobFailed(nothing_frequent(lines.tokens, highest, min_count))
    counted.unpersist()
    refuse_oversize([count for _, count in kept], vector_size, max_bytes)
    ordered = sorted(kept, key=lambda pair: (-pair[1], pair[0]))
    return Vocabulary([word for word, _ in ordered], [count for _, count in ordered])


def counts(chunks: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """Partial counts; a word may come more than once."""
    counter: Counter[str] = Counter()
    for chunk in chunks:
        counter.update(chunk.decode().split())
        if len(counter) > MAX_COUNTED:
            yield from counter.items()
            counter.clear()
    yield from counter.items()


def nothing_frequent(tokens: int, highest: int, min_count: int) -> Failure:
    if tokens == 0:
        detail = "No word was found in the texts. Check that the URLs lead to text."
    else:
        detail = (
            f"None of the {tokens:,} words occurs {min_count} times, which min_count asks for; the most frequent one occurs {highest} times. "
            f"Lower min_count to {highest} or less, or give more text."
        )
    return Failure(code=FailureCode.EMPTY_VOCABULARY, detail=detail)


def training_bytes(words: int, vector_size: int) -> int:
    """Memory for training: an input and an output vector of float32 a word, and the words themselves."""
    return words * (2 * 4 * vector_size + _BYTES_PER_WORD)


def refuse_oversize(found: list[int], vector_size: int, max_bytes: int) -> None:
    needed = training_bytes(len(found), vector_size)
    if needed <= max_bytes:
        return
    room = max_bytes // training_bytes(1, vector_size)
    fitting = sorted(found, reverse=True)[room] + 1
    raise JobFailed(
        Failure(
            code=FailureCode.VOCABULARY_TOO_LARGE,
            detail=f"{len(found):,} words with vectors of {vector_size} need about {needed:,} bytes to train, the limit is {max_bytes:,}. "
            f"A min_count of {fitting} fits; or lower vector_size, or ask the operator to raise OPHICLEIDE_MAX_TRAINING_BYTES.",
        )
    )
