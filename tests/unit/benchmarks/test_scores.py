"""Scores of vectors whose quality is known beforehand."""

import numpy as np
import pytest

from benchmarks.scores import scores_of, summary

PAIRS = [("athens", "greece"), ("baghdad", "iraq"), ("bangkok", "thailand"), ("beijing", "china")]
JUDGED = ["tiger", "cat", "book", "paper", "king", "cabbage"]
"""Four pairs of WordSim-353, of which one is tiger and tiger: judged 7.35, 7.46, 0.23 and 10."""

WORDS = [word for pair in PAIRS for word in pair] + JUDGED


def vectors(offset: float) -> np.ndarray:
    """A country is its capital and a direction of its own, the same for all where `offset` is 1."""
    capitals = np.eye(20, dtype=np.float32)[: len(PAIRS)]
    country = offset * np.eye(20, dtype=np.float32)[10]
    rows = [row for capital in capitals for row in (capital, capital + country)]
    rows += [unit(11), unit(11) + unit(12) / 4, unit(13), unit(13) + unit(14) / 5, unit(15), unit(16)]
    return np.array(rows, dtype=np.float32)


def unit(axis: int) -> np.ndarray:
    return np.eye(20, dtype=np.float32)[axis]


def test_vectors_with_a_common_offset_answer_every_analogy() -> None:
    assert scores_of(WORDS, vectors(offset=1)).analogies == 1


def test_shuffled_vectors_answer_hardly_any() -> None:
    shuffled = np.random.default_rng(1).permutation(vectors(offset=1))

    assert scores_of(WORDS, shuffled).analogies < 0.5


def test_similarities_in_the_order_that_people_gave_score_one() -> None:
    assert scores_of(WORDS, vectors(offset=1)).wordsim == pytest.approx(1)


def test_only_answerable_questions_count() -> None:
    scores = scores_of(WORDS, vectors(offset=1))

    assert scores.wordsim_share == pytest.approx(4 / 353, rel=0.01)
    assert 0 < scores.analogies_share < 0.01


def test_a_summary_has_mean_and_spread() -> None:
    good, bad = scores_of(WORDS, vectors(offset=1)), scores_of(WORDS, vectors(offset=0))

    assert "(2 seeds)" in summary([good, bad])
    assert f"analogies {(good.analogies + bad.analogies) / 2:6.2%}" in summary([good, bad])
