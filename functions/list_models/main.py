"""What `list_models` is connected to."""

import os

from functions.list_models.aliases import AliasListing
from functions.list_models.exporting import Exporting
from functions.list_models.handler import Listing
from ophicleide.edge.framework import entry_point
from ophicleide.edge.function import Function
from ophicleide.settings import Settings
from ophicleide.stores.mongo import MongoAliasStore, MongoArtifactStore, MongoConnection, MongoModelStore
from ophicleide.system import utc_now


def build(settings: Settings) -> Function:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    models = MongoModelStore(connection)
    listing = Listing(models=models, now=utc_now)
    origins = frozenset(filter(None, (origin.strip() for origin in settings.export_origins.split(","))))
    exporting = Exporting(models=models, artifacts=MongoArtifactStore(connection), now=utc_now, origins=origins)
    aliases = AliasListing(aliases=MongoAliasStore(connection))
    operations = (*listing.operations(), *exporting.operations(), *aliases.operations())
    return Function("list_models", operations, settings.max_body_bytes, settings.max_batch_events)


list_models = entry_point(build, os.environ)
