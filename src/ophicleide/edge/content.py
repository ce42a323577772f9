"""A file as an operation gives it, and how it is sent: whole, or on from where a download broke off (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ophicleide.domain.errors import RangeNotSatisfiable
from ophicleide.edge.conditional import still_holds
from ophicleide.edge.messages import Request, Response

_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """`etag` is strong: equal tags mean equal bytes; `pieces(start, end)` gives the bytes from `start` up to `end`."""

    media_type: str
    size: int
    etag: str
    pieces: Callable[[int, int], Iterator[bytes]]


def sent(request: Request, content: Content, headers: Mapping[str, str]) -> Response:
    """The answer to a GET or HEAD; raises `RangeNotSatisfiable` for a range that starts behind the end."""
    told = {**headers, "ETag": content.etag, "Accept-Ranges": "bytes"}
    if still_holds(content.etag, request.headers.get("if-none-match")):
        return Response(304, told)
    told["Content-Type"] = content.media_type
    span = _span(request, content)
    start, end = span or (0, content.size)
    told["Content-Length"] = str(end - start)
    if span is not None:
        told["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
    return Response(206 if span else 200, told, stream=content.pieces(start, end))


def _span(request: Request, content: Content) -> tuple[int, int] | None:
    """First byte and the one after the last; None where the whole is sent: no range, several, or of an older file."""
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if request.method != "GET" or found is None or found.groups() == ("", ""):
        return None
    if request.headers.get("if-range", content.etag) != content.etag:
        return None
    first, last = found.groups()
    if not first:
        start, end = max(content.size - int(last), 0), content.size
    else:
        start, end = int(first), min(int(last) + 1, content.size) if last else content.size
    if last and first and int(last) < int(first):
        return None
    if start >= content.size:
        raise RangeNotSatisfiable(f"The file has {content.size} bytes; ask for a range within them.", content.size)
    return start, end
