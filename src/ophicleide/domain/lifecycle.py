"""The life of a model: the rules by which it changes, and when its job counts as lost.

Every change is a `Transition`: the statuses it may start from and the fields it sets.
A store applies it as one conditional update, so a late or doubled writer changes nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from ophicleide.domain.models import (
    UNFINISHED,
    VISIBLE,
    CreateModel,
    Failure,
    FailureCode,
    Model,
    ModelStatus,
    OutboxEntry,
    Phase,
    Progress,
    TrainingResult,
)
from ophicleide.domain.values import Value


class Transition(Value):
    """A change that holds only while the model's status is one of `expected` and its attempt is unchanged.

    `changes` maps names of `Model`'s fields to their new values.
    """

    expected: frozenset[ModelStatus]
    changes: dict[str, Any]
    outcome: OutboxEntry | None = None


def new_model(
    request: CreateModel, *, model_id: str, now: datetime, launch_seconds: float, idempotency_key: str | None = None
) -> Model:
    """A pending model whose launch must show life within `launch_seconds`."""
    return Model(
        id=model_id,
        name=request.name,
        vectors=request.vectors,
        urls=request.urls,
        parameters=request.parameters,
        labels=request.labels,
        status=ModelStatus.PENDING,
        created_at=now,
        updated_at=now,
        lease_expires_at=now + timedelta(seconds=launch_seconds),
        idempotency_key=idempotency_key,
        fingerprint=request.fingerprint(),
    )


def wait_in_line(*, now: datetime, lease_seconds: float) -> Transition:
    """The job lives but may not start yet, because others train; where it no longer applies, the job must stop."""
    return Transition(
        expected=UNFINISHED,
        changes={"updated_at": now, "lease_expires_at": now + timedelta(seconds=lease_seconds)},
    )


def start(*, now: datetime, lease_seconds: float) -> Transition:
    """The driver took the attempt up. Also from `training`: a driver that was restarted takes its own attempt up again."""
    return Transition(
        expected=UNFINISHED,
        changes={
            "status": ModelStatus.TRAINING,
            "started_at": now,
            "updated_at": now,
            "lease_expires_at": now + timedelta(seconds=lease_seconds),
            "progress": Progress(phase=Phase.STARTING, fraction=0),
        },
    )


def heartbeat(progress: Progress, *, now: datetime, lease_seconds: float) -> Transition:
    """The driver lives; told every few seconds. Where it no longer applies, the driver must stop."""
    return Transition(
        expected=frozenset({ModelStatus.TRAINING}),
        changes={"progress": progress, "updated_at": now, "lease_expires_at": now + timedelta(seconds=lease_seconds)},
    )


def publish(model: Model, result: TrainingResult, *, now: datetime) -> Transition:
    return _finish(model, ModelStatus.READY, frozenset({ModelStatus.TRAINING}), now, {"result": result})


def fail(model: Model, failure: Failure, *, now: datetime) -> Transition:
    return _finish(model, ModelStatus.FAILED, UNFINISHED, now, {"failure": failure})


def delete(*, now: datetime) -> Transition:
    return Transition(
        expected=VISIBLE,
        changes={
            "status": ModelStatus.DELETED,
            "updated_at": now,
            "finished_at": now,
            "progress": None,
            "lease_expires_at": None,
            "outbox": (),
        },
    )


def lease_is_dead(model: Model, now: datetime) -> bool:
    return model.status in UNFINISHED and model.lease_expires_at is not None and model.lease_expires_at < now


def driver_lost(model: Model) -> Failure:
    """The failure of a model whose lease is dead; what to do differs by whether the job was ever seen."""
    if model.status is ModelStatus.PENDING:
        return Failure(
            code=FailureCode.LAUNCH_FAILED,
            detail="The training job was launched but never started. See the job's log, then create the model again.",
        )
    return Failure(
        code=FailureCode.DRIVER_LOST,
        detail="The training job stopped without a word, for example because it was killed. See the job's log, then create the model again.",
    )


def _finish(
    model: Model, status: ModelStatus, expected: frozenset[ModelStatus], now: datetime, more: dict[str, Any]
) -> Transition:
    changes = {
        "status": status,
        "updated_at": now,
        "finished_at": now,
        "lease_expires_at": None,
        "progress": None,
        **more,
    }
    event_id = f"{model.id}.{model.attempt}.{status}"
    return Transition(
        expected=expected,
        changes=changes,
        outcome=OutboxEntry(event_id=event_id, event_type=f"dev.ophicleide.model.{status}.v1", at=now),
    )
