"""How much words moved, against a plain count of neighbours."""

import numpy as np
import pytest

from ophicleide.domain.movement import movements, overlap
from ophicleide.domain.vectors import WordVectors
from tests.builders import some_vectors


def test_a_model_beside_itself_has_moved_nowhere() -> None:
    vectors = some_vectors(40)
    assert {each.overlap for each in movements(vectors, vectors, 5, 100, 0)} == {1.0}


def test_overlap_is_that_of_the_neighbours_among_shared_words() -> None:
    one = some_vectors(60, seed=1)
    renamed = [f"word{n}" if n % 3 else f"other{n}" for n in range(60)]
    other = WordVectors(renamed, some_vectors(60, seed=2).matrix, one.counts)
    shared = [word for word in one.words if word in renamed]
    for each in movements(one, other, 7, 100, 0):
        near = [
            [
                word
                for word, _ in vectors.nearest(
                    vectors.direction(vectors.row(each.word))[None],
                    7,
                    without=[[vectors.row(each.word)]],
                    among=np.array([vectors.row(word) for word in shared]),
                )[0]
            ]
            for vectors in (one, other)
        ]
        assert each.overlap == pytest.approx(overlap(*near))


def test_the_word_that_moved_comes_first() -> None:
    one = some_vectors(30, 16)
    matrix = one.matrix.copy()
    matrix[7] = -matrix[7]
    assert movements(one, WordVectors(one.words, matrix, one.counts), 5, 100, 0)[0].word == "word7"


def test_the_frequent_words_of_both_models_are_compared() -> None:
    one, other = some_vectors(20), some_vectors(20, seed=2)
    found = movements(one, other, 3, 10, 0)
    assert sorted(each.word for each in found) == sorted(f"word{n}" for n in range(10))
    assert {each.word for each in movements(one, other, 3, 10, 15)} == {f"word{n}" for n in range(6)}


def test_models_that_share_nothing_or_one_word_are_compared_too() -> None:
    one, stranger = some_vectors(5), WordVectors(["x", "word0"], np.eye(2, 8, dtype=np.float32), np.ones(2, np.int64))
    assert [each.overlap for each in movements(one, stranger, 3, 10, 0)] == [1.0]
    assert (
        movements(some_vectors(5), WordVectors(["x"], np.eye(1, 8, dtype=np.float32), np.ones(1, np.int64)), 3, 9, 0)
        == []
    )
