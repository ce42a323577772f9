"""What a server said of a body: whether it can be read in parts, and whether all parts are of one version (RFC 9110, 13 and 14).

No I/O: headers in, headers out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class VersionChanged(Exception):
    """The answer is not the part that was asked for, of the version that was seen before."""


@dataclass(frozen=True)
class Head:
    """What the server said of the body that follows; `validator` names its version, where it does so to the byte."""

    final_url: str
    content_type: str | None
    etag: str | None
    length: int | None
    validator: str | None = None
    ranges: bool = False
    """Whether byte ranges of the very bytes that are sent here can be asked for."""

    @classmethod
    def of(cls, headers: Mapping[str, str], final_url: str) -> "Head":
        length = headers.get("Content-Length", "")
        return cls(
            final_url=final_url,
            content_type=headers.get("Content-Type"),
            etag=headers.get("ETag"),
            length=int(length) if length.isdecimal() else None,
            validator=_validator(headers),
            ranges=headers.get("Accept-Ranges", "").lower() == "bytes" and not headers.get("Content-Encoding"),
        )


@dataclass(frozen=True)
class Tail:
    """A body from `start` to its end, of the version that `validator` names."""

    start: int
    length: int
    validator: str

    @property
    def headers(self) -> dict[str, str]:
        """With If-Range, a server sends the whole of a version that is another one: `check` sees it."""
        return {"Range": f"bytes={self.start}-", "If-Range": self.validator, "Accept-Encoding": "identity"}

    def check(self, status: int, headers: Mapping[str, str]) -> None:
        found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
        sent = tuple(map(int, found.groups())) if found else ()
        same = self.validator in (headers.get("ETag"), headers.get("Last-Modified"))
        if status != 206 or sent != (self.start, self.length - 1, self.length) or not same:
            raise VersionChanged


def _validator(headers: Mapping[str, str]) -> str | None:
    """A strong one: an entity tag that is not weak, or a date older than a second (RFC 9110, 8.8.2.2)."""
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    if etag is not None:
        return None if etag.startswith("W/") else etag
    try:
        age = parsedate_to_datetime(headers.get("Date", "")) - parsedate_to_datetime(modified or "")
    except (TypeError, ValueError):
        return None
    return modified if age >= timedelta(seconds=1) else None
