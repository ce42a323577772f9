"""Stores in this process's memory: for tests and trials; they keep the same contracts as those on MongoDB."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from threading import RLock

from ophicleide.domain.aliases import Alias
from ophicleide.domain.errors import ArtifactDamaged
from ophicleide.domain.forms import KeptQuery
from ophicleide.domain.lifecycle import Transition
from ophicleide.domain.models import Model, ModelStatus
from ophicleide.domain.names import is_id
from ophicleide.domain.ports import AliasPage, ModelFilter, ModelPage, ModelStore, Page, QueryPage
from ophicleide.domain.published import ArtifactFile, Published
from ophicleide.stores.pages import cut, last_seen

PIECE_BYTES = 1 << 20


class MemoryAliasStore:
    def __init__(self) -> None:
        self._aliases: dict[str, Alias] = {}
        self._lock = RLock()

    def get(self, name: str) -> Alias | None:
        return self._aliases.get(name)

    def find(self, page: Page) -> AliasPage:
        with self._lock:
            pinned = sorted(name for name, alias in self._aliases.items() if alias.model_id is not None)
            names = [name for name in pinned if name > (page.cursor or "")]
            aliases = tuple(self._aliases[name] for name in names[: page.limit])
        return AliasPage(aliases=aliases, next_cursor=aliases[-1].name if len(names) > page.limit else None)

    def put(self, alias: Alias, revision: int | None) -> bool:
        with self._lock:
            kept = self._aliases.get(alias.name)
            if (kept and kept.revision) != revision:
                return False
            self._aliases[alias.name] = alias
            return True


class MemoryModelStore:
    def __init__(self, aliases: MemoryAliasStore | None = None) -> None:
        self._aliases = aliases or MemoryAliasStore()
        self._models: dict[str, Model] = {}
        self._lock = RLock()

    def add(self, model: Model) -> Model:
        with self._lock:
            holder = self._models.get(model.id) or self._holding(model.idempotency_key)
            return holder or self._models.setdefault(model.id, model)

    def get(self, model_id: str) -> Model | None:
        return self._models.get(model_id)

    def pinned(self, name: str) -> Model | None:
        alias = self._aliases.get(name)
        return None if alias is None or alias.model_id is None else self._models.get(alias.model_id)

    def newest_ready(self, name: str) -> Model | None:
        return self._newest(name, {ModelStatus.READY})

    def newest(self, name: str) -> Model | None:
        return self._newest(name, set(ModelStatus) - {ModelStatus.DELETED})

    def find(self, wanted: ModelFilter, page: Page) -> ModelPage:
        below = last_seen(page)
        models = [m for m in self._falling() if (below is None or m.id < below) and _matches(m, wanted)]
        shown, cursor = cut(models, page.limit)
        return ModelPage(models=shown, next_cursor=cursor)

    def count(self, statuses: Collection[ModelStatus]) -> int:
        return sum(model.status in statuses for model in self._falling())

    def change(self, model_id: str, attempt: int, transition: Transition) -> Model | None:
        with self._lock:
            model = self._models.get(model_id)
            if model is None or model.attempt != attempt or model.status not in transition.expected:
                return None
            changed = model.model_copy(update=transition.changes)
            if transition.outcome is not None:
                changed = changed.model_copy(update={"outbox": (*changed.outbox, transition.outcome)})
            self._models[model_id] = changed
            return changed

    def settle_outcome(self, model_id: str, event_id: str) -> None:
        with self._lock:
            if model := self._models.get(model_id):
                left = tuple(entry for entry in model.outbox if entry.event_id != event_id)
                self._models[model_id] = model.model_copy(update={"outbox": left})

    def _holding(self, key: str | None) -> Model | None:
        return next((m for m in self._models.values() if key is not None and m.idempotency_key == key), None)

    def _newest(self, name: str, statuses: Collection[ModelStatus]) -> Model | None:
        return next((m for m in self._falling() if m.name == name and m.status in statuses), None)

    def _falling(self) -> list[Model]:
        with self._lock:
            return sorted(self._models.values(), key=lambda model: model.id, reverse=True)


def _matches(model: Model, wanted: ModelFilter) -> bool:
    return (
        model.status is not ModelStatus.DELETED
        and wanted.status in (None, model.status)
        and wanted.name in (None, model.name)
        and wanted.labels.items() <= model.labels.items()
    )


class MemoryArtifactStore:
    def __init__(self) -> None:
        self._artifacts: dict[str, bytes] = {}

    def write(self, model_id: str, attempt: int, chunks: Iterable[bytes]) -> tuple[str, int, str]:
        artifact_id, data = f"{model_id}.{attempt}", b"".join(chunks)
        self._artifacts[artifact_id] = data
        return artifact_id, len(data), hashlib.sha256(data).hexdigest()

    def read(self, artifact: ArtifactFile) -> memoryview:
        data = self._artifacts.get(artifact.id)
        if data is None:
            raise ArtifactDamaged("The stored vectors are missing.")
        if len(data) != artifact.bytes or hashlib.sha256(data).hexdigest() != artifact.sha256:
            raise ArtifactDamaged("The stored vectors differ from those that were published.")
        return memoryview(bytearray(data))

    def read_range(self, artifact: ArtifactFile, start: int, end: int) -> Iterator[bytes]:
        for offset in range(start, end, PIECE_BYTES):
            piece = self._artifacts.get(artifact.id, b"")[offset : min(offset + PIECE_BYTES, end)]
            if len(piece) < min(PIECE_BYTES, end - offset):
                raise ArtifactDamaged("The stored vectors are missing or cut short.")
            yield piece

    def remove(self, model_id: str) -> None:
        for artifact_id in [key for key in self._artifacts if key.startswith(f"{model_id}.")]:
            self._artifacts.pop(artifact_id, None)


class MemoryNeighbourStore:
    def __init__(self) -> None:
        self._records: dict[tuple[str, str], bytes] = {}

    def write(self, artifact_id: str, records: Iterable[tuple[str, bytes]]) -> None:
        self._records.update({(artifact_id, word): record for word, record in records})

    def read(self, artifact_id: str, word: str) -> bytes | None:
        return self._records.get((artifact_id, word))

    def remove(self, model_id: str) -> None:
        for key in [key for key in self._records if key[0].startswith(f"{model_id}.")]:
            self._records.pop(key, None)


class MemoryPublishedModels:
    def __init__(self, models: ModelStore) -> None:
        self._models = models

    def published(self, ref: str) -> Published | None:
        for model in (
            [self._models.get(ref)] if is_id(ref) else [self._models.pinned(ref), self._models.newest_ready(ref)]
        ):
            if model is not None and (published := model.published):
                return published
        return None


class MemoryQueryStore:
    def __init__(self) -> None:
        self._queries: dict[str, KeptQuery] = {}
        self._keys: dict[str, str] = {}
        self._lock = RLock()

    def add(self, query: KeptQuery, idempotency_key: str | None = None) -> KeptQuery:
        with self._lock:
            holder = self._keys.setdefault(idempotency_key, query.id) if idempotency_key else query.id
            return self._queries.setdefault(holder, query)

    def get(self, query_id: str) -> KeptQuery | None:
        return self._queries.get(query_id)

    def find(self, model_id: str | None, page: Page) -> QueryPage:
        below = last_seen(page)
        with self._lock:
            falling = sorted(self._queries.values(), key=lambda query: query.id, reverse=True)
        queries = [q for q in falling if model_id in (None, q.model_id) and (below is None or q.id < below)]
        shown, cursor = cut(queries, page.limit)
        return QueryPage(queries=shown, next_cursor=cursor)

    def remove(self, model_id: str) -> None:
        with self._lock:
            gone = {
                query.id
                for query in self._queries.values()
                if model_id in (query.model_id, getattr(query, "other_model_id", None))
            }
            self._queries = {key: query for key, query in self._queries.items() if key not in gone}
            self._keys = {key: holder for key, holder in self._keys.items() if holder not in gone}
