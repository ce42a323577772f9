"""Bounds of the parameters, and epochs that fit a corpus."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ophicleide.domain.training import (
    MAX_EPOCHS,
    MAX_SEED,
    MIN_EPOCHS,
    TARGET_TOKENS,
    TrainingParameters,
    fitting_epochs,
)

BOUNDS: dict[str, tuple[float, float]] = {
    "vector_size": (1, 2000),
    "window": (1, 100),
    "min_count": (1, 1_000_000),
    "epochs": (1, 1000),
    "negative": (1, 100),
    "ns_exponent": (-2, 2),
    "sample": (0, 1),
    "seed": (0, MAX_SEED),
}


@pytest.mark.parametrize("field", BOUNDS)
def test_both_ends_of_a_range_are_taken(field: str) -> None:
    for end in BOUNDS[field]:
        assert getattr(TrainingParameters.model_validate({field: end}), field) == end


@pytest.mark.parametrize("field", BOUNDS)
@pytest.mark.parametrize("beyond", ["below", "above", "text", "nan", "fraction"])
def test_anything_else_is_refused(field: str, beyond: str) -> None:
    low, high = BOUNDS[field]
    values: dict[str, Any] = {
        "below": low - 1,
        "above": high + 1,
        "text": "many",
        "nan": float("nan"),
        "fraction": -2.5,
    }
    with pytest.raises(ValidationError, match=field):
        TrainingParameters.model_validate({field: values[beyond]})


def test_a_misspelt_parameter_is_refused() -> None:
    with pytest.raises(ValidationError, match="vectorSize"):
        TrainingParameters.model_validate({"vectorSize": 50})


def test_an_unknown_trainer_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValidationError, match="'gensim' or 'mllib'"):
        TrainingParameters.model_validate({"trainer": "glove"})


@given(st.integers(min_value=0, max_value=10**12))
def test_epochs_stay_within_their_bounds(tokens: int) -> None:
    assert MIN_EPOCHS <= fitting_epochs(tokens) <= MAX_EPOCHS


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9))
def test_a_larger_corpus_never_needs_more_epochs(tokens: int, more: int) -> None:
    assert fitting_epochs(tokens + more) <= fitting_epochs(tokens)


@given(st.integers(min_value=TARGET_TOKENS // MAX_EPOCHS, max_value=TARGET_TOKENS // MIN_EPOCHS))
def test_between_the_bounds_the_target_is_met_and_not_by_an_epoch_too_many(tokens: int) -> None:
    epochs = fitting_epochs(tokens)
    assert epochs * tokens >= TARGET_TOKENS or epochs == MAX_EPOCHS
    assert (epochs - 1) * tokens < TARGET_TOKENS
