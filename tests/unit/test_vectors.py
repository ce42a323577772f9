"""The search over vectors, against a plain sort of what float64 gives, rounded to float32."""

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ophicleide.domain.errors import UnknownWord
from ophicleide.domain.vectors import WordVectors
from tests.builders import some_vectors


def brute_force(vectors: WordVectors, word: str, top_k: int) -> list[tuple[str, float]]:
    matrix = vectors.matrix.astype(np.float64)
    row = list(vectors.words).index(word)
    ranked = []
    for other in range(len(vectors.words)):
        norms = np.sqrt((matrix[row] @ matrix[row]) * (matrix[other] @ matrix[other]))
        similarity = (matrix[row] @ matrix[other]) / norms if norms else 0.0
        if other != row:
            ranked.append((-float(np.float32(similarity)), other))
    return [(vectors.words[other], -negative) for negative, other in sorted(ranked)[:top_k]]


def of_rows(rows: list[list[float]]) -> WordVectors:
    return WordVectors(
        [f"w{row}" for row in range(len(rows))],
        np.array(rows, dtype=np.float32),
        np.ones(len(rows), dtype=np.int64),
    )


@given(
    vocabulary_size=st.integers(1, 300),
    vector_size=st.integers(1, 64),
    top_k=st.integers(1, 320),
    seed=st.integers(0, 1000),
)
def test_neighbours_are_those_of_a_plain_sort(vocabulary_size: int, vector_size: int, top_k: int, seed: int) -> None:
    vectors = some_vectors(vocabulary_size, vector_size + 1, seed)
    found, expected = vectors.most_similar("word0", top_k), brute_force(vectors, "word0", top_k)
    assert [word for word, _ in found] == [word for word, _ in expected]
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-7)


@given(st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=40), st.integers(1, 45))
def test_ties_are_in_the_order_of_the_vocabulary(rows: list[list[float]], top_k: int) -> None:
    vectors = of_rows(rows)
    found = vectors.most_similar("w0", top_k)
    assert len(found) == min(top_k, len(rows) - 1)
    for (word, similarity), (after, lower) in pairwise(found):
        assert (-similarity, vectors.index[word]) < (-lower, vectors.index[after])


@given(st.integers(2, 200), st.integers(1, 100), st.integers(0, 100))
def test_equal_vectors_are_equally_near_wherever_they_lie(copies: int, vector_size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = np.vstack([random.standard_normal(vector_size), np.tile(random.standard_normal(vector_size), (copies, 1))])
    found = of_rows(rows.tolist()).most_similar("w0", copies // 2)
    assert [word for word, _ in found] == [f"w{row}" for row in range(1, copies // 2 + 1)]
    assert len({similarity for _, similarity in found}) <= 1


def test_length_does_not_matter_and_similarity_ends_at_one() -> None:
    found = of_rows([[1, 1, 1], [1e-18, 1e-18, 1e-18], [1e18, 1e18, 1e18], [-3, -3, -3]]).most_similar("w0", 3)
    assert found == [("w1", 1.0), ("w2", 1.0), ("w3", -1.0)]


def test_a_vector_of_zeros_is_similar_to_nothing() -> None:
    vectors = of_rows([[1, 0], [0, 0], [-1, 0]])
    assert vectors.most_similar("w0", 2) == [("w1", 0.0), ("w2", -1.0)]
    assert vectors.most_similar("w1", 2) == [("w0", 0.0), ("w2", 0.0)]


def test_a_word_alone_has_no_neighbours() -> None:
    assert some_vectors(1).most_similar("word0", 10) == []


def test_a_word_is_found_in_lower_case_too_and_as_it_stands_first() -> None:
    vectors = WordVectors(["us", "US", "them"], np.eye(3, dtype=np.float32), np.ones(3, dtype=np.int64))
    assert (vectors.row("US"), vectors.row("us"), vectors.row("Them")) == (1, 0, 2)


def test_an_unknown_word_is_named_with_near_spellings() -> None:
    words = ["captain", "certain", "curtain", "marriage"]
    vectors = WordVectors(words, np.eye(4, dtype=np.float32), np.ones(4, dtype=np.int64))
    with pytest.raises(UnknownWord) as caught:
        vectors.most_similar("Captian", 3)
    assert caught.value.word == "Captian"
    assert caught.value.suggestions[0] == "captain"
    assert "'Captian'" in caught.value.detail


def test_a_word_like_no_other_gets_no_suggestions() -> None:
    with pytest.raises(UnknownWord) as caught:
        some_vectors().row("zzzzzz")
    assert caught.value.suggestions == ()


def test_many_threads_may_search_at_once() -> None:
    vectors, found = some_vectors(2000), []
    barrier = threading.Barrier(8)

    def search() -> None:
        barrier.wait()
        found.append(vectors.most_similar("word7", 5))

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [vectors.most_similar("word7", 5)] * 8


def test_size_counts_arrays_and_words() -> None:
    vectors = some_vectors(100, 8)
    assert vectors.size_bytes > vectors.matrix.nbytes + vectors.counts.nbytes + 100 * 50


def test_only_given_rows_are_looked_at_and_pages_have_no_gaps() -> None:
    vectors = some_vectors(200)
    directions = np.stack([vectors.direction(row) for row in range(5)])
    among = np.array([50, 3, 150, 7, 3, 99])
    whole = vectors.nearest(directions, 10, among=among, without=[[3], [], [7, 8], [], [99]])
    allowed = [{50, 150, 7, 99}, {50, 3, 150, 7, 99}, {50, 3, 150, 99}, {50, 3, 150, 7, 99}, {50, 3, 150, 7}]
    assert [{vectors.index[word] for word, _ in found} for found in whole] == allowed
    pages = [vectors.nearest(directions[:1], 2, offset=offset, among=among)[0] for offset in (0, 2, 4, 6)]
    assert [pair for page in pages for pair in page] == vectors.nearest(directions[:1], 10, among=among)[0]


def test_what_is_less_similar_than_asked_is_left_out() -> None:
    vectors = some_vectors(200)
    found = vectors.nearest(vectors.direction(0)[None], 200, without=[[0]])[0]
    bound = found[4][1]
    assert vectors.nearest(vectors.direction(0)[None], 200, without=[[0]], min_similarity=bound)[0] == found[:5]
