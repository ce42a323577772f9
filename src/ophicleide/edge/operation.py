"""One thing that a function does, said once for both ways in: its HTTP method and path, and the event that asks for it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ophicleide.domain.events import EventType, RequestType
from ophicleide.domain.values import OneOf, Value
from ophicleide.edge.content import Content


@dataclass(frozen=True)
class Call:
    """What an operation may know beyond its input."""

    idempotency_key: str | None = None
    if_none_match: str | None = None
    base_url: str = ""
    """Where the caller sees the function's root; empty where that is not known."""
    by_event: bool = False
    """An event asked, and the answer will be one."""
    arrived: float | None = None
    """When the request arrived, by perf_counter, where it is known."""


@dataclass(frozen=True)
class Outcome:
    """What an operation gives back: a value, or by HTTP a file; `subject` (a model's id) is for events, status and headers are for HTTP."""

    value: Value | None
    subject: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Content | None = None


@dataclass(frozen=True)
class Operation:
    """`takes` is validated from the body and path (POST, PUT), from path and query string (otherwise), or from an event's data.

    `check` is for what settings bound; it raises `InvalidRequest` before anything is done.
    `origins` are those whose web pages may read the answer.
    """

    name: str
    method: str
    path: str
    takes: type[Value] | OneOf
    run: Callable[[Any, Call], Outcome]
    asks: RequestType | None = None
    tells: EventType | None = None
    check: Callable[[Any], None] = lambda _value: None
    origins: Collection[str] = ()
