"""One function a form of question: from the question and the models it names to the answer. No HTTP, no store."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ophicleide.domain.comparisons import Compare, CompareAnswer, Moved, MovedAnswer, MovedWord
from ophicleide.domain.published import Published
from ophicleide.domain.queries import (
    Answer,
    AnswerBatch,
    Criteria,
    MostSimilar,
    MostSimilarBatch,
    Neighbour,
    Neighbours,
)
from ophicleide.domain.relations import (
    DoesntMatch,
    DoesntMatchAnswer,
    GetVector,
    Rank,
    RankAnswer,
    Similarity,
    SimilarityAnswer,
    VectorAnswer,
)

if TYPE_CHECKING:
    from ophicleide.domain.vectors import WordVectors


class Loaded(NamedTuple):
    """A ready model and its vectors."""

    model: Published
    vectors: "WordVectors"

    @property
    def named(self) -> dict[str, str]:
        return {"model_id": self.model.model_id, "model_name": self.model.model_name}


def most_similar(asked: MostSimilar, one: Loaded) -> Answer:
    from ophicleide.domain import questions

    return Answer(**one.named, **_said(asked), neighbours=_neighbours(questions.most_similar(one.vectors, asked)))


def most_similar_batch(asked: MostSimilarBatch, one: Loaded) -> AnswerBatch:
    from ophicleide.domain import questions

    found = questions.most_similar_each(one.vectors, asked.queries)
    answers = (
        Neighbours(**_said(query), neighbours=_neighbours(near))
        for query, near in zip(asked.queries, found, strict=True)
    )
    return AnswerBatch(**one.named, answers=tuple(answers))


def similarity(asked: Similarity, one: Loaded) -> SimilarityAnswer:
    from ophicleide.domain import questions

    found = questions.similarity(one.vectors, asked.first, asked.second)
    return SimilarityAnswer(**one.named, first=asked.first, second=asked.second, similarity=found)


def doesnt_match(asked: DoesntMatch, one: Loaded) -> DoesntMatchAnswer:
    from ophicleide.domain import questions

    found = questions.centrality(one.vectors, asked.words)
    return DoesntMatchAnswer(**one.named, words=asked.words, odd_one_out=found[-1][0], similarities=_neighbours(found))


def rank(asked: Rank, one: Loaded) -> RankAnswer:
    from ophicleide.domain import questions

    place, similar = questions.rank(one.vectors, asked.word, asked.other)
    return RankAnswer(**one.named, word=asked.word, other=asked.other, rank=place, similarity=similar)


def vector(asked: GetVector, one: Loaded) -> VectorAnswer:
    row = one.vectors.row(asked.word)
    learnt = one.vectors.matrix[row]
    return VectorAnswer(
        **one.named,
        word=asked.word,
        spelt=one.vectors.words[row],
        count=int(one.vectors.counts[row]),
        norm=math.hypot(*learnt.tolist()),
        vector=tuple(learnt.tolist()),
    )


def compare(asked: Compare, one: Loaded, other: Loaded) -> CompareAnswer:
    from ophicleide.domain import movement, questions

    criteria = Criteria(word=asked.word, top_k=asked.top_k)
    near, far = (questions.most_similar(each.vectors, criteria) for each in (one, other))
    return CompareAnswer(
        **one.named,
        **_other(other),
        word=asked.word,
        top_k=asked.top_k,
        neighbours=_neighbours(near),
        other_neighbours=_neighbours(far),
        overlap=movement.overlap([word for word, _ in near], [word for word, _ in far]),
    )


def moved(asked: Moved, one: Loaded, other: Loaded) -> MovedAnswer:
    from ophicleide.domain.movement import movements

    found = movements(one.vectors, other.vectors, asked.neighbours, asked.frequent, asked.min_count)
    words = (
        MovedWord(word=each.word, count=each.count, other_count=each.other_count, overlap=each.overlap)
        for each in found[: asked.top_k]
    )
    return MovedAnswer(
        **one.named,
        **_other(other),
        top_k=asked.top_k,
        neighbours=asked.neighbours,
        frequent=asked.frequent,
        min_count=asked.min_count,
        compared=len(found),
        words=tuple(words),
    )


def _other(other: Loaded) -> dict[str, str]:
    return {"other_model_id": other.model.model_id, "other_model_name": other.model.model_name}


def _said(asked: Criteria) -> dict[str, object]:
    return {name: getattr(asked, name) for name in Criteria.model_fields}


def _neighbours(found: Sequence[tuple[str, float]]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(word=word, similarity=similarity) for word, similarity in found)
