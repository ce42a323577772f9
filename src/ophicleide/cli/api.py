"""The HTTP client: one method a verb, retries where they are safe, and every failure as `CommandFailed`.

What a document means is the commands' affair.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ophicleide import __version__
from ophicleide.cli.failures import CommandFailed, ExitCode
from ophicleide.cli.problems import exit_code, failure

if TYPE_CHECKING:
    import httpx

DELAYS_SECONDS = (0.2, 0.4, 0.8)
"""Waits before the second and later tries; a server's Retry-After makes them longer."""
MAX_RETRY_AFTER_SECONDS = 30.0
BUSY = frozenset({502, 503, 504})
"""What the functions say without their store, and a cluster's gateway while a function is starting."""


class Api:
    """`url` is where the paths of the contract begin, e.g. http://localhost:8080/api."""

    def __init__(
        self,
        url: str,
        timeout_seconds: float,
        *,
        delays_seconds: Sequence[float] = DELAYS_SECONDS,
        say: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/")
        self.timeout_seconds = timeout_seconds
        self._delays_seconds = delays_seconds
        self._say = say
        self._sleep = sleep

    @property
    def root(self) -> str:
        """Where the samples, the broker and the single functions are: beside /api."""
        return self.url.removesuffix("/api")

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        given = {key: value for key, value in (params or {}).items() if value is not None}
        return self.send("GET", self.url + path, params=given)

    def post(self, path: str, document: Any, idempotency_key: str) -> httpx.Response:
        """Safe to send again: the key makes a repeated request the same request."""
        return self.send("POST", self.url + path, json=document, headers={"Idempotency-Key": idempotency_key})

    def put(self, path: str, document: Any) -> httpx.Response:
        return self.send("PUT", self.url + path, json=document)

    @contextmanager
    def stream(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """A large answer that is still on its way; a status of 4xx or 5xx is `CommandFailed`, but for 416."""
        import httpx

        try:
            with self._client.stream("GET", self.url + path, params=params, headers=dict(headers)) as reply:
                if reply.is_error and reply.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    reply.read()
                    _checked(reply, True)
                yield reply
        except httpx.ConnectError as error:
            raise unreachable(self.url) from error

    def delete(self, path: str) -> httpx.Response:
        return self.send("DELETE", self.url + path)

    def send(self, method: str, url: str, *, as_typed: bool = True, **request: Any) -> httpx.Response:
        """Send, and again while that may help: no connection, a connection that broke, a busy server."""
        for delay in self._delays_seconds:
            reply = self._try(method, url, request)
            if reply is not None and reply.status_code not in BUSY:
                return _checked(reply, as_typed)
            self._wait(delay, reply)
        reply = self._try(method, url, request)
        if reply is None:
            raise unreachable(url)
        return _checked(reply, as_typed)

    def close(self) -> None:
        if "_client" in vars(self):
            self._client.close()

    def _try(self, method: str, url: str, request: dict[str, Any]) -> httpx.Response | None:
        import httpx

        try:
            return self._client.request(method, url, **request)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise CommandFailed(
                ExitCode.USAGE, f"{url} is not an address: {str(error).rstrip(chr(46))}.", hint=_URL_HINT
            ) from error
        except httpx.ReadTimeout as error:
            raise CommandFailed(
                ExitCode.TIMED_OUT, f"{url} did not answer within {self.timeout_seconds:g} s.", hint="See --timeout."
            ) from error
        except httpx.TransportError:
            return None

    def _wait(self, delay: float, reply: httpx.Response | None) -> None:
        asked = reply.headers.get("Retry-After", "") if reply is not None else ""
        if asked.isdigit():
            delay = max(delay, min(float(asked), MAX_RETRY_AFTER_SECONDS))
        if delay >= 1:
            self._say(f"{'Nobody answers' if reply is None else 'The server is busy'}, trying again in {delay:g} s.")
        self._sleep(delay)

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx

        headers = {"User-Agent": f"ophicleide/{__version__}"}
        return httpx.Client(timeout=self.timeout_seconds, headers=headers, follow_redirects=False)


_URL_HINT = "Give --url or OPHICLEIDE_URL the form http://host:port/api."


def unreachable(url: str) -> CommandFailed:
    parts = urlsplit(url)
    return CommandFailed(
        ExitCode.UNREACHABLE,
        f"Nobody answers at {parts.scheme}://{parts.netloc}.",
        hint="Start it with `make run`, or say with --url or OPHICLEIDE_URL where it is.",
    )


def _checked(reply: httpx.Response, as_typed: bool) -> httpx.Response:
    is_json = "json" in reply.headers.get("Content-Type", "")
    if reply.is_success and (is_json or not reply.content):
        return reply
    if not is_json and reply.status_code in BUSY:
        raise failure(reply.status_code, {})
    if not is_json:
        said = f"{reply.url} is no path of Ophicleide's API: it answered {reply.status_code} without a JSON document."
        raise CommandFailed(exit_code(reply.status_code), said, hint=_URL_HINT)
    problem = reply.json()
    raise failure(reply.status_code, problem if isinstance(problem, dict) else {}, as_typed=as_typed)
