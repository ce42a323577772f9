"""What is measured of a model: analogies, neighbours, coverage."""

import numpy as np
import pytest

from ophicleide.domain.vectors import WordVectors
from spark_jobs.train_word2vec import quality
from spark_jobs.train_word2vec.corpus import Corpus, TokenLines, Vocabulary
from spark_jobs.train_word2vec.quality import analogies, english_questions, neighbours, quality_of, telling

WORDS = ["the", "king", "queen", "man", "woman", "of", "apple", "don't"]
UNIT = np.array(
    [
        [0, 0, 0, 1],
        [1, 1, 0, 0],
        [1, 0, 1, 0],
        [0, 1, 0, 0.1],
        [0, 0, 1, 0.1],
        [0, 0, 0.1, 1],
        [-1, -1, 0, 0],
        [0, -1, -1, 0],
    ],
    dtype=np.float32,
)
UNIT /= np.linalg.norm(UNIT, axis=1, keepdims=True)
RIGHT, WRONG = ("man", "woman", "king", "queen"), ("man", "woman", "king", "apple")
FOREIGN = ("homme", "femme", "roi", "reine")


def test_an_analogy_is_answered_by_the_nearest_word_that_is_not_in_the_question() -> None:
    found = analogies(WORDS, UNIT, [RIGHT, RIGHT, RIGHT, WRONG, FOREIGN])

    assert found is not None
    assert (found.answerable, found.asked, found.correct) == (0.8, 4, 0.75)


def test_a_text_of_another_language_has_no_score() -> None:
    assert analogies(WORDS, UNIT, [RIGHT, *[FOREIGN] * 99]) is None
    assert analogies(WORDS, UNIT, []) is None


def test_no_more_questions_are_asked_than_time_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "MAX_QUESTIONS", 10)

    found = analogies(WORDS, UNIT, [RIGHT, WRONG] * 500)

    assert found is not None
    assert found.asked <= 10
    assert found.answerable == 1


def test_the_english_set_is_whole_and_in_lower_case() -> None:
    questions = list(english_questions())

    assert len(questions) == 19_544
    assert questions[0] == ("athens", "greece", "baghdad", "iraq")


def test_words_that_are_shown_tell_of_the_matter() -> None:
    vectors = WordVectors(WORDS, UNIT, np.arange(len(WORDS), 0, -1))
    found = neighbours(WORDS, UNIT, telling(vectors, {"the", "of"}))

    assert [entry.word for entry in found] == ["king", "queen", "man", "woman", "apple"]
    assert found[0].nearest[:2] == ("man", "queen")
    assert all(entry.word not in entry.nearest for entry in found)


def test_what_is_said_all_the_time_tells_nothing() -> None:
    words = ["said", "must", *(f"noun{n}" for n in range(20))]
    counts = np.array([50_000, 30_000, *range(60, 40, -1)])
    vectors = WordVectors(words, np.ones((len(words), 2), dtype=np.float32), counts)

    assert [words[row] for row in telling(vectors, frozenset())] == [f"noun{n}" for n in range(10)]


def test_coverage_is_the_share_of_the_text_that_was_learnt() -> None:
    vocabulary = Vocabulary(WORDS, list(range(len(WORDS), 0, -1)))
    lines = TokenLines(None, (), 10, 40, 1)  # type: ignore[arg-type]
    vectors = WordVectors(WORDS, UNIT, np.asarray(vocabulary.counts))

    found = quality_of(vectors, Corpus(lines, vocabulary), frozenset())

    assert found.coverage == 36 / 40
    assert found.analogies is None
