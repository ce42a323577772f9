"""Names pinned to one model: what a name then stands for, where it pointed before, and how that changes.

A name that is not pinned stands for its newest ready model; that is no affair of this module.
"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from ophicleide.domain.names import ModelId, ModelName, ModelRef
from ophicleide.domain.values import Value

MAX_HISTORY = 50


class SetAlias(Value):
    """Which model a name is to stand for from now on: its id, or a name for what that stands for now."""

    name: ModelName
    model: ModelRef


class ClearAlias(Value):
    """Which name is to stand for its newest ready model again."""

    name: ModelName


class Pin(Value):
    """Where a name pointed since a time: to a model, or with null to its newest ready one."""

    model_id: ModelId | None
    since: datetime


class Alias(Value):
    """A name that is or was pinned; `revision` rises with every change."""

    name: ModelName
    model_id: Annotated[
        ModelId | None,
        Field(description="The model that it stands for; null where it stands for its newest ready one."),
    ]
    since: datetime
    history: Annotated[tuple[Pin, ...], Field(description="Where it pointed before, latest first.")] = ()
    revision: Annotated[int, Field(ge=1)] = 1
    keys: tuple[str, ...] = ()
    """Idempotency keys of the latest changes: a change that comes twice, or late, is made once."""
    told: int = 0
    """The latest revision that an event has told of, beside those which were asked for by event and answered by one."""


PRIVATE_ALIAS_FIELDS = frozenset({"keys", "told"})


def pointed(alias: Alias | None, name: str, model_id: str | None, *, now: datetime, key: str | None) -> Alias:
    """The alias after a change; the very same where there is nothing to change or to remember."""
    keys = () if key is None else (key,)
    if alias is None:
        return Alias(name=name, model_id=model_id, since=now, keys=keys)
    if is_replay(alias, key) or (alias.model_id == model_id and key is None):
        return alias
    changes = {"revision": alias.revision + 1, "keys": (*keys, *alias.keys)[:MAX_HISTORY]}
    if alias.model_id != model_id:
        before = Pin(model_id=alias.model_id, since=alias.since)
        changes |= {"model_id": model_id, "since": now, "history": (before, *alias.history)[:MAX_HISTORY]}
    return alias.model_copy(update=changes)


def is_replay(alias: Alias, key: str | None) -> bool:
    return key is not None and key in alias.keys
