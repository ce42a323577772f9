"""What a query may ask."""

from typing import Any

import pytest
from pydantic import ValidationError

from ophicleide.domain.queries import DEFAULT_TOP_K, MAX_TOP_K, MAX_WORD_LENGTH, MostSimilar


def asked(**fields: Any) -> MostSimilar:
    return MostSimilar(**{"model": "austen", "word": "happy", **fields})


def test_ten_neighbours_unless_told_otherwise() -> None:
    assert asked().top_k == DEFAULT_TOP_K == 10


def test_blanks_around_a_word_are_not_part_of_it() -> None:
    assert asked(word=" happy\n").word == "happy"


@pytest.mark.parametrize(
    "fields",
    [
        {"word": ""},
        {"word": "   "},
        {"word": "x" * (MAX_WORD_LENGTH + 1)},
        {"word": "\ud800"},
        {"word": None},
        {"word": 7},
        {"top_k": 0},
        {"top_k": MAX_TOP_K + 1},
        {"top_k": 1.5},
        {"model": ""},
        {"model": "\udfff"},
        {"limit": 3},
    ],
)
def test_what_is_out_of_bounds_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(fields))):
        asked(**fields)
