"""The combiner between its limits, and against what it stands for: updates made one after the other."""

import numpy as np
import pytest

from spark_jobs.train_word2vec.replicas.merge import SLOPE, Curvature, combine, fade, sequential_share

VECTORS, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))


def a_curvature(*values: float) -> Curvature:
    return Curvature(np.array(values, dtype=np.float32), VECTORS.astype(np.float32))


def some_moves(rows: int = 3) -> np.ndarray:
    return np.random.default_rng(2).standard_normal((rows, 4)).astype(np.float32)


def merged(updates: float, curvature: Curvature, replicas: int) -> np.ndarray:
    total = some_moves()
    combine(total, np.full(len(total), updates, dtype=np.float32), 0.025, curvature, replicas)
    return total


def test_one_replica_changes_nothing() -> None:
    assert np.array_equal(merged(1e6, a_curvature(9, 9, 9, 9), 1), some_moves())


def test_rows_that_hardly_moved_are_summed() -> None:
    assert np.array_equal(merged(0.001, a_curvature(1, 1, 1, 1), 8), some_moves())


def test_moves_along_directions_without_curvature_are_summed() -> None:
    assert np.allclose(merged(1e6, a_curvature(0, 0, 0, 0), 8), some_moves())


def test_rows_that_found_their_balance_are_averaged() -> None:
    assert np.allclose(merged(1e6, a_curvature(9, 9, 9, 9), 8), some_moves() / 8, atol=1e-6)


def test_one_row_may_be_averaged_along_one_direction_and_summed_along_the_others() -> None:
    along = merged(1e6, a_curvature(9, 0, 0, 0), 8) @ VECTORS
    expected = some_moves() @ VECTORS * [1 / 8, 1, 1, 1]

    assert np.allclose(along, expected, atol=1e-5)


@pytest.mark.parametrize("replicas", [2, 8])
def test_merged_replicas_land_where_one_process_lands_on_a_quadratic(replicas: int) -> None:
    rate, updates, values = 0.025, 2000, np.array([2.0, 0.5, 0.1, 0.001])
    start, balance = np.zeros(4), np.array([1.0, -2.0, 3.0, 0.5])
    shrink = VECTORS @ np.diag((1 - rate * SLOPE * values) ** updates) @ VECTORS.T

    def after(rounds: int) -> np.ndarray:
        return np.asarray(balance + np.linalg.matrix_power(shrink, rounds) @ (start - balance))

    total = (replicas * after(1))[None, :].astype(np.float32)
    combine(total, np.array([updates], dtype=np.float32), rate, a_curvature(*values), replicas)

    assert np.allclose(total[0], after(replicas), rtol=0.02)
    assert not np.allclose(replicas * after(1), after(replicas), rtol=0.5)


def test_a_late_move_counts_as_if_it_had_come_before_what_was_learnt_meanwhile() -> None:
    rate, updates, values = 0.025, 2000, np.array([2.0, 0.5, 0.1, 0.001])
    shrink = VECTORS @ np.diag((1 - rate * SLOPE * values) ** updates) @ VECTORS.T
    late = some_moves()
    fade(late, np.full(len(late), updates, dtype=np.float32), rate, a_curvature(*values))

    assert np.allclose(late, some_moves() @ shrink, atol=0.02)
    assert not np.allclose(late, some_moves(), atol=0.5)


@pytest.mark.parametrize("replicas", [2, 8])
def test_the_share_agrees_with_its_closed_form(replicas: int) -> None:
    closed = np.array([1e-3, 0.1, 1.0, 50.0])
    expected = np.expm1(-replicas * closed) / (replicas * np.expm1(-closed))

    assert np.allclose(sequential_share(closed.astype(np.float32), replicas), expected, rtol=1e-4)


def test_the_curvature_has_the_second_moment_of_the_weighted_rows() -> None:
    rows, weights = some_moves(50), np.linspace(1, 0.1, 50, dtype=np.float32)
    found = Curvature.of(rows, weights)

    moment = found.vectors @ np.diag(found.values) @ found.vectors.T
    assert np.allclose(moment, (rows * weights[:, None]).T @ rows, atol=1e-4)
    assert list(found.values) == sorted(found.values, reverse=True)


def test_means_of_rows_vary_less_than_rows() -> None:
    rows, weights = some_moves(50), np.full(50, 1 / 50, dtype=np.float32)

    assert Curvature.of(rows, weights, spread=0.1).values.sum() < Curvature.of(rows, weights).values.sum()
