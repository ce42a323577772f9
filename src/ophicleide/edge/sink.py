"""Sends a CloudEvent to where events go, in binary mode over HTTP; the operator named the address, so no guard stands before it."""

from dataclasses import dataclass

from ophicleide.domain.events import Event
from ophicleide.domain.ports import EventSink

TIMEOUT_SECONDS = 10.0


def sink_at(url: str | None) -> EventSink:
    return HttpEventSink(url) if url else NoSink()


@dataclass(frozen=True)
class HttpEventSink:
    url: str

    def send(self, event: Event) -> None:
        from http.client import HTTPException
        from urllib.request import Request, urlopen

        from ophicleide.edge.cloudevents import to_binary

        message = to_binary(event)
        request = Request(self.url, data=message.body, headers=dict(message.headers), method="POST")  # noqa: S310 - the operator's
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 - raises HTTPError, an OSError, for 4xx and 5xx
                pass
        except HTTPException as error:
            raise OSError(f"what it answers is not HTTP: {error!r}") from error


class NoSink:
    """Nobody is to be told."""

    def send(self, event: Event) -> None:
        """Taken and dropped."""
