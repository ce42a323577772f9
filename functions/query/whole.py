"""What the whole of `query` is connected to; imported when a request first needs more than `recall.py`."""

from functions.query.answering import Answering
from functions.query.asking import Asking
from functions.query.handler import Querying
from functions.query.keeping import Keeping
from ophicleide.edge.function import Function
from ophicleide.settings import Settings
from ophicleide.stores.cache import VectorCache
from ophicleide.stores.mongo import MongoConnection, MongoModelStore, MongoQueryStore
from ophicleide.system import utc_now, uuid7


def build(settings: Settings, connection: MongoConnection, vectors: VectorCache) -> Function:
    answering = Answering(models=MongoModelStore(connection), vectors=vectors, now=utc_now)
    keeping = Keeping(answering=answering, queries=MongoQueryStore(connection), new_id=uuid7)
    querying = Querying(asking=Asking(answering, settings.max_batch_queries), keeping=keeping)
    return Function("query", querying.operations(), settings.max_body_bytes, settings.max_batch_events)
