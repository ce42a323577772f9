"""Names and what they are pinned to, a document each; every change replaces one revision by the next."""

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from ophicleide.domain.aliases import Alias
from ophicleide.domain.ports import AliasPage, Page
from ophicleide.stores.mongo.connection import Document, MongoConnection
from ophicleide.stores.mongo.models import ALIASES


class MongoAliasStore:
    def __init__(self, connection: MongoConnection) -> None:
        self._connection = connection

    def get(self, name: str) -> Alias | None:
        with self._connection.request() as database:
            document = database[ALIASES].find_one({"_id": name})
        return None if document is None else _value(document)

    def find(self, page: Page) -> AliasPage:
        wanted = {"_id": {"$gt": page.cursor or ""}, "model_id": {"$exists": True}}
        with self._connection.request() as database:
            found = list(database[ALIASES].find(wanted, sort=[("_id", ASCENDING)], limit=page.limit + 1))
        aliases = tuple(_value(document) for document in found[: page.limit])
        return AliasPage(aliases=aliases, next_cursor=aliases[-1].name if len(found) > page.limit else None)

    def put(self, alias: Alias, revision: int | None) -> bool:
        document = _document(alias)
        with self._connection.request() as database:
            if revision is not None:
                condition = {"_id": alias.name, "revision": revision}
                return database[ALIASES].find_one_and_replace(condition, document) is not None
            try:
                database[ALIASES].insert_one(document)
            except DuplicateKeyError:
                return False
        return True


def _document(alias: Alias) -> Document:
    """Without the model where there is none, so that those which are pinned can be found by its presence."""
    fields = {key: field for key, field in alias.model_dump().items() if field is not None}
    return {"_id": fields.pop("name"), **fields}


def _value(document: Document) -> Alias:
    return Alias.model_validate({"model_id": None, **document, "name": document["_id"]}, extra="ignore")
