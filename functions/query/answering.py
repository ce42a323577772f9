"""Answering a question from a ready model's vectors, and what HTTP is told of the cost and the life of the answer."""

import hashlib
from dataclasses import dataclass
from time import perf_counter

from ophicleide.errors import ModelNotReady
from ophicleide.models import Model, ModelStatus
from ophicleide.operations import resolve
from ophicleide.ports import Clock, ModelStore, VectorSource
from ophicleide.queries import Answer, MostSimilar, Neighbour

# A ready model never changes, but it may be deleted, and no copy may answer two seconds after that.
CACHE_CONTROL = "private, max-age=2"


@dataclass(frozen=True)
class Answering:
    models: ModelStore
    vectors: VectorSource
    now: Clock

    def known(self, ref: str) -> Model:
        return resolve(self.models, self.now, ref)

    def ready(self, ref: str) -> Model:
        model = self.known(ref)
        if model.status is not ModelStatus.READY:
            advice = "It never will; create it again." if model.finished_at else "Ask again when it is ready."
            raise ModelNotReady(f"The model '{model.name}' is {model.status}. {advice}", model.status)
        return model

    def answer(self, model: Model, asked: MostSimilar) -> tuple[Answer, str]:
        """The answer, and its cost as a Server-Timing header."""
        vectors, cold, load_seconds = self.vectors.get(model)
        started = perf_counter()
        found = vectors.most_similar(asked.word, asked.top_k)
        search = perf_counter() - started
        answer = Answer(
            model_id=model.id,
            model_name=model.name,
            word=asked.word,
            top_k=asked.top_k,
            neighbours=tuple(Neighbour(word=word, similarity=similarity) for word, similarity in found),
        )
        state = "cold" if cold else "warm"
        return answer, f"cache;desc={state}, load;dur={load_seconds * 1000:.1f}, search;dur={search * 1000:.1f}"


def entity_tag(model: Model, asked: MostSimilar) -> str:
    """Equal exactly where the answer is equal."""
    meaning = f"{model.id} {asked.top_k} {asked.word}".encode()
    return f'"{hashlib.sha256(meaning).hexdigest()[:32]}"'
