"""Vectors that an instance keeps in memory: each model loaded once, bounded in bytes, the least recently used leaves first."""

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING

from ophicleide.garbage import uncollected

if TYPE_CHECKING:
    from ophicleide.domain.ports import ArtifactStore
    from ophicleide.domain.published import Published
    from ophicleide.domain.vectors import WordVectors


class VectorCache:
    """Safe for threads. One caller loads a model while the others wait for it; a failed load is not kept."""

    def __init__(self, artifacts: "ArtifactStore", cache_bytes: int) -> None:
        self._artifacts = artifacts
        self._cache_bytes = cache_bytes
        self._loads: OrderedDict[str, Future[WordVectors]] = OrderedDict()
        self._lock = Lock()

    def get(self, model: "Published") -> "tuple[WordVectors, bool, float]":
        """The model's vectors, whether this caller had to wait for a load, and how many seconds it waited.

        Raises what loading raises: `StoreUnavailable`, `ArtifactDamaged`.
        """
        started = perf_counter()
        with self._lock:
            load = self._loads.get(model.model_id)
            cold, mine = load is None or not load.done(), load is None
            if load is None:
                load = self._loads[model.model_id] = Future()
            self._loads.move_to_end(model.model_id)
        if mine:
            self._load(model, load)
        vectors = load.result()
        return vectors, cold, perf_counter() - started if cold else 0.0

    def forget(self, model_id: str) -> None:
        """Drop the model's vectors; a load under way still answers those who wait for it, and is not kept."""
        with self._lock:
            self._loads.pop(model_id, None)

    def _load(self, model: "Published", load: "Future[WordVectors]") -> None:
        try:
            vectors = self._decoded(model)
        except BaseException as error:  # noqa: BLE001 - whatever ended it, those who wait must hear of it
            with self._lock:
                if self._loads.get(model.model_id) is load:
                    del self._loads[model.model_id]
            load.set_exception(error)
        else:
            load.set_result(vectors)
            self._shrink(model.model_id)

    def _decoded(self, model: "Published") -> "WordVectors":
        with ThreadPoolExecutor(1) as reader:
            data = reader.submit(self._artifacts.read, model.artifact)
            with uncollected():
                from ophicleide.domain import artifact  # numpy comes with it, and comes while the bytes do
            return artifact.decode(data.result())

    def _shrink(self, newest: str) -> None:
        """Only finished loads count and leave; one larger than the whole cache is answered from and not kept."""
        with self._lock:
            sizes = {key: load.result().size_bytes for key, load in self._loads.items() if load.done()}
            if sizes.get(newest, 0) > self._cache_bytes:
                del self._loads[newest], sizes[newest]
            total = sum(sizes.values())
            for key, size in sizes.items():
                if total <= self._cache_bytes:
                    break
                del self._loads[key]
                total -= size
