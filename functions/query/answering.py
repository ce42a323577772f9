"""From a question to its answer, whatever its form: which models it names, their vectors, and what it cost."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from functions.query import answers, recall
from functions.query.answers import Loaded
from functions.query.timing import Cost
from ophicleide.domain.comparisons import Compare, Moved
from ophicleide.domain.errors import ModelNotFound, ModelNotReady
from ophicleide.domain.models import Model
from ophicleide.domain.operations import resolve
from ophicleide.domain.ports import Clock, ModelStore, VectorSource
from ophicleide.domain.published import Published
from ophicleide.domain.queries import Asked, MostSimilar, MostSimilarBatch, OfModel
from ophicleide.domain.relations import DoesntMatch, GetVector, Rank, Similarity

CACHE_CONTROL = recall.CACHE_CONTROL

FORMS: Mapping[type[Asked], Callable[..., OfModel]] = MappingProxyType(
    {
        MostSimilar: answers.most_similar,
        MostSimilarBatch: answers.most_similar_batch,
        Similarity: answers.similarity,
        DoesntMatch: answers.doesnt_match,
        Rank: answers.rank,
        GetVector: answers.vector,
        Compare: answers.compare,
        Moved: answers.moved,
    }
)


@dataclass(frozen=True)
class Answering:
    models: ModelStore
    vectors: VectorSource
    now: Clock

    def known(self, ref: str) -> Model:
        try:
            return resolve(self.models, self.now, ref)
        except ModelNotFound:
            self.vectors.forget(ref)
            raise

    def ready(self, ref: str) -> Published:
        model = self.known(ref)
        if (published := model.published) is None:
            advice = "It never will; create it again." if model.finished_at else "Ask again when it is ready."
            raise ModelNotReady(f"The model '{model.name}' is {model.status}. {advice}", model.status)
        return published

    def models_of(self, asked: Asked) -> tuple[Published, ...]:
        """The ready models that the question names: one, or two where it compares."""
        other = (asked.other,) if isinstance(asked, (Compare, Moved)) else ()
        return tuple(self.ready(ref) for ref in (asked.model, *other))

    def answer(self, asked: Asked, models: tuple[Published, ...], cost: Cost) -> OfModel:
        loaded = [self.load(model, cost) for model in models]
        answered = next(FORMS[kind] for kind in type(asked).__mro__ if kind in FORMS)
        with cost.searching():
            return answered(asked, *loaded)

    def load(self, model: Published, cost: Cost) -> Loaded:
        vectors, cold, seconds = self.vectors.get(model)
        cost.load += seconds
        cost.cold |= cold
        return Loaded(model, vectors)


def entity_tag(asked: Any, *models: Published) -> str:
    """Equal exactly where the answer is equal."""
    said = asked.model_dump_json(exclude={"model", "other"} if len(models) > 1 else {"model"})
    meaning = " ".join([*(model.model_id for model in models), type(asked).__name__, said])
    return f'"{hashlib.sha256(meaning.encode()).hexdigest()[:32]}"'
