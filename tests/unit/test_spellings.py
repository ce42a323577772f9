"""Words by their spelling, against plain loops over all of them."""

from hypothesis import given
from hypothesis import strategies as st

from ophicleide.domain.spellings import Spellings, edits_allowed

vocabulary = st.lists(st.text("abcé", min_size=1, max_size=7), min_size=1, max_size=30, unique=True)
asked = st.text("abcé", min_size=1, max_size=7)


def edits(one: str, other: str) -> int:
    """Damerau's distance as textbooks write it (optimal string alignment)."""
    table = [[max(i, j) for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            replaced = table[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, replaced)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(vocabulary, asked)
def test_near_spellings_are_those_of_a_loop_over_all_words(words: list[str], word: str) -> None:
    distances = [edits(word, other) for other in words]
    near = [row for row in range(len(words)) if distances[row] <= edits_allowed(len(word))]
    expected = sorted(near, key=lambda row: (distances[row], row))[:5]
    assert Spellings(words).near(word) == [words[row] for row in expected]


@given(vocabulary, st.text("abcéC\n", min_size=1, max_size=3))
def test_words_of_a_prefix_are_those_of_a_loop_over_all_words(words: list[str], prefix: str) -> None:
    as_given = [row for row, word in enumerate(words) if word.startswith(prefix)]
    in_lower_case = [row for row, word in enumerate(words) if word.startswith(prefix.lower())]
    assert Spellings(words).having_prefix(prefix).tolist() == (as_given or in_lower_case)


def test_a_swap_of_two_letters_is_one_edit() -> None:
    assert Spellings(["captain", "marriage"]).near("captian") == ["captain"]


def test_nothing_is_near_to_nothing() -> None:
    assert Spellings(["captain"]).near("") == []
