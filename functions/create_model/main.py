"""What `create_model` is connected to."""

import os

from functions.create_model.handler import Creation
from ophicleide.edge.framework import entry_point
from ophicleide.edge.function import Function
from ophicleide.launchers.choice import launcher
from ophicleide.settings import Settings
from ophicleide.stores.mongo import MongoConnection, MongoModelStore
from ophicleide.system import utc_now, uuid7


def build(settings: Settings) -> Function:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    creation = Creation(
        models=MongoModelStore(connection),
        launcher=launcher(settings, os.environ),
        now=utc_now,
        new_id=uuid7,
        max_urls=settings.max_urls,
        launch_seconds=settings.launch_seconds,
    )
    return Function("create_model", creation.operations(), settings.max_body_bytes, settings.max_batch_events)


create_model = entry_point(build, os.environ)
