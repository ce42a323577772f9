"""What the functions and the job need from outside, as protocols; adapters in stores/ and launchers/ keep them.

Every method of a store may raise `StoreUnavailable`; nothing else escapes but what is named.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from pydantic import Field

from ophicleide.domain.aliases import Alias
from ophicleide.domain.events import Event
from ophicleide.domain.forms import KeptQuery
from ophicleide.domain.lifecycle import Transition
from ophicleide.domain.models import Model, ModelStatus
from ophicleide.domain.names import MAX_NAME_LENGTH, LabelKey, LabelValue
from ophicleide.domain.published import ArtifactFile, Published
from ophicleide.domain.values import Value

if TYPE_CHECKING:  # numpy is a sixth of a second that functions without vectors do not pay
    from ophicleide.domain.vectors import WordVectors

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


class Page(Value):
    """A page of a list, newest first; `cursor` is what the page before gave as `next_cursor`."""

    limit: int = Field(default=DEFAULT_PAGE_SIZE, ge=1, le=MAX_PAGE_SIZE)
    cursor: str | None = Field(default=None, max_length=100)


class ModelFilter(Value):
    """Every given field narrows the list; `labels` must all match."""

    status: ModelStatus | None = None
    name: str | None = Field(default=None, max_length=MAX_NAME_LENGTH)
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)


class ModelPage(Value):
    models: tuple[Model, ...]
    next_cursor: str | None = None


class QueryPage(Value):
    queries: tuple[KeptQuery, ...]
    next_cursor: str | None = None


class AliasPage(Value):
    aliases: tuple[Alias, ...]
    next_cursor: str | None = None


class ModelStore(Protocol):
    def add(self, model: Model) -> Model:
        """Keep a new model; where its idempotency key is taken, nothing is kept and the model that has it comes back, even a deleted one."""

    def get(self, model_id: str) -> Model | None:
        """The model, deleted ones too."""

    def pinned(self, name: str) -> Model | None:
        """The model that the name is pinned to, in any status, deleted too."""

    def newest_ready(self, name: str) -> Model | None:
        """The newest ready model of that name."""

    def newest(self, name: str) -> Model | None:
        """The newest model of that name in any status but deleted."""

    def find(self, wanted: ModelFilter, page: Page) -> ModelPage:
        """Models that are not deleted, newest (highest id) first. An unreadable cursor raises `InvalidRequest`."""

    def count(self, statuses: Collection[ModelStatus]) -> int:
        """How many models have one of these statuses."""

    def change(self, model_id: str, attempt: int, transition: Transition) -> Model | None:
        """Apply as one atomic update if status and attempt still allow it; the model as it is then, or None where nothing changed."""

    def settle_outcome(self, model_id: str, event_id: str) -> None:
        """Take an outcome that was told out of the model's outbox."""


class AliasStore(Protocol):
    def get(self, name: str) -> Alias | None:
        """The alias, also one that is pinned no more."""

    def find(self, page: Page) -> AliasPage:
        """Names that are pinned, in the order of their characters; the cursor is the last name of the page before."""

    def put(self, alias: Alias, revision: int | None) -> bool:
        """Keep it, if the kept one still has that revision (None: if there is none); whether it was kept."""


class ArtifactStore(Protocol):
    def write(self, model_id: str, attempt: int, chunks: Iterable[bytes]) -> tuple[str, int, str]:
        """Keep the bytes whole, of any size; gives (artifact id, bytes, SHA-256 hex). Writing the same attempt again replaces it."""

    def read(self, artifact: ArtifactFile) -> memoryview:
        """All bytes in one buffer that the caller owns, length and checksum verified; `ArtifactDamaged` where they do not match."""

    def read_range(self, artifact: ArtifactFile, start: int, end: int) -> Iterator[bytes]:
        """Bytes from `start` up to `end` in pieces of a MiB or so, without the checksum, which is of the whole; `ArtifactDamaged` where they are not there."""

    def remove(self, model_id: str) -> None:
        """Remove every artifact of the model, half-written ones too; nothing to remove is no error."""


class NeighbourStore(Protocol):
    def write(self, artifact_id: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Keep the records (`neighbours.encode`) of words beside an artifact, once; they count only when its model is ready."""

    def read(self, artifact_id: str, word: str) -> bytes | None:
        """The word's record; None where there is none, which says nothing of the word."""

    def remove(self, model_id: str) -> None:
        """Remove the records of every artifact of the model; nothing to remove is no error."""


class PublishedModels(Protocol):
    def published(self, ref: str) -> Published | None:
        """The ready model that an id or a name stands for, as `operations.resolve` finds it; None where there is none, for whatever reason."""


class VectorSource(Protocol):
    def get(self, model: Published) -> "tuple[WordVectors, bool, float]":
        """A model's vectors, whether the caller had to wait for a load, and for how many seconds."""

    def forget(self, model_id: str) -> None:
        """Free what is kept of a model that is gone; nothing kept is no error."""


class QueryStore(Protocol):
    def add(self, query: KeptQuery, idempotency_key: str | None = None) -> KeptQuery:
        """Keep a query; where its idempotency key is taken, the query that has it comes back instead."""

    def get(self, query_id: str) -> KeptQuery | None: ...

    def find(self, model_id: str | None, page: Page) -> QueryPage:
        """Queries newest first, of one model or of all."""

    def remove(self, model_id: str) -> None:
        """Remove every query of the model, and those that compare another with it."""


class TrainingLauncher(Protocol):
    def launch(self, model: Model) -> None:
        """Start the job of this model's attempt; the same attempt again is a no-op. Raises `LaunchFailed`."""

    def cancel(self, model_id: str) -> None:
        """End every job of the model, whatever its attempt, and all its processes or pods; none running is no error."""


class EventSink(Protocol):
    def send(self, event: Event) -> None:
        """Deliver an event once to where events go; raises `OSError` where it was not taken."""


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, with a time zone."""


class NewId(Protocol):
    def __call__(self) -> str:
        """A fresh id: a UUID version 7 (RFC 9562), so that ids rise with time."""
