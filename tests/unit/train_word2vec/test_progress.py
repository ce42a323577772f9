"""Fractions and seconds left, on a clock that the test turns."""

import pytest

from ophicleide.models import Phase
from spark_jobs.train_word2vec.progress import ProgressBoard


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def trained_half(clock: Clock) -> ProgressBoard:
    """Ten seconds before training; then half of a million words in ten seconds."""
    board = ProgressBoard(1, None, clock)
    clock.now += 10
    board.enter(Phase.TRAINING)
    board.expect_words(1_000_000)
    board.words_done(0)
    clock.now += 10
    board.words_done(500_000)
    return board


def test_speed_and_seconds_left_are_measured(clock: Clock) -> None:
    progress = trained_half(clock).snapshot()

    assert progress.words_per_second == 50_000
    assert progress.seconds_left == pytest.approx(10, abs=3)
    assert progress.fraction == pytest.approx(20 / 32, abs=0.05)


def test_seconds_left_run_down_between_reports(clock: Clock) -> None:
    board = trained_half(clock)
    before = board.snapshot().seconds_left
    clock.now += 4

    assert before is not None
    assert board.snapshot().seconds_left == pytest.approx(before - 4)


def test_imports_before_the_first_word_do_not_slow_the_measured_speed(clock: Clock) -> None:
    board = ProgressBoard(1, None, clock)
    board.enter(Phase.TRAINING)
    board.expect_words(1000)
    clock.now += 60
    board.words_done(0)
    clock.now += 1
    board.words_done(100)

    assert board.snapshot().words_per_second == 100


def test_the_fraction_never_falls(clock: Clock) -> None:
    board = ProgressBoard(1, None, clock)
    clock.now += 30
    before = board.snapshot().fraction
    board.heard({"url": "a", "received": 10, "expected": 10_000_000_000})

    assert board.snapshot().fraction >= before


def test_a_larger_text_is_expected_to_take_longer(clock: Clock) -> None:
    small, large = (ProgressBoard(1, None, clock) for _ in range(2))
    clock.now += 5
    small.heard({"url": "a", "received": 10, "expected": 1_000_000})
    large.heard({"url": "a", "received": 10, "expected": 1_000_000_000})

    assert large.snapshot().fraction < small.snapshot().fraction / 10


def test_seconds_of_every_phase_add_up(clock: Clock) -> None:
    board = ProgressBoard(1, None, clock)
    for phase in (Phase.FETCHING, Phase.COUNTING):
        clock.now += 2
        board.enter(phase)
    clock.now += 3

    assert board.seconds_by_phase() == {"starting": 2, "fetching": 2, "counting": 3}
