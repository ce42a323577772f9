"""The last step: the artifact and its neighbours first, then one conditional update; a model is ready only when all hold."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ophicleide.domain import artifact
from ophicleide.domain.models import Artifact, Model, ModelStatus
from ophicleide.domain.neighbours import KEPT_WORDS, records
from ophicleide.domain.ports import ArtifactStore, ModelStore, NeighbourStore
from ophicleide.domain.vectors import WordVectors

T = TypeVar("T")

MOST_COMPARISONS = 800_000_000
"""Of one word with another, for kept neighbours: seconds, not minutes, for the largest vocabularies too."""


def write_vectors(artifacts: ArtifactStore, model: Model, vectors: WordVectors, check: Callable[[], None]) -> Artifact:
    """Stores the vectors; `check` is asked before each piece and raises where the work must stop."""
    pieces = _checked(artifact.encode(vectors), check)
    artifact_id, size, sha256 = artifacts.write(model.id, model.attempt, pieces)
    return Artifact(id=artifact_id, bytes=size, sha256=sha256, format_version=artifact.FORMAT_VERSION)


def write_neighbours(
    neighbours: NeighbourStore, artifact: Artifact, vectors: WordVectors, check: Callable[[], None]
) -> None:
    """Finds and stores the neighbours of the most frequent words, so that a cold function answers for them at once."""
    words = max(1, min(KEPT_WORDS, MOST_COMPARISONS // len(vectors.words)))
    neighbours.write(artifact.id, _checked(records(vectors, words), check))


def clear_after_deletion(
    models: ModelStore, artifacts: ArtifactStore, neighbours: NeighbourStore, model_id: str
) -> None:
    """Removes what was written for a model that was deleted meanwhile: who deleted it could not see it yet."""
    model = models.get(model_id)
    if model is None or model.status is ModelStatus.DELETED:
        artifacts.remove(model_id)
        neighbours.remove(model_id)


def _checked(pieces: Iterable[T], check: Callable[[], None]) -> Iterator[T]:
    for piece in pieces:
        check()
        yield piece
