"""A request and a response, as plain values: what a web framework is turned into before anything looks at it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

JSON = "application/json"
DRAINED_BYTES = 64 << 20
"""Of a body that is too long so much is read on: a socket closed on unread bytes loses the answer."""

_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,255}")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]{1,100}){0,5}")


@dataclass(frozen=True)
class Request:
    """`headers` have lower-case names; `path` is decoded, `query` is not; `arrived` is by perf_counter, where it is known."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    arrived: float | None = None

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case; empty where none is given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def base_url(self) -> str:
        """Where the caller sees this function's root, as proxies before it tell; empty where nobody does, for relative links."""
        forwarded = {name: self.headers.get(f"x-forwarded-{name}", "") for name in ("host", "proto", "prefix")}
        host = forwarded["host"] or self.headers.get("host", "")
        if not _HOST.fullmatch(host) or not _PREFIX.fullmatch(forwarded["prefix"]):
            return ""
        return f"{'https' if forwarded['proto'] == 'https' else 'http'}://{host}{forwarded['prefix']}"


@dataclass(frozen=True)
class Response:
    """`stream`, where there is one, is sent piece by piece instead of `body`; the header Content-Length tells its length."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    stream: Iterable[bytes] | None = None


class Handler(Protocol):
    """What a server asks: `Function`, or what stands before one."""

    @property
    def max_body_bytes(self) -> int:
        """Of a longer body one byte more than this is handed on, so that it is refused."""

    def handle(self, request: Request) -> Response:
        """Raises nothing; may wait for the store."""


def json_response(
    status: int, document: Any, headers: Mapping[str, str] | None = None, content_type: str = JSON
) -> Response:
    return Response(status, {"Content-Type": content_type, **(headers or {})}, json_body(document))


def json_body(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
