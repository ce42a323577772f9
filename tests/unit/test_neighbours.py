"""Records of neighbours, against the search that they are made by."""

import pytest

from ophicleide.domain.neighbours import KEPT_NEIGHBOURS, decode, records
from tests.builders import some_vectors


@pytest.mark.parametrize("top_k", [1, 10, KEPT_NEIGHBOURS])
def test_a_record_answers_with_the_bits_of_the_search(top_k: int) -> None:
    vectors = some_vectors(vocabulary_size=700, vector_size=20)
    kept = dict(records(vectors))
    assert list(kept) == list(vectors.words)
    assert all(decode(kept[word], top_k) == vectors.most_similar(word, top_k) for word in vectors.words[::7])


def test_only_the_most_frequent_words_have_records() -> None:
    vectors = some_vectors(vocabulary_size=300)
    assert [word for word, _ in records(vectors, words=130)] == list(vectors.words[:130])


def test_a_record_says_where_it_holds_too_few() -> None:
    (first, record), *_ = records(some_vectors(vocabulary_size=5))
    assert (first, decode(record, 5)) == ("word0", None)
    assert len(decode(record, 4) or ()) == 4


def test_a_lonely_word_has_an_empty_record() -> None:
    ((_, record),) = records(some_vectors(vocabulary_size=1))
    assert decode(record, 1) is None
