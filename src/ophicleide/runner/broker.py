"""The broker of a local run: takes an event, gives it to whom the Triggers name, tries again as Knative does.

The queue is in memory and bounded, as that of Knative's in-memory channel: what waits is lost when the runner ends.
Delivery is at least once; a reply that is an event comes back in, up to a number of hops.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from ophicleide.domain.errors import OphicleideError
from ophicleide.domain.events import Event
from ophicleide.edge.cloudevents import read, to_binary
from ophicleide.edge.event_modes import mode_of
from ophicleide.edge.messages import Request
from ophicleide.runner.triggers import Trigger

MAX_WAITING = 1000
MAX_AT_ONCE = 16
MAX_HOPS = 16
MAX_REPLY_EVENTS = 100
_RETRIED = frozenset({404, 408, 409, 429})


class BrokerFull(Exception):
    """More deliveries wait than are kept."""


@dataclass(frozen=True)
class _Refused(Exception):
    """Why an attempt did not deliver, and whether another may."""

    reason: str
    retry: bool


class Broker:
    """`address_of` gives a function's URL, None where it is not running; `tell` gets a line for people."""

    def __init__(
        self,
        triggers: Sequence[Trigger],
        address_of: Callable[[str], str | None],
        client: httpx.AsyncClient,
        tell: Callable[[str], None],
    ) -> None:
        self._triggers = triggers
        self._address_of = address_of
        self._client = client
        self._tell = tell
        self.waiting: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(MAX_AT_ONCE)

    def take(self, events: Sequence[Event], hops: int = 0) -> None:
        """Take all of them or, raising `BrokerFull`, none."""
        deliveries = [(trigger, event) for event in events for trigger in self._wanting(event)]
        if len(self.waiting) + len(deliveries) > MAX_WAITING:
            raise BrokerFull
        for trigger, event in deliveries:
            task = asyncio.create_task(self._deliver(trigger, event, hops))
            self.waiting.add(task)
            task.add_done_callback(self.waiting.discard)

    async def close(self) -> None:
        for task in self.waiting:
            task.cancel()
        await asyncio.gather(*self.waiting, return_exceptions=True)

    def _wanting(self, event: Event) -> list[Trigger]:
        found = [trigger for trigger in self._triggers if trigger.wants(event.attributes)]
        self._tell(f"{_named(event)} → {', '.join(t.name for t in found) or 'nobody'}")
        return found

    async def _deliver(self, trigger: Trigger, event: Event, hops: int) -> None:
        for attempt in range(trigger.delivery.retry + 1):
            if attempt:
                await asyncio.sleep(trigger.delivery.pause_seconds(attempt))
            try:
                async with self._at_once:
                    reply = await self._attempt(trigger, event)
            except _Refused as refused:
                reason = refused.reason
                if refused.retry:
                    continue
                break
            return self._take_reply(trigger, reply, hops + 1)
        self._tell(f"DEAD LETTER {_named(event)} for {trigger.name}, after {attempt + 1} attempts: {reason}")
        return None

    async def _attempt(self, trigger: Trigger, event: Event) -> httpx.Response:
        address = self._address_of(trigger.function)
        if address is None:
            raise _Refused("the function is not running", retry=True)
        message = to_binary(event)
        try:
            timeout = trigger.delivery.timeout_seconds
            reply = await self._client.post(
                address, content=message.body, headers=dict(message.headers), timeout=timeout
            )
        except httpx.TransportError as error:
            raise _Refused(f"no answer ({type(error).__name__})", retry=True) from error
        if reply.is_success:
            return reply
        retry = reply.status_code >= 500 or reply.status_code in _RETRIED
        raise _Refused(f"status {reply.status_code} {reply.text[:500]}", retry)

    def _take_reply(self, trigger: Trigger, reply: httpx.Response, hops: int) -> None:
        request = Request("POST", "/", headers={k.lower(): v for k, v in reply.headers.items()}, body=reply.content)
        mode = mode_of(request)
        if mode is None:
            return
        try:
            events = read(request, mode, MAX_REPLY_EVENTS)
            if hops > MAX_HOPS:
                self._tell(f"DROPPED {_named(events[0])} from {trigger.name}: it went round {MAX_HOPS} times")
            else:
                self.take(events, hops)
        except OphicleideError as error:
            self._tell(f"DROPPED the reply of {trigger.name}: {error.detail}")
        except BrokerFull:
            self._tell(f"DROPPED the reply of {trigger.name}: {MAX_WAITING} deliveries wait already")


def _named(event: Event) -> str:
    return f"{event.type} {event.subject or event.id}"
