"""What `query` is connected to."""

import gc
import os

from functions.query.kept_answers import KeptAnswers, Standing
from functions.query.recall import Recall
from ophicleide.edge.framework import entry_point
from ophicleide.edge.messages import Handler
from ophicleide.settings import Settings
from ophicleide.stores.mongo import MongoConnection, MongoNeighbourStore, MongoPublishedModels


def build(settings: Settings) -> Recall:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)

    def rest() -> Handler:
        gc.disable()  # as during the server's own start: imports make no garbage worth a collection
        try:
            from functions.query import whole

            return whole.build(settings, connection)
        finally:
            gc.freeze()
            gc.enable()

    standing, answers = Standing(MongoPublishedModels(connection)), KeptAnswers(settings.answer_cache_bytes)
    return Recall(standing, MongoNeighbourStore(connection), answers, rest, settings.max_body_bytes)


query = entry_point(build, os.environ)
