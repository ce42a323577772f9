"""The cache of vectors: one load for all who wait, bounded, and forgetting on request."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import pytest

from ophicleide.domain.artifact import decode, encode
from ophicleide.domain.errors import ArtifactDamaged, StoreUnavailable
from ophicleide.domain.published import ArtifactFile, Published, PublishedArtifact
from ophicleide.stores.cache import VectorCache
from ophicleide.stores.memory import MemoryArtifactStore
from tests.builders import a_model, some_vectors

SIZE = decode(b"".join(encode(some_vectors()))).size_bytes


class CountingArtifactStore(MemoryArtifactStore):
    """Remembers what was read; while the gate is closed, readers wait at it; an error in the queue is raised once."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []
        self.errors: Queue[Exception] = Queue()
        self.gate, self.reached = threading.Event(), threading.Event()
        self.gate.set()

    def read(self, artifact: ArtifactFile) -> memoryview:
        self.reads.append(artifact.id)
        self.reached.set()
        assert self.gate.wait(30)
        if not self.errors.empty():
            raise self.errors.get()
        return super().read(artifact)


def published(store: MemoryArtifactStore) -> Published:
    data, model = b"".join(encode(some_vectors())), a_model()
    artifact_id, size, sha256 = store.write(model.id, 1, [data])
    assert sha256 == hashlib.sha256(data).hexdigest()
    return Published(model.id, model.name, PublishedArtifact(artifact_id, size, sha256))


def test_the_first_caller_loads_and_the_next_finds_them_warm() -> None:
    store = CountingArtifactStore()
    cache, model = VectorCache(store, 10 * SIZE), published(store)
    first, cold, seconds = cache.get(model)
    again, cold_again, seconds_again = cache.get(model)
    assert (cold, cold_again, seconds_again) == (True, False, 0.0)
    assert seconds > 0
    assert again is first
    assert first.most_similar("word0", 3) == some_vectors().most_similar("word0", 3)


def test_of_many_callers_at_once_one_loads_and_all_get_the_same() -> None:
    store = CountingArtifactStore()
    cache, model = VectorCache(store, 10 * SIZE), published(store)
    store.gate.clear()
    with ThreadPoolExecutor(16) as pool:
        callers = [pool.submit(cache.get, model) for _ in range(16)]
        assert store.reached.wait(30)
        store.gate.set()
        found = [caller.result(30)[0] for caller in callers]
    assert len(store.reads) == 1
    assert len({id(vectors) for vectors in found}) == 1


@pytest.mark.parametrize("error", [StoreUnavailable("Away."), ArtifactDamaged("Torn.")])
def test_a_load_that_failed_is_tried_again_by_the_next(error: Exception) -> None:
    store = CountingArtifactStore()
    cache, model = VectorCache(store, 10 * SIZE), published(store)
    store.errors.put(error)
    with pytest.raises(type(error)):
        cache.get(model)
    assert cache.get(model)[1] is True
    assert len(store.reads) == 2


def test_the_least_recently_used_leaves_first() -> None:
    store = CountingArtifactStore()
    cache = VectorCache(store, 2 * SIZE)
    first, second, third = published(store), published(store), published(store)
    for model in (first, second, first, third):
        cache.get(model)
    assert [cache.get(model)[1] for model in (first, third, second)] == [False, False, True]


def test_what_is_larger_than_the_cache_is_answered_from_and_not_kept() -> None:
    store = CountingArtifactStore()
    cache, model = VectorCache(store, SIZE - 1), published(store)
    assert [cache.get(model)[1] for _ in range(2)] == [True, True]


def test_one_that_is_too_large_takes_no_other_with_it() -> None:
    store = CountingArtifactStore()
    small = published(store)
    cache = VectorCache(store, SIZE)
    cache.get(small)
    data, model = b"".join(encode(some_vectors(500))), a_model()
    artifact_id, size, sha256 = store.write(model.id, 1, [data])
    cache.get(Published(model.id, model.name, PublishedArtifact(artifact_id, size, sha256)))
    assert cache.get(small)[1] is False


def test_a_forgotten_model_is_loaded_anew() -> None:
    store = CountingArtifactStore()
    cache, model = VectorCache(store, 10 * SIZE), published(store)
    cache.get(model)
    cache.forget(model.model_id)
    cache.forget(model.model_id)
    assert cache.get(model)[1] is True


def test_a_model_forgotten_while_it_loads_is_not_kept() -> None:
    store = CountingArtifactStore()
    cache, model = VectorCache(store, 10 * SIZE), published(store)
    store.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        caller = pool.submit(cache.get, model)
        assert store.reached.wait(30)
        cache.forget(model.model_id)
        store.gate.set()
        assert caller.result(30)[1] is True
    assert cache.get(model)[1] is True
