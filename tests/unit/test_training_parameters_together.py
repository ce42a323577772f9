"""Parameters that contradict each other are refused where they stand; kept documents are read as they are."""

from typing import Any

import pytest

from ophicleide.domain.errors import InvalidRequest
from ophicleide.domain.training import PhraseScore, StopWords, TrainingParameters, fitting_threshold
from ophicleide.edge.validation import validate


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"trainer": "mllib", "algorithm": "cbow"}, "algorithm"),
        ({"trainer": "mllib", "negative": 10}, "negative"),
        ({"trainer": "mllib", "sample": 0}, "sample"),
        ({"trainer": "mllib", "ns_exponent": 0}, "ns_exponent"),
        ({"hierarchical_softmax": True, "negative": 10}, "negative"),
        ({"hierarchical_softmax": True, "ns_exponent": 1}, "ns_exponent"),
        ({"phrase_threshold": 20}, "phrase_threshold"),
        ({"phrase_min_count": 20}, "phrase_min_count"),
        ({"phrases": "npmi", "phrase_threshold": 1}, "phrase_threshold"),
        ({"excluded_words": ["of", ""]}, "excluded_words/1"),
        ({"stop_words": "xx"}, "stop_words"),
        ({"segmenter": "korean"}, "segmenter"),
        ({"max_vocabulary": 0}, "max_vocabulary"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validate(TrainingParameters, given)

    assert [problem.pointer for problem in refused.value.problems] == [f"/{field}"]


@pytest.mark.parametrize(
    "given",
    [
        {"trainer": "mllib", "stop_words": "en", "phrases": "mikolov", "max_vocabulary": 10, "repeatable": True},
        {"hierarchical_softmax": True, "algorithm": "cbow", "sample": 0},
        {"phrases": "npmi", "phrase_threshold": -1, "phrase_min_count": 1},
        {"excluded_words": ["the"], "stop_words": "de", "segmenter": "chinese", "ns_exponent": -0.5},
    ],
)
def test_what_goes_together_is_taken_and_kept_as_it_was(given: dict[str, Any]) -> None:
    parameters = validate(TrainingParameters, given)

    assert TrainingParameters.model_validate(parameters.model_dump()) == parameters
    assert TrainingParameters.model_validate_json(parameters.model_dump_json()) == parameters


def test_defaults_that_are_spelt_out_ask_for_nothing() -> None:
    assert TrainingParameters.model_validate({"trainer": "mllib", "negative": 5}) == TrainingParameters(trainer="mllib")  # type: ignore[arg-type]


def test_a_phrase_s_threshold_fits_its_score() -> None:
    assert fitting_threshold(TrainingParameters(phrases=PhraseScore.MIKOLOV)) == 10
    assert fitting_threshold(TrainingParameters(phrases=PhraseScore.NPMI)) == 0.5
    assert fitting_threshold(TrainingParameters(phrases=PhraseScore.NPMI, phrase_threshold=0)) == 0


def test_languages_are_named_by_their_codes() -> None:
    assert {len(language) for language in StopWords} == {2}
