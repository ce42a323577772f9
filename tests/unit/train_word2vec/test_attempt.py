"""The lease of an attempt: held while the work goes on, given up when it is taken away."""

from datetime import timedelta
from threading import Event

import pytest

from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.lifecycle import Transition, delete, start
from ophicleide.domain.models import FailureCode, Model, ModelStatus, Phase, Progress
from ophicleide.stores.memory import MemoryModelStore
from ophicleide.system import utc_now
from spark_jobs.train_word2vec.attempt import Attempt
from spark_jobs.train_word2vec.failures import DRIVER_STOPPED, JobFailed, Stopped
from tests.builders import a_model

PROGRESS = Progress(phase=Phase.TRAINING, fraction=0.5)


class FlakyStore(MemoryModelStore):
    """A store that is away for a number of changes."""

    def __init__(self) -> None:
        super().__init__()
        self.failures_to_come = 0
        self.refused = Event()

    def change(self, model_id: str, attempt: int, transition: Transition) -> Model | None:
        if self.failures_to_come:
            self.failures_to_come -= 1
            self.refused.set()
            raise StoreUnavailable("The store is away.")
        return super().change(model_id, attempt, transition)


@pytest.fixture
def store() -> FlakyStore:
    return FlakyStore()


def attempt_at(store: MemoryModelStore, model: Model, number: int = 1, **more: float) -> Attempt:
    seconds = {"lease_seconds": 30.0, "heartbeat_seconds": 0.01, "deadline_seconds": 60.0, **more}
    return Attempt(store, utc_now, model.id, number, **seconds)


def waited_for_stop(attempt: Attempt) -> None:
    stopped = Event()
    attempt.on_stop = stopped.set
    attempt.keep_alive(lambda: PROGRESS)
    assert stopped.wait(10)
    attempt.end()


def test_a_heartbeat_renews_the_lease_and_writes_the_progress(store: FlakyStore) -> None:
    model = store.add(a_model())
    attempt = attempt_at(store, model)
    attempt.take_up()
    told = Event()

    def progress() -> Progress:
        told.set()
        return PROGRESS

    attempt.keep_alive(progress)
    assert told.wait(10)
    attempt.end()

    kept = store.get(model.id)
    assert kept is not None
    assert kept.progress == PROGRESS
    assert kept.lease_expires_at is not None
    assert kept.lease_expires_at > utc_now() + timedelta(seconds=20)


@pytest.mark.parametrize("number", [2, 0])
def test_another_attempts_number_takes_nothing_up(store: FlakyStore, number: int) -> None:
    model = store.add(a_model())

    with pytest.raises(Stopped):
        attempt_at(store, model, number).take_up()

    assert store.get(model.id) == model


def test_deletion_stops_the_work_quietly(store: FlakyStore) -> None:
    model = store.add(a_model())
    attempt = attempt_at(store, model)
    attempt.take_up()
    store.change(model.id, 1, delete(now=utc_now()))

    waited_for_stop(attempt)

    with pytest.raises(Stopped):
        attempt.check()


def test_a_short_outage_of_the_store_is_survived(store: FlakyStore) -> None:
    model = store.add(a_model())
    attempt = attempt_at(store, model)
    attempt.take_up()
    store.failures_to_come = 2
    attempt.keep_alive(lambda: PROGRESS)
    assert store.refused.wait(10)
    attempt.end()

    attempt.check()
    failed = attempt.fail(model, DRIVER_STOPPED)
    assert failed is not None
    assert failed.status is ModelStatus.FAILED


def test_an_outcome_is_written_although_the_store_is_away_for_a_moment(store: FlakyStore) -> None:
    model = store.add(a_model())
    store.change(model.id, 1, start(now=utc_now(), lease_seconds=30))
    store.failures_to_come = 2

    assert attempt_at(store, model).fail(model, DRIVER_STOPPED) is not None


def test_an_outage_longer_than_the_lease_ends_the_attempt(store: FlakyStore) -> None:
    model = store.add(a_model())
    attempt = attempt_at(store, model, lease_seconds=0.05)
    attempt.take_up()
    store.failures_to_come = 1_000_000

    waited_for_stop(attempt)

    with pytest.raises(Stopped):
        attempt.check()


def test_the_deadline_is_a_failure_with_its_setting(store: FlakyStore) -> None:
    model = store.add(a_model())
    attempt = attempt_at(store, model, deadline_seconds=0.01)
    attempt.take_up()

    waited_for_stop(attempt)

    with pytest.raises(JobFailed) as failed:
        attempt.check()
    assert failed.value.failure.code is FailureCode.DEADLINE
    assert "OPHICLEIDE_DEADLINE_SECONDS" in failed.value.failure.detail


def test_the_first_reason_to_stop_is_told(store: FlakyStore) -> None:
    attempt = attempt_at(store, a_model())
    attempt.stop(DRIVER_STOPPED)
    attempt.stop(DRIVER_STOPPED.model_copy(update={"detail": "later"}))

    with pytest.raises(JobFailed) as failed:
        attempt.check()
    assert failed.value.failure == DRIVER_STOPPED
