"""Words as bytes, against the list that they were made of."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ophicleide.domain.vocabulary import Numbers, Vocabulary, order_of, places_of

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=0, max_size=8)
vocabularies = st.lists(words, min_size=1, max_size=60, unique=True)


def of(listed: Sequence[str]) -> Vocabulary:
    each = [word.encode() for word in listed]
    return Vocabulary(memoryview(b"\n".join(each)), places_of(each), order_of(each))


@given(vocabularies, st.integers(-70, 70), st.integers(-70, 70))
def test_it_is_a_sequence_like_the_list(listed: list[str], start: int, end: int) -> None:
    vocabulary = of(listed)
    assert (len(vocabulary), list(vocabulary), vocabulary[start:end]) == (len(listed), listed, listed[start:end])
    assert [vocabulary[number] for number in range(-len(listed), len(listed))] == listed + listed
    assert vocabulary == listed


@given(vocabularies, st.lists(words, max_size=20))
def test_words_are_found_and_others_are_not(listed: list[str], others: list[str]) -> None:
    numbers = Numbers(of(listed))
    assert [numbers[word] for word in listed] == list(range(len(listed)))
    assert [word in numbers for word in others] == [word in listed for word in others]
    assert dict(numbers) == {word: number for number, word in enumerate(listed)}


def test_what_is_not_there_is_an_error_as_of_a_list_and_a_dictionary() -> None:
    vocabulary = of(["captain", "wentworth"])
    with pytest.raises(IndexError):
        vocabulary[2]
    with pytest.raises(KeyError):
        Numbers(vocabulary)["captai"]
    assert "\ud800" not in vocabulary
    assert 7 not in vocabulary
