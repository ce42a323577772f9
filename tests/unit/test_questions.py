"""Questions' arithmetic beside gensim's KeyedVectors, and beside a plain sort where gensim has no such question."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st

from ophicleide.domain import questions
from ophicleide.domain.errors import InvalidRequest, UnknownWord
from ophicleide.domain.queries import Criteria
from ophicleide.domain.vectors import WordVectors
from tests.builders import some_vectors

VECTORS = some_vectors(400, 20)


def peer(vectors: WordVectors) -> KeyedVectors:
    keyed = KeyedVectors(vectors.vector_size)
    keyed.add_vectors(list(vectors.words), vectors.matrix)
    keyed.fill_norms()
    return keyed


GENSIM = peer(VECTORS)
words = st.sampled_from(VECTORS.words)
weights = st.floats(0.1, 10)
weighted = st.lists(st.tuples(words, weights), min_size=1, max_size=4, unique_by=lambda pair: pair[0])


def criteria(positive: object = (), negative: object = (), **more: object) -> Criteria:
    def examples(pairs: object) -> list[object]:
        return [{"word": w[0], "weight": w[1]} if isinstance(w, tuple) else w for w in pairs]  # type: ignore[attr-defined]

    return Criteria.model_validate({"positive": examples(positive), "negative": examples(negative), **more})


def same(found: list[tuple[str, float]], ranking: list[tuple[str, float]], **near: float) -> bool:
    """Whether what was found is the top of a peer's whole ranking, but for the order of what rounding makes equal there."""
    scores = dict(ranking)
    by_place = [score for _, score in ranking[: len(found)]]
    by_word = [scores[word] for word, _ in found]
    return pytest.approx(by_place, **near) == [score for _, score in found] == pytest.approx(by_word, **near)


@given(weighted, weighted)
def test_3cosadd_is_gensims_most_similar(positive: list[tuple[str, float]], negative: list[tuple[str, float]]) -> None:
    # gensim takes the weight of a negative example as it stands, sign and all.
    expected = GENSIM.most_similar(positive, [(word, -weight) for word, weight in negative], topn=400)
    if {w for w, _ in positive} & {w for w, _ in negative}:
        return
    assert same(questions.most_similar(VECTORS, criteria(positive, negative)), expected, abs=1e-5)


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")  # gensim's own call
@given(st.lists(words, min_size=1, max_size=3, unique=True), st.lists(words, max_size=3, unique=True))
def test_3cosmul_is_gensims_most_similar_cosmul(positive: list[str], negative: list[str]) -> None:
    expected = GENSIM.most_similar_cosmul(positive, negative, topn=400)
    found = questions.most_similar(VECTORS, criteria(positive, negative, objective="3cosmul"))
    assert same(found, expected, rel=1e-4)


def test_a_weight_of_3cosmul_is_an_exponent() -> None:
    twice = questions.most_similar(VECTORS, criteria(["word1", "word1"], ["word2"], objective="3cosmul"))
    squared = questions.most_similar(VECTORS, criteria([("word1", 2)], ["word2"], objective="3cosmul"))
    assert same(twice, squared, rel=1e-6)


@given(st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=4, max_size=40), st.integers(1, 45))
def test_3cosmul_is_exact_and_ties_are_in_the_order_of_the_vocabulary(rows: list[list[int]], top_k: int) -> None:
    vectors = WordVectors([f"w{n}" for n in range(len(rows))], np.array(rows, np.float32), np.ones(len(rows), np.int64))
    found = questions.most_similar(vectors, criteria(["w0", "w1"], ["w2"], objective="3cosmul", top_k=top_k))
    unit = np.array(rows, float) / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    shifted = (1 + (unit @ unit.T).clip(-1, 1)) / 2
    scores = np.float32(shifted[0] * shifted[1] / (shifted[2] + 1e-6))
    assert len(found) == min(top_k, len(rows) - 3)
    assert [s for _, s in found] == pytest.approx(sorted(scores[3:], reverse=True)[:top_k], rel=1e-4, abs=1e-6)
    assert found == sorted(found, key=lambda pair: (-pair[1], vectors.index[pair[0]]))


def test_a_vector_is_a_direction_and_leaves_no_word_out() -> None:
    given_vector = VECTORS.matrix[7].tolist()
    found = questions.most_similar(VECTORS, criteria(vector=given_vector, top_k=5))
    assert same(found, GENSIM.similar_by_vector(VECTORS.matrix[7], topn=400), abs=1e-5)
    assert found[0][0] == "word7"


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_the_length_of_a_vector_does_not_matter(scale: float) -> None:
    given_vector = VECTORS.matrix[7].astype(float)
    plain = questions.most_similar(VECTORS, criteria(vector=given_vector.tolist()))
    assert questions.most_similar(VECTORS, criteria(vector=(given_vector * scale).tolist())) == plain


def test_a_vector_of_another_length_is_told() -> None:
    with pytest.raises(InvalidRequest, match="/vector: must have 20 numbers"):
        questions.most_similar(VECTORS, criteria(vector=[1.0, 2.0]))


