"""The last step: the artifact first, then one conditional update; a model is ready only when both hold."""

from collections.abc import Callable, Iterable, Iterator

from ophicleide import artifact
from ophicleide.models import Artifact, Model, ModelStatus
from ophicleide.ports import ArtifactStore, ModelStore
from ophicleide.vectors import WordVectors


def write_vectors(artifacts: ArtifactStore, model: Model, vectors: WordVectors, check: Callable[[], None]) -> Artifact:
    """Stores the vectors; `check` is asked before each piece and raises where the work must stop."""
    pieces = _checked(artifact.encode(vectors), check)
    artifact_id, size, sha256 = artifacts.write(model.id, model.attempt, pieces)
    return Artifact(id=artifact_id, bytes=size, sha256=sha256, format_version=artifact.FORMAT_VERSION)


def clear_after_deletion(models: ModelStore, artifacts: ArtifactStore, model_id: str) -> None:
    """Removes what was written for a model that was deleted meanwhile: who deleted it could not see it yet."""
    model = models.get(model_id)
    if model is None or model.status is ModelStatus.DELETED:
        artifacts.remove(model_id)


def _checked(pieces: Iterable[bytes], check: Callable[[], None]) -> Iterator[bytes]:
    for piece in pieces:
        check()
        yield piece
