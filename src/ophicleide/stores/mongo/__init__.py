"""The stores on a server that speaks MongoDB's protocol: MongoDB, FerretDB, SecantusDB.

Built on what all of these do: atomic updates of single documents, unique indexes, and GridFS's layout of files.
Each is imported when it is first named, because some come with more than a cold answer can wait for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ophicleide.stores.mongo.aliases import MongoAliasStore
    from ophicleide.stores.mongo.artifacts import MongoArtifactStore
    from ophicleide.stores.mongo.connection import MongoConnection
    from ophicleide.stores.mongo.models import MongoModelStore
    from ophicleide.stores.mongo.neighbours import MongoNeighbourStore, MongoPublishedModels
    from ophicleide.stores.mongo.queries import MongoQueryStore

_HOMES = {
    "MongoAliasStore": "aliases",
    "MongoArtifactStore": "artifacts",
    "MongoConnection": "connection",
    "MongoModelStore": "models",
    "MongoNeighbourStore": "neighbours",
    "MongoPublishedModels": "neighbours",
    "MongoQueryStore": "queries",
}

__all__ = [
    "MongoAliasStore",
    "MongoArtifactStore",
    "MongoConnection",
    "MongoModelStore",
    "MongoNeighbourStore",
    "MongoPublishedModels",
    "MongoQueryStore",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
