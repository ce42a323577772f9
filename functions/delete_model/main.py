"""What `delete_model` is connected to."""

import os

from functions.delete_model.handler import Deletion
from ophicleide.edge.framework import entry_point
from ophicleide.edge.function import Function
from ophicleide.launchers.choice import launcher
from ophicleide.settings import Settings
from ophicleide.stores.mongo import (
    MongoArtifactStore,
    MongoConnection,
    MongoModelStore,
    MongoNeighbourStore,
    MongoQueryStore,
)
from ophicleide.system import utc_now


def build(settings: Settings) -> Function:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    deletion = Deletion(
        models=MongoModelStore(connection),
        artifacts=MongoArtifactStore(connection),
        neighbours=MongoNeighbourStore(connection),
        queries=MongoQueryStore(connection),
        launcher=launcher(settings, os.environ),
        now=utc_now,
    )
    return Function("delete_model", deletion.operations(), settings.max_body_bytes, settings.max_batch_events)


delete_model = entry_point(build, os.environ)
