"""What `set_alias` is connected to."""

import os

from functions.set_alias.handler import Aliasing
from ophicleide.edge.framework import entry_point
from ophicleide.edge.function import Function
from ophicleide.edge.sink import sink_at
from ophicleide.settings import Settings
from ophicleide.stores.mongo import MongoAliasStore, MongoConnection, MongoModelStore
from ophicleide.system import utc_now


def build(settings: Settings) -> Function:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    models, aliases = MongoModelStore(connection), MongoAliasStore(connection)
    aliasing = Aliasing(models, aliases, sink_at(settings.sink_url), utc_now)
    return Function("set_alias", aliasing.operations(), settings.max_body_bytes, settings.max_batch_events)


set_alias = entry_point(build, os.environ)
