"""What more than one function does with models: finding the one that a caller means, and telling its status truly."""

from collections.abc import Iterator

from ophicleide.domain.errors import ModelNotFound, ModelNotReady
from ophicleide.domain.lifecycle import driver_lost, fail, lease_is_dead
from ophicleide.domain.models import Model, ModelStatus
from ophicleide.domain.names import is_id
from ophicleide.domain.ports import MAX_PAGE_SIZE, Clock, ModelFilter, ModelStore, Page


def resolve(models: ModelStore, clock: Clock, ref: str) -> Model:
    """The model of that id; or the one that the name is pinned to, else its newest ready one, else its newest."""
    pinned = None if is_id(ref) else models.pinned(ref)
    if pinned is not None and pinned.status is ModelStatus.READY:
        return pinned
    model = models.get(ref) if is_id(ref) else models.newest_ready(ref) or models.newest(ref)
    model = current(models, clock, model) if model else None
    if model is None and pinned is not None:
        raise ModelNotFound(f"The name '{ref}' is pinned to a model that was deleted. Pin it to another, or clear it.")
    if model is None or model.status is ModelStatus.DELETED:
        raise not_found(ref)
    return model


def ready(models: ModelStore, clock: Clock, ref: str) -> Model:
    """The model that the caller means, if it has vectors; `ModelNotReady` otherwise."""
    model = resolve(models, clock, ref)
    if model.status is not ModelStatus.READY:
        advice = "It never will; create it again." if model.finished_at else "Ask again when it is ready."
        raise ModelNotReady(f"The model '{model.name}' is {model.status}. {advice}", model.status)
    return model


def current(models: ModelStore, clock: Clock, model: Model) -> Model:
    """The model as it is now: a read that finds its lease dead ends the attempt."""
    now = clock()
    if not lease_is_dead(model, now):
        return model
    ended = models.change(model.id, model.attempt, fail(model, driver_lost(model), now=now))
    return ended or models.get(model.id) or model


def bearing(models: ModelStore, name: str) -> Iterator[Model]:
    """Every model of that name, newest first."""
    cursor = None
    while True:
        page = models.find(ModelFilter(name=name), Page(limit=MAX_PAGE_SIZE, cursor=cursor))
        yield from page.models
        if (cursor := page.next_cursor) is None:
            return


def not_found(ref: str) -> ModelNotFound:
    return ModelNotFound(f"There is no model '{ref}'. List the models to see those that there are.")
