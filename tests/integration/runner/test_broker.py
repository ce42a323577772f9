"""The broker against a subscriber that fails as it is told to, over real HTTP."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest

from ophicleide.domain.events import Event
from ophicleide.runner.broker import MAX_HOPS, MAX_WAITING, Broker, BrokerFull
from ophicleide.runner.forwarding import client
from ophicleide.runner.triggers import Delivery, Trigger

RETRY = 3
QUICK = Delivery(retry=RETRY, backoff_seconds=0.001, timeout_seconds=0.5)


class Subscriber:
    """Answers with the statuses it is told to, the last one for ever, and with the event it is told to."""

    def __init__(self) -> None:
        self.seen: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.statuses = [200]
        self.reply_type: str | None = None
        self.silent = threading.Event()
        self.silent.set()
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                subscriber.seen.append({name.lower(): value for name, value in self.headers.items()})
                subscriber.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                subscriber.silent.wait(10)
                self.send_response(subscriber.next_status())
                for name, value in subscriber.reply().items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def next_status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def reply(self) -> dict[str, str]:
        if not self.reply_type:
            return {}
        return {"ce-id": "r", "ce-source": "/s", "ce-specversion": "1.0", "ce-type": self.reply_type}


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    subscriber = Subscriber()
    thread = threading.Thread(target=subscriber.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield subscriber
    subscriber.silent.set()
    subscriber.server.shutdown()
    subscriber.server.server_close()
    thread.join()


def an_event(type_: str = "asked", **more: object) -> Event:
    return Event(id=str(uuid4()), source="/tests", type=type_, data={"word": "ä"}, **more)  # type: ignore[arg-type]


def a_trigger(type_: str = "asked", name: str = "answer") -> Trigger:
    return Trigger(name, name, lambda attributes: attributes["type"] == type_, QUICK)


def delivered(
    events: list[Event], triggers: list[Trigger], address_of: Callable[[str], str | None], hops: int = 0
) -> list[str]:
    """Give the events to a broker and wait until it rests; the lines it told."""
    told: list[str] = []

    async def work() -> None:
        async with client() as http:
            broker = Broker(triggers, address_of, http, told.append)
            broker.take(events, hops)
            while broker.waiting:
                await asyncio.wait(broker.waiting, timeout=20)

    asyncio.run(asyncio.wait_for(work(), 30))
    return told


def test_an_event_arrives_in_binary_mode_with_all_that_it_says(subscriber: Subscriber) -> None:
    event = an_event(subject="m é", time="2030-01-01T00:00:00Z", extensions={"traceparent": "00-a-b-01"})
    delivered([event], [a_trigger()], lambda _: subscriber.address)
    seen = subscriber.seen[0]
    assert (seen["ce-id"], seen["ce-type"], seen["ce-traceparent"]) == (event.id, "asked", "00-a-b-01")
    assert seen["ce-subject"] == "m%20%C3%A9"
    assert (subscriber.bodies[0].decode(), seen["content-type"]) == ('{"word":"ä"}', "application/json")


def test_only_triggers_that_want_the_event_get_it(subscriber: Subscriber) -> None:
    told = delivered([an_event("other")], [a_trigger()], lambda _: subscriber.address)
    assert subscriber.seen == []
    assert told[0].endswith("→ nobody")


@pytest.mark.parametrize("status", [500, 503, 404, 408, 409, 429])
def test_what_a_retry_may_cure_is_tried_again(subscriber: Subscriber, status: int) -> None:
    subscriber.statuses = [status, status, 202]
    told = delivered([an_event()], [a_trigger()], lambda _: subscriber.address)
    assert len(subscriber.seen) == 3
    assert not any("DEAD LETTER" in line for line in told)


@pytest.mark.parametrize("status", [400, 401, 410, 415, 422])
def test_what_no_retry_can_cure_is_a_dead_letter_at_once(subscriber: Subscriber, status: int) -> None:
    subscriber.statuses = [status]
    told = delivered([an_event()], [a_trigger()], lambda _: subscriber.address)
    assert len(subscriber.seen) == 1
    assert f"DEAD LETTER asked {subscriber.seen[0]['ce-id']} for answer, after 1 attempts: status {status}" in told[-1]


def test_a_subscriber_that_never_recovers_gets_every_retry_and_no_more(subscriber: Subscriber) -> None:
    subscriber.statuses = [500]
    told = delivered([an_event()], [a_trigger()], lambda _: subscriber.address)
    assert len(subscriber.seen) == 1 + RETRY
    assert f"after {1 + RETRY} attempts: status 500" in told[-1]


def test_no_answer_in_time_is_tried_again(subscriber: Subscriber) -> None:
    subscriber.silent.clear()
    told = delivered([an_event()], [a_trigger()], lambda _: subscriber.address)
    assert len(subscriber.seen) == 1 + RETRY
    assert "no answer (ReadTimeout)" in told[-1]


def test_a_function_that_comes_back_gets_the_event(subscriber: Subscriber) -> None:
    addresses = iter([None, "http://127.0.0.1:1", subscriber.address])
    delivered([an_event()], [a_trigger()], lambda _: next(addresses))
    assert len(subscriber.seen) == 1


def test_a_failing_subscriber_holds_up_no_other(subscriber: Subscriber) -> None:
    addresses = {"dead": None, "answer": subscriber.address}
    told = delivered([an_event()], [a_trigger(name="dead"), a_trigger()], addresses.get)
    assert len(subscriber.seen) == 1
    assert "for dead, after 4 attempts: the function is not running" in told[-1]


def test_a_reply_that_is_an_event_comes_back_in(subscriber: Subscriber) -> None:
    subscriber.reply_type = "answered"
    delivered(
        [an_event()], [a_trigger(), a_trigger("answered", "log")], lambda _: subscriber.address, hops=MAX_HOPS - 1
    )
    assert [seen["ce-type"] for seen in subscriber.seen] == ["asked", "answered"]


def test_an_event_that_goes_round_and_round_is_dropped(subscriber: Subscriber) -> None:
    subscriber.reply_type = "asked"
    told = delivered([an_event()], [a_trigger()], lambda _: subscriber.address)
    assert len(subscriber.seen) == MAX_HOPS + 1
    assert "it went round" in told[-1]


def test_more_than_the_queue_holds_is_refused_whole() -> None:
    async def work() -> None:
        async with client() as http:
            broker = Broker([a_trigger()], lambda _: None, http, lambda _: None)
            with pytest.raises(BrokerFull):
                broker.take([an_event() for _ in range(MAX_WAITING + 1)])
            assert not broker.waiting

    asyncio.run(work())
