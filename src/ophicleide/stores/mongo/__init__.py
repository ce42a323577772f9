"""The stores on a server that speaks MongoDB's protocol: MongoDB, FerretDB, SecantusDB.

Built on what all of these do: atomic updates of single documents, unique indexes, and GridFS's layout of files.
"""

from ophicleide.stores.mongo.artifacts import MongoArtifactStore
from ophicleide.stores.mongo.connection import MongoConnection
from ophicleide.stores.mongo.models import MongoModelStore
from ophicleide.stores.mongo.queries import MongoQueryStore

__all__ = ["MongoArtifactStore", "MongoConnection", "MongoModelStore", "MongoQueryStore"]
