"""Counting, and what is refused for its numbers."""

from collections import Counter

import pytest

from ophicleide.models import FailureCode
from spark_jobs.train_word2vec import count
from spark_jobs.train_word2vec.failures import JobFailed

CHUNKS = [b"a b a\nc\n", b"a b\n"]


def summed(chunks: list[bytes]) -> Counter[str]:
    total: Counter[str] = Counter()
    for word, number in count.counts(chunks):
        total[word] += number
    return total


def test_every_word_is_counted() -> None:
    assert summed(CHUNKS) == {"a": 3, "b": 2, "c": 1}


def test_a_task_hands_counts_on_before_they_outgrow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count, "MAX_COUNTED", 1)

    assert summed(CHUNKS) == {"a": 3, "b": 2, "c": 1}
    assert len(list(count.counts(CHUNKS))) > 3


def test_too_large_a_vocabulary_is_refused_with_a_min_count_that_fits() -> None:
    counts = [9, 9, 7, 5, 5, 5, 5]
    room_for_five = count.training_bytes(5, 100)

    with pytest.raises(JobFailed) as refused:
        count.refuse_oversize(counts, 100, room_for_five)

    assert refused.value.failure.code is FailureCode.VOCABULARY_TOO_LARGE
    assert "A min_count of 6 fits" in refused.value.failure.detail
    count.refuse_oversize([c for c in counts if c >= 6], 100, room_for_five)


def test_an_empty_vocabulary_names_the_min_count_that_would_give_one() -> None:
    assert "min_count to 3" in count.nothing_frequent(tokens=10, highest=3, min_count=5).detail
    assert "No word" in count.nothing_frequent(tokens=0, highest=0, min_count=5).detail
