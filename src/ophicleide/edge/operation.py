"""One thing that a function does, said once for both ways in: its HTTP method and path, and the event that asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ophicleide.events import EventType, RequestType
from ophicleide.values import Value


@dataclass(frozen=True)
class Call:
    """What an operation may know beyond its input."""

    idempotency_key: str | None = None
    if_none_match: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What an operation gives back; `subject` (a model's id) is for events, status and headers are for HTTP."""

    value: Value | None
    subject: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """`takes` is validated from the body (POST), from path and query string (otherwise), or from an event's data.

    `check` is for what settings bound; it raises `InvalidRequest` before anything is done.
    """

    name: str
    method: str
    path: str
    takes: type[Value]
    run: Callable[[Any, Call], Outcome]
    asks: RequestType | None = None
    tells: EventType | None = None
    check: Callable[[Any], None] = lambda _value: None
