"""What `query` is connected to."""

import os

from functions.query.answering import Answering
from functions.query.asking import Asking
from functions.query.handler import Querying
from functions.query.keeping import Keeping
from ophicleide.edge.framework import entry_point
from ophicleide.edge.function import Function
from ophicleide.settings import Settings
from ophicleide.stores.cache import VectorCache
from ophicleide.stores.mongo import MongoArtifactStore, MongoConnection, MongoModelStore, MongoQueryStore
from ophicleide.system import utc_now, uuid7


def build(settings: Settings) -> Function:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    vectors = VectorCache(MongoArtifactStore(connection), settings.cache_bytes)
    answering = Answering(models=MongoModelStore(connection), vectors=vectors, now=utc_now)
    keeping = Keeping(answering=answering, queries=MongoQueryStore(connection), new_id=uuid7)
    querying = Querying(asking=Asking(answering, settings.max_batch_queries), keeping=keeping)
    return Function("query", querying.operations(), settings.max_body_bytes, settings.max_batch_events)


query = entry_point(build, os.environ)
