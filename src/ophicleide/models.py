"""A model: what a caller asks for, what is kept of it, and the rules by which it changes.

Every change is a `Transition`: the statuses it may start from and the fields it sets.
A store applies it as one conditional update, so a late or doubled writer changes nothing.
"""

import hashlib
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from ophicleide.training import TrainingParameters
from ophicleide.values import Value

MAX_NAME_LENGTH = 100
MAX_URL_LENGTH = 2048
MAX_LABELS = 16

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether the text has the form of an id (a lower-case UUID, RFC 9562); names never have it."""
    return _ID.fullmatch(text) is not None


def _checked_name(name: str) -> str:
    if is_id(name):
        raise ValueError("a name must not look like an id")
    if not name.isprintable() or "/" in name or name != name.strip():
        raise ValueError("use printable characters without '/' and without blanks at either end")
    return name


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"not a URL: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError("only http:// and https:// URLs are read")
    if not host:
        raise ValueError("the URL names no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("leave user and password out of the URL: it is shown with the model")
    if not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise ValueError("percent-encode blanks and characters beyond ASCII")
    return url


def _checked_label(value: str) -> str:
    if not value.isprintable():
        raise ValueError("use printable characters")
    return value


ModelId = Annotated[str, StringConstraints(pattern=rf"^{_ID.pattern}$")]
ModelName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_LENGTH), AfterValidator(_checked_name)]
ModelRef = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME_LENGTH),
    Field(description="A model's id, or a name: the newest ready model of that name."),
]
Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_URL_LENGTH),
    AfterValidator(_checked_url),
    # For readers of the contract; `_checked_url` decides, and takes a little more, such as IPv6 addresses.
    Field(json_schema_extra={"pattern": r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,4})?(/[!-~]*)?$"}),
]
LabelKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$")]
LabelValue = Annotated[str, StringConstraints(max_length=63), AfterValidator(_checked_label)]


class CreateModel(Value):
    """What a caller sends to have a model trained."""

    name: ModelName
    urls: Annotated[
        tuple[Url, ...], Field(min_length=1, description="Texts to learn from; plain or gzip, http or https.")
    ]
    parameters: TrainingParameters = TrainingParameters()
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, max_length=MAX_LABELS, description="The caller's own keys, to filter lists by."
    )

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
    CORPUS_TOO_LARGE = "corpus-too-large"
    EMPTY_VOCABULARY = "empty-vocabulary"
    VOCABULARY_TOO_LARGE = "vocabulary-too-large"
    OUT_OF_MEMORY = "out-of-memory"
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
    sha256: Annotated[str, Field(description="SHA-256 (hex) of the bytes as sent.")]
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
    epochs: Annotated[int, Field(ge=1)]
    corpus: Corpus
    sources: tuple[Source, ...]
    seconds_by_phase: dict[str, float]
    versions: dict[str, str]


class OutboxEntry(Value):
    """An outcome that has still to be told; its id is the event's id, so telling it twice is harmless."""

    event_id: str
    event_type: str
    at: datetime


class Model(Value):
    """One document of the store. Public but for the fields in `PRIVATE_FIELDS`."""

    id: ModelId
    name: ModelName
    urls: tuple[Url, ...]
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


PRIVATE_FIELDS = frozenset({"lease_expires_at", "idempotency_key", "fingerprint", "outbox"})


class Transition(Value):
    """A change that holds only while the model's status is one of `expected` and its attempt is unchanged.

    `changes` maps names of `Model`'s fields to their new values.
    """

    expected: frozenset[ModelStatus]
    changes: dict[str, Any]
    outcome: OutboxEntry | None = None


def new_model(
    request: CreateModel, *, model_id: str, now: datetime, launch_seconds: float, idempotency_key: str | None = None
) -> Model:
    """A pending model whose launch must show life within `launch_seconds`."""
    return Model(
        id=model_id,
        name=request.name,
        urls=request.urls,
        parameters=request.parameters,
        labels=request.labels,
        status=ModelStatus.PENDING,
        created_at=now,
        updated_at=now,
        lease_expires_at=now + timedelta(seconds=launch_seconds),
        idempotency_key=idempotency_key,
        fingerprint=request.fingerprint(),
    )


def wait_in_line(*, now: datetime, lease_seconds: float) -> Transition:
    """The job lives but may not start yet, because others train; where it no longer applies, the job must stop."""
    return Transition(
        expected=UNFINISHED,
        changes={"updated_at": now, "lease_expires_at": now + timedelta(seconds=lease_seconds)},
    )


def start(*, now: datetime, lease_seconds: float) -> Transition:
    """The driver took the attempt up. Also from `training`: a driver that was restarted takes its own attempt up again."""
    return Transition(
        expected=UNFINISHED,
        changes={
            "status": ModelStatus.TRAINING,
            "started_at": now,
            "updated_at": now,
            "lease_expires_at": now + timedelta(seconds=lease_seconds),
            "progress": Progress(phase=Phase.STARTING, fraction=0),
        },
    )


def heartbeat(progress: Progress, *, now: datetime, lease_seconds: float) -> Transition:
    """The driver lives; told every few seconds. Where it no longer applies, the driver must stop."""
    return Transition(
        expected=frozenset({ModelStatus.TRAINING}),
        changes={"progress": progress, "updated_at": now, "lease_expires_at": now + timedelta(seconds=lease_seconds)},
    )


def publish(model: Model, result: TrainingResult, *, now: datetime) -> Transition:
    return _finish(model, ModelStatus.READY, frozenset({ModelStatus.TRAINING}), now, {"result": result})


def fail(model: Model, failure: Failure, *, now: datetime) -> Transition:
    return _finish(model, ModelStatus.FAILED, UNFINISHED, now, {"failure": failure})


def delete(*, now: datetime) -> Transition:
    return Transition(
        expected=VISIBLE,
        changes={
            "status": ModelStatus.DELETED,
            "updated_at": now,
            "finished_at": now,
            "progress": None,
            "lease_expires_at": None,
            "outbox": (),
        },
    )


def lease_is_dead(model: Model, now: datetime) -> bool:
    return model.status in UNFINISHED and model.lease_expires_at is not None and model.lease_expires_at < now


def driver_lost(model: Model) -> Failure:
    """The failure of a model whose lease is dead; what to do differs by whether the job was ever seen."""
    if model.status is ModelStatus.PENDING:
        return Failure(
            code=FailureCode.LAUNCH_FAILED,
            detail="The training job was launched but never started. See the job's log, then create the model again.",
        )
    return Failure(
        code=FailureCode.DRIVER_LOST,
        detail="The training job stopped without a word, for example because it was killed. See the job's log, then create the model again.",
    )


def _finish(
    model: Model, status: ModelStatus, expected: frozenset[ModelStatus], now: datetime, more: dict[str, Any]
) -> Transition:
    changes = {
        "status": status,
        "updated_at": now,
        "finished_at": now,
        "lease_expires_at": None,
        "progress": None,
        **more,
    }
    event_id = f"{model.id}.{model.attempt}.{status}"
    return Transition(
        expected=expected,
        changes=changes,
        outcome=OutboxEntry(event_id=event_id, event_type=f"dev.ophicleide.model.{status}.v1", at=now),
    )
