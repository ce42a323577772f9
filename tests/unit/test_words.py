"""One spelling for the words that are learnt and those that are asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ophicleide.domain.errors import UnknownWord
from ophicleide.domain.vectors import WordVectors
from ophicleide.domain.words import forms_of, spelt
from spark_jobs.train_word2vec.tokenise import words

LEARNT = ["café", "don't", "straße", "fine", "new_york", "łódź", "σοφός", "coop"]


@pytest.fixture
def vectors() -> WordVectors:
    size = len(LEARNT)
    return WordVectors(LEARNT, np.eye(size, dtype=np.float32), np.ones(size, dtype=np.int64))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Cafe\u0301", "café"),
        ("CAFÉ", "café"),
        ("don’t", "don't"),
        ("Straße", "straße"),
        ("ﬁne", "fine"),
        ("ＦＩＮＥ", "fine"),
        ("co\u00adop", "coop"),
        ("New York", "new_york"),
        ("new_york", "new_york"),
        ("ŁÓDŹ", "łódź"),
        ("σοφός", "σοφός"),
    ],
)
def test_a_word_is_found_however_it_is_typed(vectors: WordVectors, asked: str, found: str) -> None:
    assert vectors.words[vectors.row(asked)] == found


def test_a_word_that_was_not_learnt_is_unknown_with_near_spellings(vectors: WordVectors) -> None:
    with pytest.raises(UnknownWord) as unknown:
        vectors.row("CAFFE\u0301")

    assert unknown.value.suggestions == ("café",)


@given(st.text(max_size=40))
def test_what_the_tokeniser_learns_is_spelt_already(text: str) -> None:
    for word in words(text):
        assert spelt(word) == word
        assert word in forms_of(word)


@given(st.text(max_size=40))
def test_spelling_twice_changes_nothing_more_than_lower_case_does(text: str) -> None:
    assert spelt(spelt(text)) == spelt(text)
