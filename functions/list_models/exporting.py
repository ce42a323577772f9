"""Giving a ready model's vectors away as files that other programs read."""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote

from functions.list_models import formats
from functions.list_models.formats import ExportFormat, Format, Stored
from ophicleide import __version__
from ophicleide.domain.errors import ArtifactDamaged
from ophicleide.domain.layout import HEAD_BYTES, read_layout
from ophicleide.domain.models import Model
from ophicleide.domain.names import ModelRef
from ophicleide.domain.operations import ready
from ophicleide.domain.ports import ArtifactStore, Clock, ModelStore
from ophicleide.domain.values import Value
from ophicleide.edge.content import Content
from ophicleide.edge.operation import Call, Operation, Outcome

VERSION = 1
"""Raised with every change of what is written, so that no download goes on in another file's bytes."""

_TEXT, _TSV, _BYTES = (
    "text/plain; charset=utf-8",
    "text/tab-separated-values; charset=utf-8",
    "application/octet-stream",
)
_TYPES_AND_ENDINGS = {
    ExportFormat.WORD2VEC_TEXT: (_TEXT, "word2vec.txt"),
    ExportFormat.WORD2VEC_BINARY: (_BYTES, "word2vec.bin"),
    ExportFormat.SAFETENSORS: (_BYTES, "safetensors"),
    ExportFormat.TENSORS_TSV: (_TSV, "tensors.tsv"),
    ExportFormat.METADATA_TSV: (_TSV, "metadata.tsv"),
    ExportFormat.PROJECTOR: ("application/json", "projector.json"),
}


class ExportModel(Value):
    model: ModelRef
    format: ExportFormat


@dataclass(frozen=True)
class Exporting:
    models: ModelStore
    artifacts: ArtifactStore
    now: Clock
    origins: Collection[str]

    def operations(self) -> tuple[Operation, ...]:
        path = "/models/{model}/export"
        return (Operation("export_model", "GET", path, ExportModel, self.export_model, origins=self.origins),)

    def export_model(self, request: ExportModel, call: Call) -> Outcome:
        model = ready(self.models, self.now, request.model)
        media_type, ending = _TYPES_AND_ENDINGS[request.format]
        stored = self._stored(model)
        if request.format is ExportFormat.PROJECTOR:
            content = _small(media_type, _projector(model, stored, call.base_url))
        else:
            file = _file(request.format, model, stored)
            content = Content(media_type, file.size, f'"{model.id}.{request.format}.{VERSION}"', file.pieces)
        headers = {
            "Content-Disposition": _disposition(f"{model.name}.{ending}"),
            "Cache-Control": "private, no-cache, no-transform",
            "X-Content-Type-Options": "nosniff",
        }
        return Outcome(None, subject=model.id, headers=headers, content=content)

    def _stored(self, model: Model) -> Stored:
        if model.result is None:
            raise ArtifactDamaged("The model tells nothing of its vectors.")
        artifact = model.result.artifact
        head = b"".join(self.artifacts.read_range(artifact, 0, min(HEAD_BYTES, artifact.bytes)))
        return Stored(read_layout(head), lambda start, end: self.artifacts.read_range(artifact, start, end))


def _file(format_: ExportFormat, model: Model, stored: Stored) -> Format:
    match format_:
        case ExportFormat.WORD2VEC_TEXT:
            return formats.word2vec_text(stored)
        case ExportFormat.WORD2VEC_BINARY:
            return formats.word2vec_binary(stored)
        case ExportFormat.TENSORS_TSV:
            return formats.tensors_tsv(stored)
        case ExportFormat.METADATA_TSV:
            return formats.metadata_tsv(stored)
    about = {"model": model.name, "id": model.id, "software": f"ophicleide {__version__}"}
    return formats.safetensors(stored, about)


def _projector(model: Model, stored: Stored, base_url: str) -> bytes:
    """What projector.tensorflow.org takes as `?config=`; paths are whole URLs, as it resolves others against itself."""
    files = f"{base_url}/models/{model.id}/export?format="
    embedding = {
        "tensorName": model.name,
        "tensorShape": [stored.layout.vocabulary_size, stored.layout.vector_size],
        "tensorPath": files + ExportFormat.TENSORS_TSV,
        "metadataPath": files + ExportFormat.METADATA_TSV,
    }
    return json.dumps({"embeddings": [embedding]}, ensure_ascii=False, indent=2).encode()


def _small(media_type: str, data: bytes) -> Content:
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return Content(media_type, len(data), tag, lambda start, end: iter([data[start:end]]))


def _disposition(file_name: str) -> str:
    """RFC 6266: a plain name for every program, and the true one for those that read it."""
    plain = re.sub(r"[^A-Za-z0-9._ ()+-]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
