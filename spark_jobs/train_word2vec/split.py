"""Which texts are read in byte ranges by several tasks, and where a range's lines begin and end.

Only plain text of a known version: markup and gzip mean nothing from the middle on.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ophicleide.fetching.versions import Head, Tail
from spark_jobs.train_word2vec.charset import declared_charset, looks_like_html, media_type
from spark_jobs.train_word2vec.unpack import binary_kind, is_gzip

RANGE_BYTES = 64 << 20
"""Read by one task. A constant, so that equal texts are cut alike on all machines."""

# In these a line feed is the byte 10 and that byte is nothing else, so a text may be cut behind it.
_CUTTABLE = ("utf-8", "ascii", "cp125", "iso8859", "koi8", "mac", "cp874", "big5", "gb18030", "euc", "cp932", "cp949")


@dataclass(frozen=True)
class Split:
    """A text that is to be read in ranges; `sure` where its charset was declared, and not taken to be UTF-8."""

    url: str
    head: Head
    validator: str
    length: int
    charset: str
    sure: bool
    fetched_at: datetime
    range_bytes: int

    @property
    def ranges(self) -> list["ByteRange"]:
        starts = range(0, self.length, self.range_bytes)
        return [ByteRange(self, start, min(start + self.range_bytes, self.length)) for start in starts]


@dataclass(frozen=True)
class ByteRange:
    """Bytes from `start` up to `end`; its lines are those that begin in it."""

    text: Split
    start: int
    end: int

    @property
    def name(self) -> str:
        """Under which its progress is kept."""
        return f"{self.text.url}#{self.start}"

    @property
    def tail(self) -> Tail:
        """From the byte before: a line begins at `start` if that one ends a line."""
        return Tail(max(self.start - 1, 0), self.text.length, self.text.validator)

    def lines(self, pieces: Iterable[bytes], seen: Callable[[bytes], None]) -> Iterator[bytes]:
        """The bytes of its lines, of pieces of the tail; `seen` is given the bytes of the range itself, each once."""
        position, begun = self.tail.start, self.start == 0
        for piece in pieces:
            seen(piece[max(self.start - position, 0) : max(self.end - position, 0)])
            first = 0 if begun else piece.find(b"\n") + 1
            if not begun and (first == 0 or position + first >= self.end):
                if position + len(piece) >= self.end:
                    return  # no line begins here: one that began before goes on beyond the end
            else:
                begun = True
                last = piece.find(b"\n", max(self.end - 1 - position, first))
                yield piece[first : last + 1 or None]
                if last >= 0:
                    return
            position += len(piece)


def split_of(url: str, head: Head, sample: bytes, *, now: datetime, range_bytes: int) -> Split | None:
    """None for what one task reads: small texts, and those that cannot be cut."""
    if head.validator is None or not head.ranges or head.length is None or head.length < 2 * range_bytes:
        return None
    if is_gzip(sample) or binary_kind(sample) or b"\0" in sample or not _is_plain(sample, head.content_type):
        return None
    declared = declared_charset(sample, head.content_type)
    charset = declared or "utf-8"
    if not charset.startswith(_CUTTABLE) or (declared is None and not _may_be_utf8(sample)):
        return None
    sure = declared is not None
    return Split(url, head, head.validator, head.length, charset, sure, now, range_bytes)


def _is_plain(sample: bytes, content_type: str | None) -> bool:
    kind = media_type(content_type)
    plain = kind.startswith("text/") or kind in ("", "application/octet-stream")
    return plain and not looks_like_html(sample.decode("latin-1"), content_type)


def _may_be_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True
