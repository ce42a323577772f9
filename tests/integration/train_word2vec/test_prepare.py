"""Phrases and stop words on a real Spark; gensim is asked the same."""

from typing import Any

import pytest

from ophicleide.domain.training import PhraseScore, StopWords, TrainingParameters
from spark_jobs.train_word2vec import phrases
from spark_jobs.train_word2vec.corpus import TokenLines
from spark_jobs.train_word2vec.failures import JobFailed
from spark_jobs.train_word2vec.phrases import learn_phrases
from spark_jobs.train_word2vec.prepare import measured, prepared
from spark_jobs.train_word2vec.stop_words import excluded_words, stop_words

SENTENCES = [
    "miss woodhouse met lady russell of kellynch hall and sir walter elliot",
    "sir walter went to new york with lady russell and miss woodhouse of kellynch hall",
    "new york is not york and not new and lady russell knew new york well",
    "the hall of the lady is old and miss woodhouse is new in the hall",
] * 3


def lines_of(spark: Any, sentences: list[str]) -> TokenLines:
    half = len(sentences) // 2
    chunks = ["".join(f"{line}\n" for line in part).encode() for part in (sentences[:half], sentences[half:])]
    contexts, tokens = (sum(found) for found in zip(*map(measured, chunks), strict=True))
    return TokenLines(spark.parallelize(chunks, 2), (), contexts, tokens, 2)


def found_by_gensim(parameters: TrainingParameters, threshold: float) -> tuple[set[str], list[list[str]]]:
    from gensim.models.phrases import Phrases

    sentences = [line.split() for line in SENTENCES]
    scoring = "npmi" if parameters.phrases is PhraseScore.NPMI else "default"
    known = Phrases(sentences, min_count=parameters.phrase_min_count, threshold=threshold, scoring=scoring)
    return set(known.export_phrases()), [list(known[line]) for line in sentences]


@pytest.mark.parametrize(
    ("score", "least", "threshold"),
    [("mikolov", 2, 1.0), ("mikolov", 5, 0.5), ("mikolov", 1, 3.0), ("npmi", 2, 0.5), ("npmi", 5, 0.8), ("npmi", 1, 0)],
)
def test_phrases_and_where_they_stand_are_those_of_gensim(spark: Any, score: str, least: int, threshold: float) -> None:
    parameters = TrainingParameters(phrases=PhraseScore(score), phrase_min_count=least, phrase_threshold=threshold)
    expected, sentences = found_by_gensim(parameters, threshold)
    lines = lines_of(spark, SENTENCES)

    found = learn_phrases(lines, parameters, frozenset())
    text = b"".join(prepared(lines, parameters).chunks.collect()).decode()

    assert expected
    assert {pair.replace(" ", "_") for pair in found} == expected
    assert [line.split(" ") for line in text.splitlines()] == sentences


def test_a_stop_word_is_part_of_no_phrase_and_does_not_bring_its_neighbours_together(spark: Any) -> None:
    parameters = TrainingParameters(
        phrases=PhraseScore.MIKOLOV, phrase_min_count=1, phrase_threshold=0, stop_words=StopWords.ENGLISH
    )

    text = b"".join(prepared(lines_of(spark, ["hall of kellynch"] * 6), parameters).chunks.collect())

    assert text == b"hall kellynch\n" * 6


def test_words_are_left_out_by_language_and_by_name_and_empty_lines_with_them(spark: Any) -> None:
    parameters = TrainingParameters(stop_words=StopWords.ENGLISH, excluded_words=("Hall", "Emma’s"))
    lines = lines_of(spark, ["the hall is old", "it is the hall", "so are you", "emma knew"])

    left = prepared(lines, parameters)

    assert b"".join(left.chunks.collect()) == b"old\nknew\n"
    assert (left.contexts, left.tokens) == (2, 2)


def test_nothing_is_done_where_nothing_is_asked_for(spark: Any) -> None:
    lines = lines_of(spark, SENTENCES)

    assert prepared(lines, TrainingParameters()) is lines


@pytest.mark.parametrize(
    ("language", "some", "none"),
    [
        (StopWords.ENGLISH, {"the", "of", "don't"}, {"world", "man", "young"}),
        (StopWords.FRENCH, {"le", "dans", "même"}, {"amour"}),
        (StopWords.GERMAN, {"und", "für"}, {"liebe"}),
        (StopWords.RUSSIAN, {"и", "что"}, {"любовь"}),
    ],
)
def test_lists_hold_function_words_in_the_spelling_of_tokens(
    spark: Any, language: StopWords, some: set[str], none: set[str]
) -> None:
    found = excluded_words(spark, TrainingParameters(stop_words=language))

    assert some <= found
    assert not none & found


@pytest.mark.parametrize("language", StopWords)
def test_spark_has_a_list_for_every_language_that_may_be_named(spark: Any, language: StopWords) -> None:
    assert len(list(stop_words(spark, language))) > 40


def test_more_phrases_than_memory_has_room_for_are_refused(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "MAX_PHRASES", 2)
    parameters = TrainingParameters(phrases=PhraseScore.MIKOLOV, phrase_min_count=1, phrase_threshold=0)

    with pytest.raises(JobFailed, match="Raise phrase_threshold"):
        learn_phrases(lines_of(spark, SENTENCES), parameters, frozenset())
