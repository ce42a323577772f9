"""Counting, and what is refused for its numbers."""

from collections import Counter

import pytest

from ophicleide.domain.models import FailureCode
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


WORDS_BY_COUNT = {9: 2, 7: 1, 5: 4, 1: 90}


def test_too_large_a_vocabulary_is_refused_with_a_min_count_that_fits() -> None:
    room_for_five = count.training_bytes(5, 100)

    with pytest.raises(JobFailed) as refused:
        count.refuse_oversize(WORDS_BY_COUNT, 5, 100, room_for_five)

    assert refused.value.failure.code is FailureCode.VOCABULARY_TOO_LARGE
    assert "7 words" in refused.value.failure.detail
    assert "A min_count of 6 fits" in refused.value.failure.detail
    count.refuse_oversize(WORDS_BY_COUNT, 6, 100, room_for_five)


@pytest.mark.parametrize(("most", "least"), [(None, 5), (7, 5), (6, 6), (3, 6), (2, 8)])
def test_min_count_is_raised_until_the_vocabulary_is_small_enough(most: int | None, least: int) -> None:
    assert count.least_count(WORDS_BY_COUNT, 1000, 5, most) == least


def test_a_vocabulary_that_would_be_empty_for_its_size_is_told() -> None:
    with pytest.raises(JobFailed, match="2 words are equally frequent and max_vocabulary has room for 1"):
        count.least_count(WORDS_BY_COUNT, 1000, 5, 1)


def test_an_empty_vocabulary_names_the_min_count_that_would_give_one() -> None:
    assert "min_count to 3" in count.nothing_frequent(tokens=10, highest=3, min_count=5).detail
    assert "No word" in count.nothing_frequent(tokens=0, highest=0, min_count=5).detail
