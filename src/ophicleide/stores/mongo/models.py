"""Models as documents: one a model, each change one conditional update."""

from collections.abc import Collection

from pymongo import DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from ophicleide.domain.lifecycle import Transition
from ophicleide.domain.models import Model, ModelStatus
from ophicleide.domain.names import is_id
from ophicleide.domain.ports import ModelFilter, ModelPage, Page
from ophicleide.stores.mongo import documents
from ophicleide.stores.mongo.connection import Document, MongoConnection
from ophicleide.stores.pages import cut, last_seen

INDEXES = [
    IndexModel("idempotency_key", name="idempotency_key", unique=True, sparse=True),
    IndexModel([("name", 1), ("status", 1), ("_id", -1)], name="name_status_id"),
    IndexModel([("status", 1), ("_id", -1)], name="status_id"),
    IndexModel([("label_pairs", 1), ("_id", -1)], name="label_pairs_id"),
]
ALIASES = "aliases"
HIDDEN = ModelStatus.DELETED.value


class MongoModelStore:
    def __init__(self, connection: MongoConnection) -> None:
        self._connection = connection

    def add(self, model: Model) -> Model:
        with self._connection.request() as database:
            self._connection.index(database.models, INDEXES)
            try:
                database.models.insert_one(documents.of_model(model))
            except DuplicateKeyError:
                taken: list[Document] = [{"_id": model.id}]
                if model.idempotency_key is not None:
                    taken.append({"idempotency_key": model.idempotency_key})
                holder = database.models.find_one({"$or": taken})
                if holder is None:
                    raise
                return documents.to_model(holder)
        return model

    def get(self, model_id: str) -> Model | None:
        return self._newest({"_id": model_id}) if is_id(model_id) else None

    def pinned(self, name: str) -> Model | None:
        with self._connection.request() as database:
            alias = database[ALIASES].find_one({"_id": name, "model_id": {"$exists": True}}, {"model_id": 1})
        return None if alias is None else self.get(alias["model_id"])

    def newest_ready(self, name: str) -> Model | None:
        return self._newest({"name": name, "status": ModelStatus.READY.value})

    def newest(self, name: str) -> Model | None:
        return self._newest({"name": name, "status": {"$ne": HIDDEN}})

    def find(self, wanted: ModelFilter, page: Page) -> ModelPage:
        if wanted.status is ModelStatus.DELETED:
            return ModelPage(models=())
        condition = _condition(wanted, last_seen(page))
        with self._connection.request() as database:
            found = list(database.models.find(condition, sort=[("_id", DESCENDING)], limit=page.limit + 1))
        shown, cursor = cut([documents.to_model(document) for document in found], page.limit)
        return ModelPage(models=shown, next_cursor=cursor)

    def count(self, statuses: Collection[ModelStatus]) -> int:
        with self._connection.request() as database:
            return database.models.count_documents({"status": {"$in": [status.value for status in statuses]}})

    def change(self, model_id: str, attempt: int, transition: Transition) -> Model | None:
        expected = [status.value for status in transition.expected]
        with self._connection.request() as database:
            changed = database.models.find_one_and_update(
                {"_id": model_id, "attempt": attempt, "status": {"$in": expected}},
                documents.update_of(transition),
                return_document=ReturnDocument.AFTER,
            )
        return None if changed is None else documents.to_model(changed)

    def settle_outcome(self, model_id: str, event_id: str) -> None:
        with self._connection.request() as database:
            database.models.update_one({"_id": model_id}, {"$pull": {"outbox": {"event_id": event_id}}})

    def _newest(self, condition: Document) -> Model | None:
        with self._connection.request() as database:
            document = database.models.find_one(condition, sort=[("_id", DESCENDING)])
        return None if document is None else documents.to_model(document)


def _condition(wanted: ModelFilter, below: str | None) -> Document:
    condition: Document = {"status": wanted.status.value if wanted.status else {"$ne": HIDDEN}}
    if wanted.name is not None:
        condition["name"] = wanted.name
    if wanted.labels:
        condition["label_pairs"] = {"$all": [documents.label_pair(*item) for item in wanted.labels.items()]}
    if below is not None:
        condition["_id"] = {"$lt": below}
    return condition
