"""The exact search over rows, against a comparison of every row in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ophicleide.domain.search import Float32, Float64, Found, Search, inverse_norms, similarities, unit


def search_over(matrix: Float32) -> Search:
    return Search(matrix, inverse_norms(matrix))


def brute_force(matrix: Float32, direction: Float64, count: int, without: list[int]) -> Found:
    found = similarities(matrix, direction)
    order = np.lexsort((np.arange(len(found)), -found))
    best = order[~np.isin(order, without)][:count]
    return best, found[best]


def same(found: Found, expected: Found) -> bool:
    return np.array_equal(found[0], expected[0]) and np.array_equal(found[1], expected[1])


def coarse(rows: int, dimensions: int, seed: int) -> Float32:
    """Few different numbers, so that many similarities are equal."""
    return np.random.default_rng(seed).integers(-2, 3, (rows, dimensions)).astype(np.float32)


def fine(rows: int, dimensions: int, seed: int) -> Float32:
    random = np.random.default_rng(seed)
    return random.standard_normal((rows, dimensions), dtype=np.float32) * random.uniform(1e-3, 1e3, (rows, 1)).astype(
        np.float32
    )


@pytest.mark.parametrize("kind", [coarse, fine])
@given(st.integers(1, 3000), st.integers(1, 20), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_one_and_many_questions_get_exactly_what_comparing_every_row_gives(
    kind: "type[coarse]", rows: int, dimensions: int, count: int, seed: int
) -> None:
    matrix = kind(rows, dimensions, seed)
    random = np.random.default_rng(seed)
    without = [random.integers(0, rows, random.integers(0, 9)).tolist() for _ in range(5)]
    directions = np.stack([unit(matrix[row]) for row in random.integers(0, rows, 5)])
    expected = [brute_force(matrix, directions[i], count, without[i]) for i in range(5)]
    search = search_over(matrix)
    assert all(map(same, search.nearest_each(directions, count, without), expected))
    assert all(same(search.nearest(directions[i], count, without[i]), expected[i]) for i in range(5))


def test_rows_that_differ_in_their_last_bits_are_told_apart_or_tied_as_their_similarities_say() -> None:
    row = np.random.default_rng(3).standard_normal(100, dtype=np.float32)
    matrix = np.repeat(row[None], 5000, axis=0)
    matrix.view(np.uint32)[:, 0] += np.random.default_rng(4).integers(0, 4, 5000).astype(np.uint32)
    directions = np.stack([unit(row + shift) for shift in (0, 0.5, 1, 2)])
    found = search_over(matrix).nearest_each(directions, 40)
    assert all(same(found[i], brute_force(matrix, directions[i], 40, [])) for i in range(4))


@pytest.mark.parametrize("scale", [1e-38, 1e-30, 1e30])
def test_rows_too_small_or_too_large_for_float32_products_are_compared_all_the_same(scale: float) -> None:
    matrix = fine(600, 8, seed=5)
    matrix[::3] *= np.float32(scale)
    directions = np.stack([unit(matrix[row]) for row in range(4)])
    found = search_over(matrix).nearest_each(directions, 20)
    assert all(same(found[i], brute_force(matrix, directions[i], 20, [])) for i in range(4))
    assert same(search_over(matrix).nearest(directions[0], 20), brute_force(matrix, directions[0], 20, []))


def test_a_row_of_zeros_is_similar_to_nothing_and_a_zero_question_to_none() -> None:
    matrix = fine(300, 4, seed=6)
    matrix[7] = 0
    rows, found = search_over(matrix).nearest(np.zeros(4), 3)
    assert (rows.tolist(), found.tolist()) == ([0, 1, 2], [0, 0, 0])
    assert similarities(matrix[7:8], unit(matrix[0])).tolist() == [0]


def test_a_similarity_has_the_same_bits_alone_and_among_others() -> None:
    matrix = fine(5000, 50, seed=7)
    direction = unit(matrix[1])
    alone = [float(similarities(matrix[row : row + 1], direction)[0]) for row in range(200)]
    assert alone == similarities(matrix, direction)[:200].tolist()
    assert alone == similarities(np.asfortranarray(matrix), direction)[:200].tolist()
