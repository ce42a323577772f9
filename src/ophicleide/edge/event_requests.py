"""Requests that come as CloudEvents: one event is answered by one event, a batch by a batch.

Every event is read and validated before the first is acted on, so a bad one leaves nothing half done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5

from ophicleide.domain.errors import (
    FieldProblem,
    InvalidRequest,
    LaunchFailed,
    MalformedEvent,
    OphicleideError,
    StoreUnavailable,
)
from ophicleide.domain.events import SOURCE, Event, EventType
from ophicleide.domain.values import Value
from ophicleide.edge.cloudevents import read, to_batch, to_binary, to_structured
from ophicleide.edge.documents import document
from ophicleide.edge.event_modes import Mode
from ophicleide.edge.messages import Request, Response
from ophicleide.edge.operation import Call, Operation, Outcome
from ophicleide.edge.problems import document as problem_document
from ophicleide.edge.problems import problem, problem_response
from ophicleide.edge.validation import validate

TRACE = ("traceparent", "tracestate")
TOLD = ("Server-Timing",)
"""What of an outcome's headers is not in the event and is of use beside it."""


class Address(Protocol):
    """What this module knows of a function."""

    @property
    def name(self) -> str: ...
    @property
    def operations(self) -> Sequence[Operation]: ...
    @property
    def max_batch_events(self) -> int: ...
    def check_size(self, request: Request) -> None: ...


@dataclass(frozen=True)
class Asked:
    event: Event
    operation: Operation
    value: Value

    def run(self, arrived: float | None = None) -> Outcome:
        call = Call(idempotency_key=self.event.idempotency_key, by_event=True, arrived=arrived)
        return self.operation.run(self.value, call)


def answer(function: Address, request: Request, mode: Mode) -> Response:
    try:
        function.check_size(request)
        events = read(request, mode, function.max_batch_events)
        if mode is Mode.BATCH:
            return _answer_batch(function, events, request.path)
        asked = _asked(function, events[0])
        outcome = asked.run(request.arrived)
        reply = _reply(function, asked, outcome)
    except OphicleideError as error:
        return problem_response(error, request.path, on_event_path=True)
    response = to_structured(reply) if mode is Mode.STRUCTURED else to_binary(reply)
    told = {name: outcome.headers[name] for name in TOLD if name in outcome.headers}
    return replace(response, headers={**response.headers, **told})


def _answer_batch(function: Address, events: list[Event], instance: str) -> Response:
    asked = [_asked_at(function, events, position) for position in range(len(events))]
    return to_batch([_reply_or_failure(function, one, instance) for one in asked])


def _reply_or_failure(function: Address, asked: Asked, instance: str) -> Event:
    try:
        return _reply(function, asked, asked.run())
    except (StoreUnavailable, LaunchFailed):
        raise  # A retry of the whole batch cures it, and repeats nothing that was done.
    except OphicleideError as error:
        data = problem_document(problem(error, instance, on_event_path=True))
        return _event(function, asked.event, EventType.REQUEST_FAILED, data, None)


def _asked_at(function: Address, events: list[Event], position: int) -> Asked:
    where = f"Event {position + 1} of {len(events)}"
    try:
        return _asked(function, events[position])
    except InvalidRequest as error:
        problems = [FieldProblem(f"/{position}/data{p.pointer}", p.detail) for p in error.problems]
        raise InvalidRequest(problems, f"{where}: {error.detail}. Nothing of the batch was done.") from error
    except MalformedEvent as error:
        raise MalformedEvent(f"{where}: {error.detail} Nothing of the batch was done.") from error


def _asked(function: Address, event: Event) -> Asked:
    taken = {operation.asks: operation for operation in function.operations if operation.asks}
    operation = next((operation for asks, operation in taken.items() if asks == event.type), None)
    if operation is None:
        raise MalformedEvent(f"This function takes events of type {', '.join(sorted(taken))}, not {event.type}.")
    value = validate(operation.takes, {} if event.data is None else event.data)
    operation.check(value)
    return Asked(event, operation, value)


def _reply(function: Address, asked: Asked, outcome: Outcome) -> Event:
    if asked.operation.tells is None or outcome.value is None:
        raise TypeError(f"{asked.operation.name} takes an event but tells none")
    return _event(function, asked.event, asked.operation.tells, document(outcome.value), outcome.subject)


def _event(function: Address, asked: Event, kind: EventType, data: object, subject: str | None) -> Event:
    """The reply's id follows from the request's, so that the reply to a duplicate is a duplicate."""
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"{asked.source}#{asked.id}/{kind}")),
        source=f"{SOURCE}/{function.name.replace('_', '-')}",
        type=kind,
        data=data,
        subject=subject,
        extensions={name: asked.extensions[name] for name in TRACE if name in asked.extensions},
    )
