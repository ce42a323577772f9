"""How long a connection waits for its caller, by a clock of its own."""

import asyncio
from types import SimpleNamespace

import pytest

from ophicleide.edge import connection
from ophicleide.edge.connection import SILENCE_SECONDS, Connection, Service
from ophicleide.edge.messages import Request, Response


class Handler:
    max_body_bytes = 100

    def handle(self, _request: Request) -> Response:
        return Response(200)


class Wire(asyncio.Transport):
    aborted = False

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True

    def resume_reading(self) -> None:
        pass


@pytest.mark.parametrize(
    ("idle", "sending", "left"),
    [(0.9, 0.9, False), (0.9, 1.1, True), (1.1, 0.0, True), (0.0, 1.1, True)],
)
def test_a_caller_has_its_time_to_begin_a_request_and_again_to_end_it(
    monkeypatch: pytest.MonkeyPatch, idle: float, sending: float, left: bool
) -> None:
    async def talk() -> bool:
        now = [1000.0]
        monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=lambda: now[0]))
        wire, one = Wire(), Connection(Service(Handler()))
        one.connection_made(wire)
        now[0] += idle * SILENCE_SECONDS
        one.leave_if_silent()
        one.data_received(b"GET / HT")
        now[0] += sending * SILENCE_SECONDS
        one.data_received(b"TP/1.1")
        one.leave_if_silent()
        return wire.aborted

    assert asyncio.run(talk()) == left
