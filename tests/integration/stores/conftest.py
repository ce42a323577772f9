"""Each store twice: in memory, and on the embedded server over a socket."""

from collections.abc import Iterator
from typing import Any

import pytest

from ophicleide.domain.ports import AliasStore, ArtifactStore, ModelStore, NeighbourStore, PublishedModels, QueryStore
from ophicleide.stores.memory import (
    MemoryAliasStore,
    MemoryArtifactStore,
    MemoryModelStore,
    MemoryNeighbourStore,
    MemoryPublishedModels,
    MemoryQueryStore,
)
from ophicleide.stores.mongo import (
    MongoAliasStore,
    MongoArtifactStore,
    MongoConnection,
    MongoModelStore,
    MongoNeighbourStore,
    MongoPublishedModels,
    MongoQueryStore,
)

TIMEOUT_SECONDS = 20.0


@pytest.fixture(scope="session")
def connection(document_store: Any) -> Iterator[MongoConnection]:
    connection = MongoConnection(document_store.uri, "stores", TIMEOUT_SECONDS)
    yield connection
    connection.close()


@pytest.fixture(params=["memory", "mongo"])
def models(request: pytest.FixtureRequest) -> ModelStore:
    if request.param == "memory":
        return MemoryModelStore()
    return MongoModelStore(request.getfixturevalue("connection"))


@pytest.fixture(params=["memory", "mongo"])
def artifacts(request: pytest.FixtureRequest) -> ArtifactStore:
    if request.param == "memory":
        return MemoryArtifactStore()
    return MongoArtifactStore(request.getfixturevalue("connection"))


@pytest.fixture(params=["memory", "mongo"])
def queries(request: pytest.FixtureRequest) -> QueryStore:
    if request.param == "memory":
        return MemoryQueryStore()
    return MongoQueryStore(request.getfixturevalue("connection"))


@pytest.fixture(params=["memory", "mongo"])
def neighbours(request: pytest.FixtureRequest) -> NeighbourStore:
    if request.param == "memory":
        return MemoryNeighbourStore()
    return MongoNeighbourStore(request.getfixturevalue("connection"))


@pytest.fixture(params=["memory", "mongo"])
def named(request: pytest.FixtureRequest) -> tuple[AliasStore, ModelStore]:
    """An alias store, and the model store that looks names up in it."""
    if request.param == "memory":
        aliases = MemoryAliasStore()
        return aliases, MemoryModelStore(aliases)
    connection = request.getfixturevalue("connection")
    return MongoAliasStore(connection), MongoModelStore(connection)


@pytest.fixture(params=["memory", "mongo"])
def published_reads(request: pytest.FixtureRequest) -> tuple[AliasStore, ModelStore, PublishedModels]:
    """A reader of published models, with the stores that it reads from."""
    if request.param == "memory":
        aliases = MemoryAliasStore()
        models = MemoryModelStore(aliases)
        return aliases, models, MemoryPublishedModels(models)
    connection = request.getfixturevalue("connection")
    return MongoAliasStore(connection), MongoModelStore(connection), MongoPublishedModels(connection)
