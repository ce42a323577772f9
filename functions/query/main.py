"""What `query` is connected to."""

import gc
import os

from functions.query.kept_answers import KeptAnswers, Standing
from functions.query.nearest import Nearest
from functions.query.recall import Recall
from ophicleide.edge.framework import entry_point
from ophicleide.edge.messages import Handler
from ophicleide.garbage import uncollected
from ophicleide.settings import Settings
from ophicleide.stores.cache import VectorCache
from ophicleide.stores.mongo import MongoArtifactStore, MongoConnection, MongoNeighbourStore, MongoPublishedModels


def build(settings: Settings) -> Recall:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    vectors = VectorCache(MongoArtifactStore(connection), settings.cache_bytes)

    def rest() -> Handler:
        with uncollected():
            from functions.query import whole

            function = whole.build(settings, connection, vectors)
        gc.freeze()  # what was imported stays, and no collection need look at it
        return function

    standing, answers = Standing(MongoPublishedModels(connection)), KeptAnswers(settings.answer_cache_bytes)
    return Recall(standing, Nearest(MongoNeighbourStore(connection), vectors), answers, rest, settings.max_body_bytes)


query = entry_point(build, os.environ)
