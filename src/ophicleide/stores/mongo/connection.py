"""One process's connection to the document store: opened on first use, bounded in time, recovering by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import pymongo
from bson.codec_options import CodecOptions
from pymongo import IndexModel, MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DocumentTooLarge, PyMongoError
from pymongo.write_concern import WriteConcern

from ophicleide.domain.errors import FieldProblem, InvalidRequest, StoreUnavailable
from ophicleide.settings import SettingsError

Document = dict[str, Any]

DURABLE = WriteConcern("majority", j=True)
"""An answered write is on disk: without `j` SecantusDB forgets the last ones when it is killed, and MongoDB may be set so."""

SILENCE_SECONDS = 30.0
"""How long the server may be silent within a transfer that has no time limit as a whole."""


class MongoConnection:
    """Shared by the stores of one process; making one opens nothing, so a server may fork after it.

    Raises `SettingsError` for a URI that cannot be used, without repeating the URI: it may hold a password.
    """

    def __init__(self, uri: str, database: str, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._indexed: set[str] = set()
        milliseconds = int(timeout_seconds * 1000) or 1
        try:
            client: MongoClient[Document] = MongoClient(
                uri,
                connect=False,
                appname="ophicleide",
                serverSelectionTimeoutMS=milliseconds,
                connectTimeoutMS=milliseconds,
                socketTimeoutMS=int(max(timeout_seconds, SILENCE_SECONDS) * 1000),
            )
            self._database: Database[Document] = client.get_database(
                database,
                codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
                write_concern=DURABLE,
            )
        except (PyMongoError, ValueError, TypeError):
            raise SettingsError("MONGODB_URI: not a URI of a MongoDB server, or its options do not fit") from None

    @contextmanager
    def request(self) -> Iterator[Database[Document]]:
        """For small requests: everything inside ends within the timeout, or `StoreUnavailable` is raised."""
        with _translated(), pymongo.timeout(self._timeout_seconds):
            yield self._database

    @contextmanager
    def transfer(self) -> Iterator[Database[Document]]:
        """For artifacts: as long as it takes, as long as the server is not silent."""
        with _translated():
            yield self._database

    def index(self, collection: Collection[Document], indexes: list[IndexModel]) -> None:
        """Create the collection's indexes, once a process; where two do it at once, the server makes them once.

        No lock: while the store is away, callers would wait for each other's timeouts.
        """
        if collection.name not in self._indexed:
            collection.create_indexes(indexes)
            self._indexed.add(collection.name)

    def close(self) -> None:
        self._database.client.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DocumentTooLarge as error:
        problem = FieldProblem("", "the request is larger than one document of the store; give fewer or shorter URLs")
        raise InvalidRequest([problem]) from error
    except PyMongoError as error:
        raise StoreUnavailable("The document store did not answer. Try again in a moment.") from error
