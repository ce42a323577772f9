"""What `list_models` is connected to."""

import os

from functions.list_models.handler import Listing
from ophicleide.edge.framework import entry_point
from ophicleide.edge.function import Function
from ophicleide.settings import Settings
from ophicleide.stores.mongo import MongoConnection, MongoModelStore
from ophicleide.system import utc_now


def build(settings: Settings) -> Function:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    listing = Listing(models=MongoModelStore(connection), now=utc_now)
    return Function("list_models", listing.operations(), settings.max_body_bytes, settings.max_batch_events)


list_models = entry_point(build, os.environ)
