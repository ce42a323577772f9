"""A model: what a caller asks for, and what is kept of it; how it changes stands in `lifecycle`."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from ophicleide.domain.imports import VectorsSource
from ophicleide.domain.names import LabelKey, LabelValue, ModelId, ModelName, Url
from ophicleide.domain.published import Published, PublishedArtifact
from ophicleide.domain.quality import Quality
from ophicleide.domain.training import TrainingParameters
from ophicleide.domain.values import Value

MAX_LABELS = 16


class CreateModel(Value):
    """What a caller sends to have a model trained from texts, or made from vectors that there are: either `urls` or `vectors`."""

    name: ModelName
    vectors: VectorsSource | None = None
    urls: Annotated[
        tuple[Url, ...],
        Field(validate_default=True, description="Texts to learn from; plain or gzip, http or https."),
    ] = ()
    parameters: TrainingParameters = TrainingParameters()
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, max_length=MAX_LABELS, description="The caller's own keys, to filter lists by."
    )

    @field_validator("urls")
    @classmethod
    def _either_or(cls, urls: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "vectors" not in info.data:  # wrong, and told
            return urls
        if info.data["vectors"] is not None and urls:
            raise ValueError("leave out: the model is made from vectors")
        if info.data["vectors"] is None and not urls:
            raise ValueError("must not be empty, unless vectors are given")
        return urls

    @field_validator("parameters")
    @classmethod
    def _for_training(cls, parameters: TrainingParameters, info: ValidationInfo) -> TrainingParameters:
        if info.data.get("vectors") is not None:
            raise ValueError("leave out: vectors are taken as they are, and nothing is trained")
        return parameters

    def fingerprint(self) -> str:
        """SHA-256 (hex) of the request's meaning: equal for bodies that differ only in order, blanks or given defaults.

        Defaults are left out, so that a parameter added later changes no fingerprint that was kept.
        """
        ordered = self.model_copy(update={"labels": dict(sorted(self.labels.items()))})
        return hashlib.sha256(ordered.model_dump_json(exclude_defaults=True).encode()).hexdigest()


class ModelStatus(StrEnum):
    PENDING = "pending"
    TRAINING = "training"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    """A tombstone: hidden from every reader, kept so that a late retry cannot bring the model back."""


UNFINISHED = frozenset({ModelStatus.PENDING, ModelStatus.TRAINING})
VISIBLE = frozenset(ModelStatus) - {ModelStatus.DELETED}


class Phase(StrEnum):
    """What a training job is busy with, in order."""

    STARTING = "starting"
    FETCHING = "fetching"
    COUNTING = "counting"
    TRAINING = "training"
    CHECKING = "checking"
    PUBLISHING = "publishing"


class Progress(Value):
    """Where a running job is; `fraction` is of the whole job, from 0 to 1."""

    phase: Phase
    fraction: Annotated[float, Field(ge=0, le=1)]
    words_per_second: Annotated[float | None, Field(ge=0)] = None
    seconds_left: Annotated[float | None, Field(ge=0)] = None


class FailureCode(StrEnum):
    """Why an attempt ended without a model; each comes with a sentence that a person can act on."""

    UNREACHABLE_URL = "unreachable-url"
    REFUSED_ADDRESS = "refused-address"
    FETCH_TIMEOUT = "fetch-timeout"
    NOT_TEXT = "not-text"
    NOT_VECTORS = "not-vectors"
    CORPUS_TOO_LARGE = "corpus-too-large"
    EMPTY_VOCABULARY = "empty-vocabulary"
    VOCABULARY_TOO_LARGE = "vocabulary-too-large"
    SEGMENTER_MISSING = "segmenter-missing"
    OUT_OF_MEMORY = "out-of-memory"
    EXECUTOR_LOST = "executor-lost"
    DEADLINE = "deadline"
    LAUNCH_FAILED = "launch-failed"
    DRIVER_LOST = "driver-lost"
    STORE_UNAVAILABLE = "store-unavailable"
    INTERNAL = "internal"


class Failure(Value):
    code: FailureCode
    detail: str
    url: str | None = None


class Source(Value):
    """Provenance of one text, as it was when it was fetched."""

    url: str
    final_url: str
    bytes: Annotated[int, Field(ge=0, description="Bytes as sent, before decompression.")]
    text_bytes: Annotated[int, Field(ge=0, description="Bytes after decompression.")]
    sha256: Annotated[
        str,
        Field(
            description="SHA-256 (hex) of the bytes as sent; of the SHA-256 digests of its ranges, one behind the other, where it was read in ranges."
        ),
    ]
    range_bytes: Annotated[
        int | None, Field(ge=1, description="Length of each range but the last, where it was read in ranges.")
    ] = None
    charset: str
    content_type: str | None = None
    etag: str | None = None
    fetched_at: datetime


class Corpus(Value):
    """How much text was learnt from."""

    sentences: Annotated[int, Field(ge=0)]
    tokens: Annotated[int, Field(ge=0, description="Words before rare ones were left out.")]


class Artifact(Value):
    """Where a published model's vectors lie and how to know that they are whole."""

    id: str
    bytes: Annotated[int, Field(ge=0)]
    sha256: str
    format_version: int


class TrainingResult(Value):
    """What a finished attempt tells of itself; written in one update together with `ready`."""

    artifact: Artifact
    vocabulary_size: Annotated[int, Field(ge=1)]
    vector_size: Annotated[int | None, Field(ge=1)] = None
    epochs: Annotated[int | None, Field(ge=1, description="Null where vectors were imported.")]
    corpus: Annotated[Corpus | None, Field(description="Null where vectors were imported.")]
    sources: tuple[Source, ...]
    seconds_by_phase: dict[str, float]
    versions: dict[str, str]
    quality: Annotated[
        Quality | None, Field(description="Measured before it was published; none for older models.")
    ] = None


class OutboxEntry(Value):
    """An outcome that has still to be told; its id is the event's id, so telling it twice is harmless."""

    event_id: str
    event_type: str
    at: datetime


class Model(Value):
    """One document of the store. Public but for the fields in `PRIVATE_FIELDS`."""

    id: ModelId
    name: ModelName
    vectors: Annotated[
        VectorsSource | None, Field(description="Where its vectors came from, if nothing was trained.")
    ] = None
    urls: tuple[Url, ...] = ()
    parameters: TrainingParameters
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    status: ModelStatus
    attempt: Annotated[int, Field(ge=1, description="Counts the jobs that were launched for this model.")] = 1
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: Progress | None = None
    failure: Failure | None = None
    result: TrainingResult | None = None
    lease_expires_at: datetime | None = None
    idempotency_key: str | None = None
    fingerprint: str
    outbox: tuple[OutboxEntry, ...] = ()

    @property
    def published(self) -> Published | None:
        """What answers are made of; None unless it is ready."""
        if self.status is not ModelStatus.READY or self.result is None:
            return None
        file = self.result.artifact
        return Published(self.id, self.name, PublishedArtifact(file.id, file.bytes, file.sha256))


PRIVATE_FIELDS = frozenset({"lease_expires_at", "idempotency_key", "fingerprint", "outbox"})
