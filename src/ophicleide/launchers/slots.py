"""How many local jobs train at once: a job takes one of a few slots before it starts Spark, first come first served.

Slots and places in the queue are locked files, so a job that dies in any way frees them.
"""

import time
from collections.abc import Callable
from pathlib import Path

from ophicleide.launchers.locks import held, is_taken, take

POLL_SECONDS = 1.0


def wait_for_slot(directory: Path, slots: int, ticket: str, still_wanted: Callable[[], bool]) -> int | None:
    """A descriptor that holds a slot until it is closed or the process ends; None where the job is no longer wanted.

    Tickets are served in their own order, and model ids rise with time.
    `still_wanted` is asked between looks, and is where the caller renews its lease.
    """
    queue = directory / "queue"
    queue.mkdir(parents=True, exist_ok=True)
    with held(queue / ticket, wait=True):  # another waiter may be looking whether we live
        try:
            while (slot := _free_slot(directory, slots, ticket)) is None and still_wanted():
                time.sleep(POLL_SECONDS)
        finally:
            (queue / ticket).unlink(missing_ok=True)
    return slot


def _free_slot(directory: Path, slots: int, ticket: str) -> int | None:
    if any(other.name < ticket and is_taken(other) for other in (directory / "queue").iterdir()):
        return None
    taken = (take(directory / f"slot-{number}") for number in range(slots))
    return next((slot for slot in taken if slot is not None), None)
