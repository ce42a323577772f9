"""Measures the vectors in bounded time: analogies, the nearest of some frequent words, and how much of the text is covered."""

from collections.abc import Iterator, Sequence, Set
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ophicleide.domain.quality import Analogies, Nearest, Quality
from ophicleide.domain.vectors import WordVectors
from spark_jobs.train_word2vec.corpus import Corpus

MIN_ANSWERABLE = 0.02
"""Below this share of a set, the text is of another language or matter, and its score would be chance."""

MAX_QUESTIONS = 2_000
MAX_CANDIDATES = 30_000
"""The most frequent words, among which questions are asked and answers looked for, as is usual for this set."""

SHOWN_WORDS, SHOWN_NEAREST = 10, 6
_BATCH = 250
_MIN_LETTERS = 3

Question = tuple[str, str, str, str]
Floats = NDArray[np.float32]


def quality_of(vectors: WordVectors, corpus: Corpus, function_words: Set[str]) -> Quality:
    """`function_words` are told nothing by, and not shown."""
    frequent = vectors.matrix[:MAX_CANDIDATES]
    unit = frequent / np.linalg.norm(frequent, axis=1, keepdims=True)
    return Quality(
        coverage=min(corpus.vocabulary.tokens / corpus.lines.tokens, 1.0),
        analogies=analogies(vectors.words, unit, list(english_questions())),
        neighbours=neighbours(vectors.words, unit, telling(vectors, function_words)),
    )


def english_questions() -> Iterator[Question]:
    """questions-words of Mikolov et al. (2013), as gensim's wheel carries it, in lower case."""
    gensim = find_spec("gensim")  # found, not imported, which would take a second
    if gensim is None or gensim.origin is None:
        return
    path = Path(gensim.origin).parent / "test" / "test_data" / "questions-words.txt"
    if not path.is_file():
        return
    for line in path.read_text("utf-8").lower().splitlines():
        if not line.startswith(":"):
            first, second, third, fourth = line.split()
            yield first, second, third, fourth


def analogies(words: Sequence[str], unit: Floats, questions: Sequence[Question]) -> Analogies | None:
    """By 3CosAdd (Mikolov et al., 2013), the words of the question left out."""
    row = {word: number for number, word in enumerate(words[: len(unit)])}
    known = [[row[word] for word in question] for question in questions if all(word in row for word in question)]
    if not known or len(known) < MIN_ANSWERABLE * len(questions):
        return None
    asked = np.array(known[:: -(-len(known) // MAX_QUESTIONS)])
    correct = sum(_correct(unit, asked[at : at + _BATCH]) for at in range(0, len(asked), _BATCH))
    return Analogies(
        questions="questions-words",
        answerable=round(len(known) / len(questions), 4),
        asked=len(asked),
        correct=round(correct / len(asked), 4),
    )


def _correct(unit: Floats, questions: NDArray[np.int64]) -> int:
    first, second, third, answer = questions.T
    similarities = (unit[second] - unit[first] + unit[third]) @ unit.T
    for given in (first, second, third):
        similarities[np.arange(len(questions)), given] = -np.inf
    return int(np.count_nonzero(similarities.argmax(axis=1) == answer))


def telling(vectors: WordVectors, function_words: Set[str]) -> list[int]:
    """Rows of the most frequent words that tell what the text is about.

    Stop lists leave `must` and `said` in; what is more frequent than one word in a thousand seldom tells anything.
    """
    found = [
        row
        for row, word in enumerate(vectors.words[:MAX_CANDIDATES])
        if len(word) >= _MIN_LETTERS and word not in function_words and "'" not in word
    ]
    rarer = [row for row in found if vectors.counts[row] <= vectors.counts.sum() / 1000]
    return (rarer if len(rarer) >= SHOWN_WORDS else found)[:SHOWN_WORDS]


def neighbours(words: Sequence[str], unit: Floats, rows: Sequence[int]) -> tuple[Nearest, ...]:
    return tuple(_nearest(words, unit, row) for row in rows)


def _nearest(words: Sequence[str], unit: Floats, number: int) -> Nearest:
    similarities = unit @ unit[number]
    similarities[number] = -np.inf
    order = np.lexsort((np.arange(len(unit)), -similarities))[: min(SHOWN_NEAREST, len(unit) - 1)]
    return Nearest(word=words[number], nearest=tuple(words[other] for other in order))
