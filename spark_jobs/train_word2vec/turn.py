"""Waiting for a turn before Spark is started, where few jobs may train at once on one machine.

The wait holds the attempt's lease; nothing of Spark is loaded meanwhile.
"""

from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.lifecycle import wait_in_line
from ophicleide.domain.ports import Clock, ModelStore
from ophicleide.launchers.slots import wait_for_slot
from ophicleide.settings import Settings


def wait_for_turn(settings: Settings, models: ModelStore, clock: Clock, model_id: str, attempt: int) -> bool:
    """Whether the job may go on: false where the model was deleted or finished meanwhile. The slot is held to the process's end."""
    if settings.launcher != "local":
        return True

    def still_wanted() -> bool:
        try:
            waiting = wait_in_line(now=clock(), lease_seconds=settings.lease_seconds)
            return models.change(model_id, attempt, waiting) is not None
        except StoreUnavailable:
            return True  # the lease tells in the end

    ticket = f"{model_id}.{attempt}"
    return wait_for_slot(settings.jobs_directory, settings.concurrent_jobs, ticket, still_wanted) is not None
