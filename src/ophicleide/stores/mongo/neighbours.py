"""Neighbours of frequent words, one small document a word; and the models whose they are, read as little as can be.

No pydantic here: these two reads are all that a cold answer waits for.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from bson import Binary
from pymongo import DESCENDING
from pymongo.database import Database

from ophicleide.domain.ids import is_id
from ophicleide.domain.published import Published, PublishedArtifact
from ophicleide.stores.mongo.connection import Document, MongoConnection

RECORDS_AT_ONCE = 1000
READY = {"status": "ready"}
OF_MODELS = {"name": 1, "result.artifact": 1}


class MongoNeighbourStore:
    """`_id` is `<artifact id>/<word>`, and an artifact's id starts with its model's."""

    def __init__(self, connection: MongoConnection) -> None:
        self._connection = connection

    def write(self, artifact_id: str, records: Iterable[tuple[str, bytes]]) -> None:
        documents = ({"_id": f"{artifact_id}/{word}", "neighbours": Binary(record)} for word, record in records)
        for batch in _batches(documents):
            with self._connection.transfer() as database:
                database.neighbours.insert_many(batch, ordered=False)

    def read(self, artifact_id: str, word: str) -> bytes | None:
        with self._connection.request() as database:
            document = database.neighbours.find_one({"_id": f"{artifact_id}/{word}"})
        return None if document is None else bytes(document["neighbours"])

    def remove(self, model_id: str) -> None:
        with self._connection.transfer() as database:
            # "/" follows "." in ASCII
            database.neighbours.delete_many({"_id": {"$gte": f"{model_id}.", "$lt": f"{model_id}/"}})


class MongoPublishedModels:
    def __init__(self, connection: MongoConnection) -> None:
        self._connection = connection

    def published(self, ref: str) -> Published | None:
        with self._connection.request() as database:
            for condition in _meanings(database, ref):
                if model := database.models.find_one({**condition, **READY}, OF_MODELS, sort=[("_id", DESCENDING)]):
                    file = model["result"]["artifact"]
                    found = PublishedArtifact(file["id"], file["bytes"], file["sha256"])
                    return Published(model["_id"], model["name"], found)
        return None


def _meanings(database: Database[Document], ref: str) -> Iterator[Document]:
    """Which models a reference may stand for, the first that is ready being meant: an id's, a pinned one, the newest of that name."""
    if is_id(ref):
        yield {"_id": ref}
        return
    if alias := database.aliases.find_one({"_id": ref, "model_id": {"$exists": True}}, {"model_id": 1}):
        yield {"_id": alias["model_id"]}
    yield {"name": ref}


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(documents, RECORDS_AT_ONCE)):
        yield batch
