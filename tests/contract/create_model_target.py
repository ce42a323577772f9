"""create_model as its `main.py` builds it, but for the launcher: a property-based run must not start hundreds of jobs.

Chosen by these tests only; `launches_nothing` is the one fake in a run that is otherwise the real thing.
"""

import os
from dataclasses import dataclass

from functions.create_model.handler import Creation
from ophicleide.domain.models import Model
from ophicleide.edge.framework import entry_point
from ophicleide.edge.function import Function
from ophicleide.settings import Settings
from ophicleide.stores.mongo import MongoConnection, MongoModelStore
from ophicleide.system import utc_now, uuid7


@dataclass(frozen=True)
class LaunchesNothing:
    """Keeps `ports.TrainingLauncher`: the job of every attempt is said to run, and none does."""

    def launch(self, model: Model) -> None:
        pass

    def cancel(self, model_id: str) -> None:
        pass


def build(settings: Settings) -> Function:
    connection = MongoConnection(settings.mongodb_uri, settings.database, settings.store_timeout_seconds)
    creation = Creation(
        MongoModelStore(connection), LaunchesNothing(), utc_now, uuid7, settings.max_urls, settings.launch_seconds
    )
    return Function("create_model", creation.operations(), settings.max_body_bytes, settings.max_batch_events)


create_model = entry_point(build, os.environ)
