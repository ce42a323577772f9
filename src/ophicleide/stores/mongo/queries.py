"""Kept queries with their answers, one document each."""

from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ophicleide.domain.forms import KeptQuery
from ophicleide.domain.names import is_id
from ophicleide.domain.ports import Page, QueryPage
from ophicleide.stores.mongo import documents
from ophicleide.stores.mongo.connection import Document, MongoConnection
from ophicleide.stores.pages import cut, last_seen

INDEXES = [
    IndexModel("idempotency_key", name="idempotency_key", unique=True, sparse=True),
    IndexModel([("model_id", 1), ("_id", -1)], name="model_id"),
    IndexModel("other_model_id", name="other_model_id", sparse=True),
]


class MongoQueryStore:
    def __init__(self, connection: MongoConnection) -> None:
        self._connection = connection

    def add(self, query: KeptQuery, idempotency_key: str | None = None) -> KeptQuery:
        with self._connection.request() as database:
            self._connection.index(database.queries, INDEXES)
            try:
                database.queries.insert_one(documents.of_query(query, idempotency_key))
            except DuplicateKeyError:
                taken: list[Document] = [{"_id": query.id}]
                if idempotency_key is not None:
                    taken.append({"idempotency_key": idempotency_key})
                holder = database.queries.find_one({"$or": taken})
                if holder is None:
                    raise
                return documents.to_query(holder)
        return query

    def get(self, query_id: str) -> KeptQuery | None:
        if not is_id(query_id):
            return None
        with self._connection.request() as database:
            document = database.queries.find_one({"_id": query_id})
        return None if document is None else documents.to_query(document)

    def find(self, model_id: str | None, page: Page) -> QueryPage:
        below = last_seen(page)
        condition: Document = {} if model_id is None else {"model_id": model_id}
        if below is not None:
            condition["_id"] = {"$lt": below}
        with self._connection.request() as database:
            found = list(database.queries.find(condition, sort=[("_id", DESCENDING)], limit=page.limit + 1))
        shown, cursor = cut([documents.to_query(document) for document in found], page.limit)
        return QueryPage(queries=shown, next_cursor=cursor)

    def remove(self, model_id: str) -> None:
        with self._connection.request() as database:
            database.queries.delete_many({"$or": [{"model_id": model_id}, {"other_model_id": model_id}]})
