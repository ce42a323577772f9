"""What each question means in arithmetic on one model's vectors; names and meanings follow gensim's KeyedVectors.

Plain values in and out; who asks, and how an answer is sent, is not known here.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np

from ophicleide.domain.cosmul import CosMul
from ophicleide.domain.errors import FieldProblem, InvalidRequest, UnknownWord
from ophicleide.domain.queries import Criteria, Objective
from ophicleide.domain.search import Float64, Rows, similarities, unit
from ophicleide.domain.vectors import WordVectors

Scored = list[tuple[str, float]]

NAMED_UNKNOWN = 100
SPELT_UNKNOWN = 10
"""Of so many unknown words near spellings are sought; a request may hold thousands."""


def rows_of(vectors: WordVectors, words: Iterable[str]) -> list[int]:
    """Rows of the words; `UnknownWord` names all that are not there."""
    rows, unknown = [], dict[str, list[str]]()
    for word in words:
        if (row := vectors.find(word)) is not None:
            rows.append(row)
        elif len(unknown) < NAMED_UNKNOWN:
            unknown[word] = vectors.near_spellings(word) if len(unknown) < SPELT_UNKNOWN else []
    if unknown:
        raise UnknownWord.all_of(unknown)
    return rows


def most_similar(vectors: WordVectors, asked: Criteria) -> Scored:
    _check(vectors, {"": asked})
    return _each(vectors, [asked])[0]


def most_similar_each(vectors: WordVectors, asked: Sequence[Criteria]) -> list[Scored]:
    """The answer to each question of a call; those that look at all words share one pass over the matrix."""
    _check(vectors, {f"/queries/{i}": one for i, one in enumerate(asked)})
    return _each(vectors, asked)


def _each(vectors: WordVectors, asked: Sequence[Criteria]) -> list[Scored]:
    answers: list[Scored] = [[] for _ in asked]
    together: dict[tuple[int, int, float], list[int]] = {}
    for i, one in enumerate(asked):
        if one.among is None and one.prefix is None and one.objective is Objective.COS_ADD:
            together.setdefault(_page(one), []).append(i)
        else:
            answers[i] = _one(vectors, one)
    for (top_k, offset, floor), places in together.items():
        directions = np.stack([_direction(vectors, asked[i]) for i in places])
        without = [_left_out(vectors, asked[i]) for i in places]
        found = vectors.nearest(directions, top_k, offset=offset, without=without, min_similarity=floor)
        for i, answer in zip(places, found, strict=True):
            answers[i] = answer
    return answers


def similarity(vectors: WordVectors, first: Sequence[str], second: Sequence[str]) -> float:
    """Cosine similarity of the means of two sets' vectors (gensim's n_similarity); of two words where each set is one."""
    rows = rows_of(vectors, (*first, *second))
    mean = vectors.matrix[rows[: len(first)]].astype(np.float64).mean(axis=0)
    other = vectors.matrix[rows[len(first) :]].astype(np.float64).mean(axis=0)
    return float(np.float32(np.clip(unit(mean) @ unit(other), -1, 1)))  # as neighbours are told


def centrality(vectors: WordVectors, words: Sequence[str]) -> Scored:
    """Each word with its similarity to the mean of all their directions, falling; the last one does not match."""
    rows = rows_of(vectors, words)
    mean = unit(np.mean([vectors.direction(row) for row in rows], axis=0))
    found = similarities(vectors.matrix[rows], mean)
    return [(words[i], float(found[i])) for i in np.lexsort((np.arange(len(rows)), -found))]


def rank(vectors: WordVectors, word: str, other: str) -> tuple[int, float]:
    """One more than the words that are nearer to `word` than `other` is; and how similar the two are."""
    row, place = rows_of(vectors, (word, other))
    if row == place:
        raise InvalidRequest([FieldProblem("/other", "is the same word")])
    direction = vectors.direction(row)
    own = similarities(vectors.matrix[[place]], direction)[0]
    estimates, error = vectors.search.estimates(direction)
    unclear = np.flatnonzero(np.abs(estimates - own) <= error)
    nearer = np.count_nonzero(estimates > own + error)
    nearer += np.count_nonzero(similarities(vectors.matrix[unclear], direction) > own)
    itself = similarities(vectors.matrix[[row]], direction)[0] > own
    return int(nearer) - int(itself) + 1, float(own)


def _check(vectors: WordVectors, asked: Mapping[str, Criteria]) -> None:
    """Faults that only the model can tell, of all questions at once, each question by its place in the request."""
    rows_of(vectors, dict.fromkeys(chain.from_iterable(map(_named, asked.values()))))
    wrong = [place for place, one in asked.items() if one.vector and len(one.vector) != vectors.vector_size]
    if wrong:
        said = f"must have {vectors.vector_size} numbers, as the model's vectors have"
        raise InvalidRequest([FieldProblem(f"{place}/vector", said) for place in wrong])


def _named(asked: Criteria) -> list[str]:
    positive, negative = asked.examples
    return [*(example.word for example in positive + negative), *(asked.among or ())]


def _page(asked: Criteria) -> tuple[int, int, float]:
    return asked.top_k, asked.offset, -1 if asked.min_similarity is None else asked.min_similarity


def _one(vectors: WordVectors, asked: Criteria) -> Scored:
    top_k, offset, floor = _page(asked)
    without, among = _left_out(vectors, asked), _looked_at(vectors, asked)
    if asked.objective is Objective.COS_MUL:
        return _one_by_product(vectors, asked, without, among)
    direction = _direction(vectors, asked)[None]
    return vectors.nearest(direction, top_k, offset=offset, without=[without], among=among, min_similarity=floor)[0]


def _one_by_product(vectors: WordVectors, asked: Criteria, without: list[int], among: Rows | None) -> Scored:
    positive, negative = (
        [(vectors.direction(vectors.row(one.word)), one.weight) for one in side] for side in asked.examples
    )
    rows = np.arange(len(vectors.words)) if among is None else among
    search = vectors.search if among is None else vectors.search.among(among)
    left_out = np.flatnonzero(np.isin(rows, without)).tolist()
    best, scores = CosMul(positive, negative).best(search, asked.offset + asked.top_k, left_out)
    page = [(vectors.words[i], s) for i, s in zip(rows[best].tolist(), scores.tolist(), strict=True)][asked.offset :]
    return [one for one in page if asked.min_similarity is None or one[1] >= asked.min_similarity]


def _direction(vectors: WordVectors, asked: Criteria) -> Float64:
    if asked.vector is not None:
        given = np.array(asked.vector, dtype=np.float64)
        return unit(given / np.abs(given).max())
    positive, negative = asked.examples
    signed = [(one.word, one.weight) for one in positive] + [(one.word, -one.weight) for one in negative]
    return vectors.toward([(vectors.row(word), weight) for word, weight in signed])


def _left_out(vectors: WordVectors, asked: Criteria) -> list[int]:
    positive, negative = asked.examples
    words = chain((one.word for one in positive + negative), asked.exclude)
    return sorted({row for word in words if (row := vectors.find(word)) is not None})


def _looked_at(vectors: WordVectors, asked: Criteria) -> Rows | None:
    rows = None if asked.among is None else np.unique(rows_of(vectors, asked.among))
    if asked.prefix is None:
        return rows
    beginning = vectors.spellings.having_prefix(asked.prefix)
    return beginning if rows is None else np.intersect1d(rows, beginning)
