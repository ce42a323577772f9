"""Frequent rows every round, rare ones seldom, all of them after the last."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.train_word2vec.replicas.schedule import Schedule

UPDATES = np.array([100, 20, 14, 7, 1, 0.01], dtype=np.float32)
SCHEDULE = Schedule.of(UPDATES, drift=30, longest_period=64)


def test_a_row_goes_every_round_if_two_would_be_too_much() -> None:
    assert SCHEDULE.rows(1) == 2


def test_rarer_rows_go_every_second_fourth_and_so_on() -> None:
    assert [SCHEDULE.rows(step) for step in (1, 2, 3, 4, 32, 64)] == [2, 3, 2, 4, 5, 6]


def test_after_the_last_round_all_rows_go_with_the_rounds_since_their_exchange() -> None:
    tiers = SCHEDULE.tiers(70, last=True)

    assert tiers[-1].end == len(UPDATES)
    assert [tier.rounds for tier in tiers] == [1, 2, 2, 6, 6]


updates = st.lists(st.floats(0, 1e4, width=32), min_size=1, max_size=50)


@given(updates, st.integers(1, 200))
def test_between_two_exchanges_every_round_is_counted_once(given_updates: list[float], steps: int) -> None:
    schedule = Schedule.of(np.sort(np.array(given_updates, dtype=np.float32))[::-1], drift=30)
    counted = np.zeros(len(given_updates))
    for step in range(1, steps + 1):
        for tier in schedule.tiers(step, last=step == steps):
            counted[tier.first : tier.end] += tier.rounds

    assert (counted == steps).all()


@given(updates)
def test_no_row_drifts_further_than_allowed_unless_it_does_so_in_one_round(given_updates: list[float]) -> None:
    schedule = Schedule.of(np.sort(np.array(given_updates, dtype=np.float32))[::-1], drift=30)
    for tier in schedule.tiers(64):
        period = tier.rounds
        assert period == 1 or (schedule.updates[tier.first : tier.end] * period <= 30).all()
