"""From which status each change may start, what it sets, and when a lease is dead."""

from datetime import timedelta

import pytest

from ophicleide.domain.events import EventType
from ophicleide.domain.lifecycle import Transition, delete, driver_lost, fail, heartbeat, lease_is_dead, publish, start
from ophicleide.domain.models import (
    PRIVATE_FIELDS,
    UNFINISHED,
    VISIBLE,
    Failure,
    FailureCode,
    Model,
    ModelStatus,
    Phase,
    Progress,
)
from ophicleide.stores.memory import MemoryModelStore
from tests.builders import NOW, a_model, a_result

LATER = NOW + timedelta(seconds=10)
HALFWAY = Progress(phase=Phase.TRAINING, fraction=0.5)
BROKEN = Failure(code=FailureCode.INTERNAL, detail="It broke.")

S = ModelStatus
TRANSITIONS: dict[str, tuple[Transition, set[ModelStatus]]] = {
    "start": (start(now=LATER, lease_seconds=45), {S.PENDING, S.TRAINING}),
    "heartbeat": (heartbeat(HALFWAY, now=LATER, lease_seconds=45), {S.TRAINING}),
    "publish": (publish(a_model(), a_result(), now=LATER), {S.TRAINING}),
    "fail": (fail(a_model(), BROKEN, now=LATER), {S.PENDING, S.TRAINING}),
    "delete": (delete(now=LATER), {S.PENDING, S.TRAINING, S.READY, S.FAILED, S.CANCELLED}),
}


def applied(transition: Transition, **fields: object) -> Model | None:
    """The model after the transition, by way of a store."""
    model = a_model().model_copy(update=fields)
    models = MemoryModelStore()
    models.add(model)
    return models.change(model.id, 1, transition)


@pytest.mark.parametrize("name", TRANSITIONS)
@pytest.mark.parametrize("status", ModelStatus)
def test_a_change_happens_from_its_statuses_and_from_no_other(name: str, status: ModelStatus) -> None:
    transition, allowed = TRANSITIONS[name]
    assert (applied(transition, status=status) is not None) == (status in allowed)


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_change_yields_a_valid_model_with_a_new_time(name: str) -> None:
    changed = applied(TRANSITIONS[name][0], status=S.TRAINING)
    assert changed is not None
    assert changed.updated_at == LATER
    assert Model.model_validate_json(changed.model_dump_json()) == changed


def test_a_new_model_is_pending_with_time_to_be_launched() -> None:
    model = a_model()
    assert (model.status, model.attempt, model.created_at) == (S.PENDING, 1, NOW)
    assert model.lease_expires_at == NOW + timedelta(seconds=60)
    assert (model.progress, model.failure, model.result, model.outbox) == (None, None, None, ())


def test_starting_shows_progress_and_takes_a_lease() -> None:
    started = applied(start(now=LATER, lease_seconds=45))
    assert started is not None
    assert (started.status, started.started_at) == (S.TRAINING, LATER)
    assert started.lease_expires_at == LATER + timedelta(seconds=45)
    assert started.progress == Progress(phase=Phase.STARTING, fraction=0)


def test_a_heartbeat_tells_progress_and_renews_the_lease() -> None:
    alive = applied(heartbeat(HALFWAY, now=LATER, lease_seconds=45), status=S.TRAINING, started_at=NOW)
    assert alive is not None
    assert (alive.status, alive.progress, alive.started_at) == (S.TRAINING, HALFWAY, NOW)
    assert alive.lease_expires_at == LATER + timedelta(seconds=45)


def test_publishing_finishes_with_a_result_and_something_to_tell() -> None:
    model = a_model().model_copy(update={"status": S.TRAINING, "progress": HALFWAY})
    models = MemoryModelStore()
    models.add(model)
    ready = models.change(model.id, 1, publish(model, a_result(), now=LATER))
    assert ready is not None
    assert (ready.status, ready.finished_at, ready.lease_expires_at, ready.progress) == (S.READY, LATER, None, None)
    assert ready.result is not None
    assert [(entry.event_id, entry.event_type) for entry in ready.outbox] == [
        (f"{model.id}.1.ready", EventType.MODEL_READY)
    ]


def test_failing_finishes_with_a_reason_and_something_to_tell() -> None:
    failed = applied(fail(a_model(), BROKEN, now=LATER), status=S.TRAINING)
    assert failed is not None
    assert (failed.status, failed.failure, failed.finished_at) == (S.FAILED, BROKEN, LATER)
    assert [entry.event_type for entry in failed.outbox] == [EventType.MODEL_FAILED]


def test_the_same_outcome_told_twice_has_the_same_id() -> None:
    model = a_model()
    first, second = fail(model, BROKEN, now=NOW).outcome, fail(model, BROKEN, now=LATER).outcome
    assert first is not None
    assert second is not None
    assert first.event_id == second.event_id


def test_another_attempt_has_another_outcome() -> None:
    model = a_model()
    again = model.model_copy(update={"attempt": 2})
    assert fail(model, BROKEN, now=NOW).outcome != fail(again, BROKEN, now=NOW).outcome


def test_a_lease_is_dead_after_its_end_and_not_at_it() -> None:
    model = a_model()
    assert model.lease_expires_at is not None
    assert not lease_is_dead(model, model.lease_expires_at)
    assert lease_is_dead(model, model.lease_expires_at + timedelta(milliseconds=1))


@pytest.mark.parametrize("status", VISIBLE - UNFINISHED)
def test_what_is_finished_has_no_lease(status: ModelStatus) -> None:
    model = a_model().model_copy(update={"status": status})
    assert not lease_is_dead(model, NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("status", "code"), [(S.PENDING, FailureCode.LAUNCH_FAILED), (S.TRAINING, FailureCode.DRIVER_LOST)]
)
def test_a_lost_driver_is_told_by_whether_it_was_ever_seen(status: ModelStatus, code: FailureCode) -> None:
    assert driver_lost(a_model().model_copy(update={"status": status})).code is code


def test_private_fields_are_fields_of_a_model() -> None:
    assert set(Model.model_fields) > PRIVATE_FIELDS