@pytest.mark.parametrize("objective", ["3cosadd", "3cosmul"])
@pytest.mark.parametrize(
    "narrow",
    [
        {"prefix": "word1"},
        {"prefix": "Word2"},
        {"among": [f"word{n}" for n in range(0, 400, 3)]},
        {"among": [f"word{n}" for n in range(0, 400, 3)], "prefix": "word3"},
        {"exclude": [f"word{n}" for n in range(100, 400)] + ["nowhere"]},
        {"min_similarity": 0.2},
    ],
)
def test_a_filter_leaves_the_ranking_as_it_is_and_answers_as_many_as_there_are(
    objective: str, narrow: dict[str, object]
) -> None:
    asked = {"positive": ["word1", "word2"], "negative": ["word3"], "objective": objective}
    everything = questions.most_similar(VECTORS, criteria(**asked, top_k=1000))  # type: ignore[arg-type]
    found = questions.most_similar(VECTORS, criteria(**asked, top_k=30, **narrow))  # type: ignore[arg-type]

    def kept(word: str, score: float) -> bool:
        return (
            word.startswith(str(narrow.get("prefix", "")).lower())
            and word in narrow.get("among", [word])  # type: ignore[operator]
            and word not in narrow.get("exclude", [])  # type: ignore[operator]
            and score >= narrow.get("min_similarity", -1)  # type: ignore[operator]
        )

    assert found == [(word, score) for word, score in everything if kept(word, score)][:30]
    assert found


@pytest.mark.parametrize("objective", ["3cosadd", "3cosmul"])
@pytest.mark.parametrize("narrow", [{}, {"prefix": "word1"}])
def test_pages_follow_one_another_without_gap_or_overlap(objective: str, narrow: dict[str, object]) -> None:
    asked = {"positive": ["word1", "word2"], "objective": objective, **narrow}
    whole = questions.most_similar(VECTORS, criteria(**asked, top_k=1000))  # type: ignore[arg-type]
    pages = [
        questions.most_similar(VECTORS, criteria(**asked, top_k=7, offset=offset))  # type: ignore[arg-type]
        for offset in range(0, 420, 7)
    ]
    assert [one for page in pages for one in page] == whole


def test_many_questions_at_once_get_the_answers_of_single_ones() -> None:
    asked = [criteria([f"word{n}"], [f"word{n + 1}"] if n % 2 else [], top_k=1 + n % 3) for n in range(40)]
    asked += [criteria(["word5"], prefix="word1"), criteria(["word5"], ["word6"], objective="3cosmul")]
    assert questions.most_similar_each(VECTORS, asked) == [questions.most_similar(VECTORS, one) for one in asked]


def test_one_positive_word_is_answered_to_the_bit_as_the_word_alone() -> None:
    assert questions.most_similar(VECTORS, criteria(word="word9")) == VECTORS.most_similar("word9", 10)
    assert questions.most_similar(VECTORS, criteria([("word9", 3.7)])) == VECTORS.most_similar("word9", 10)


def test_examples_that_cancel_out_are_similar_to_nothing() -> None:
    found = questions.most_similar(VECTORS, criteria([("word1", 0.1), ("word1", 0.2)], [("word1", 0.3)], top_k=2))
    assert found == [("word0", 0.0), ("word2", 0.0)]


def test_every_unknown_word_is_named_with_its_near_spellings() -> None:
    vectors = WordVectors(["captain", "sister", "happy"], np.eye(3, dtype=np.float32), np.ones(3, np.int64))
    with pytest.raises(UnknownWord) as caught:
        questions.most_similar(vectors, criteria(["Captian", "happy"], ["sisster"], among=["happy", "zzz"]))
    assert caught.value.unknown == {"Captian": ("captain",), "sisster": ("sister",), "zzz": ()}
    assert "'Captian', 'sisster' and 'zzz'" in caught.value.detail


@given(st.lists(words, min_size=1, max_size=5), st.lists(words, min_size=1, max_size=5))
def test_similarity_of_sets_is_gensims_n_similarity(first: list[str], second: list[str]) -> None:
    assert questions.similarity(VECTORS, first, second) == pytest.approx(GENSIM.n_similarity(first, second), abs=1e-5)


@given(words, words)
def test_similarity_of_two_words_is_gensims_and_the_same_both_ways(first: str, second: str) -> None:
    found = questions.similarity(VECTORS, [first], [second])
    assert found == pytest.approx(GENSIM.similarity(first, second), abs=1e-5)
    assert found == questions.similarity(VECTORS, [second], [first])
    if first != second:
        assert found == questions.rank(VECTORS, first, second)[1]


@given(st.lists(words, min_size=3, max_size=8, unique=True))
def test_the_odd_one_out_is_gensims(some: list[str]) -> None:
    found = questions.centrality(VECTORS, some)
    assert found[-1][0] == GENSIM.doesnt_match(some)
    assert same(found, [(word, score) for score, word in GENSIM.rank_by_centrality(some)], abs=1e-5)


@given(words, words)
def test_rank_is_gensims(word: str, other: str) -> None:
    if word == other:
        return
    assert questions.rank(VECTORS, word, other)[0] == GENSIM.rank(word, other)


def test_rank_is_the_place_among_the_neighbours_and_ties_share_one() -> None:
    rows = np.array([[1, 0], [1, 1], [2, 2], [0, 1], [3, 0]], np.float32)
    vectors = WordVectors(list("abcde"), rows, np.ones(5, np.int64))
    assert [questions.rank(vectors, "a", other)[0] for other in "ebcd"] == [1, 2, 2, 4]


def test_a_word_has_no_rank_among_its_own_neighbours() -> None:
    with pytest.raises(InvalidRequest, match="is the same word"):
        questions.rank(VECTORS, "word1", "WORD1")
