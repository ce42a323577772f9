"""The CloudEvents that Ophicleide takes and tells: their types, and a value that holds one.

How they travel (binary, structured, batch) is the edge's affair.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SOURCE = "/ophicleide"


class RequestType(StrEnum):
    """Events that ask for something; each has one function that takes it."""

    CREATE_MODEL = "dev.ophicleide.model.create.v1"
    DELETE_MODEL = "dev.ophicleide.model.delete.v1"
    LIST_MODELS = "dev.ophicleide.models.list.v1"
    QUERY = "dev.ophicleide.query.v1"
    SET_ALIAS = "dev.ophicleide.alias.set.v1"
    CLEAR_ALIAS = "dev.ophicleide.alias.clear.v1"

    @property
    def function(self) -> str:
        """The function that takes it."""
        return "set_alias" if self is RequestType.CLEAR_ALIAS else self.name.lower()


class EventType(StrEnum):
    """Events that tell what happened."""

    MODEL_CREATED = "dev.ophicleide.model.created.v1"
    MODEL_DELETED = "dev.ophicleide.model.deleted.v1"
    MODELS_LISTED = "dev.ophicleide.models.listed.v1"
    QUERY_ANSWERED = "dev.ophicleide.query.answered.v1"
    ALIAS_CHANGED = "dev.ophicleide.alias.changed.v1"
    MODEL_READY = "dev.ophicleide.model.ready.v1"
    MODEL_FAILED = "dev.ophicleide.model.failed.v1"
    REQUEST_FAILED = "dev.ophicleide.request.failed.v1"
    """In the answer to a batch: this one request of it failed; data is the problem document."""


@dataclass(frozen=True)
class Event:
    """A CloudEvent 1.0; `source` and `id` together are unique, and an equal pair is a duplicate."""

    id: str
    source: str
    type: str
    data: Any = None
    subject: str | None = None
    time: str | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def attributes(self) -> dict[str, str]:
        """The context attributes that are set: what headers carry and what filters see."""
        required = {"specversion": "1.0", "id": self.id, "source": self.source, "type": self.type}
        optional = {"subject": self.subject, "time": self.time, **self.extensions}
        return required | {name: text for name, text in optional.items() if text is not None}

    @property
    def idempotency_key(self) -> str:
        return f"event:{self.source}#{self.id}"
