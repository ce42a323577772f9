"""The first step: one Spark task a URL fetches it to local disk and turns it into token lines; large ones are split.

Runs on executors. What a caller can put right comes back as a value: a raised error would be tried again, and is a trace.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from ophicleide.domain.models import Failure, Source
from ophicleide.domain.training import Segmenter
from ophicleide.fetching.download import DownloadTooLarge, Limits, download
from ophicleide.fetching.guard import Guard
from ophicleide.fetching.versions import Head
from spark_jobs.train_word2vec.channel import Message
from spark_jobs.train_word2vec.fetch_failures import FetchFault, failure_of
from spark_jobs.train_word2vec.read_text import Text
from spark_jobs.train_word2vec.segment import segment_of
from spark_jobs.train_word2vec.split import RANGE_BYTES, Split, split_of
from spark_jobs.train_word2vec.tokenise import contexts
from spark_jobs.train_word2vec.unpack import is_gzip, peek

CHUNK_BYTES = 1 << 18
TELL_SECONDS = 0.25


@dataclass(frozen=True)
class Report:
    """How one URL went: its provenance, or why it failed."""

    outcome: Source | Failure
    contexts: int = 0
    tokens: int = 0


@dataclass(frozen=True)
class Received:
    """What came: how many bytes, and their SHA-256."""

    size_bytes: int
    digest: bytes


class Meter:
    """Counts, hashes and tells what arrives, under the name by which progress is kept."""

    def __init__(
        self, name: str, expected: int | None, tell: Callable[[Message], None], *, packed: bool = False
    ) -> None:
        self._name, self._expected, self._tell, self._packed = name, expected, tell, packed
        self._digest, self.received, self._told = hashlib.sha256(), 0, 0.0

    def count(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.received += len(piece)
        if monotonic() - self._told > TELL_SECONDS:
            self._say(self._expected)
            self._told = monotonic()

    def done(self) -> Received:
        self._say(self.received)
        return Received(self.received, self._digest.digest())

    def _say(self, expected: int | None) -> None:
        self._tell({"url": self._name, "received": self.received, "expected": expected, "packed": self._packed})


@dataclass(frozen=True)
class Fetcher:
    """What a task needs to know; travels to executors by pickle. URLs in `whole` are read by one task however large."""

    allowed: str
    limits: Limits
    tell: Callable[[Message], None]
    segmenter: Segmenter = Segmenter.NONE
    range_bytes: int = RANGE_BYTES
    whole: frozenset[str] = frozenset()

    def records(self, urls: Iterable[str]) -> Iterator[bytes | Report | Split]:
        """Chunks of token lines (UTF-8, each line a context), and after those of each URL its report; or how to split it."""
        for url in urls:
            try:
                yield from self._one(url)
            except FetchFault as error:
                failure = failure_of(url, error)
                self.tell({"failure": failure.model_dump()})
                yield Report(failure)

    def _one(self, url: str) -> Iterator[bytes | Report | Split]:
        with tempfile.TemporaryDirectory(prefix="ophicleide-fetch-") as folder:
            path, now = Path(folder, "body"), datetime.now(UTC)
            with download(url, Guard.parse(self.allowed), self.limits) as (head, body):
                self._refuse(head)
                sample, pieces = peek(body)
                split = split_of(url, head, sample, now=now, range_bytes=self.range_bytes)
                if split is None or url in self.whole:
                    split, received = (
                        None,
                        self._spool(Meter(url, head.length, self.tell, packed=is_gzip(sample)), pieces, path),
                    )
            yield from (split,) if split else self._read(url, head, received, path, now)

    def _refuse(self, head: Head) -> None:
        if head.length is not None and head.length > self.limits.max_bytes:
            raise DownloadTooLarge(f"it is longer than {self.limits.max_bytes:,} bytes")

    def _spool(self, meter: Meter, pieces: Iterable[bytes], path: Path) -> Received:
        """The body to disk."""
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                meter.count(piece)
        return meter.done()

    def _read(self, url: str, head: Head, received: Received, path: Path, now: datetime) -> Iterator[bytes | Report]:
        text = Text(path, head.content_type, self.limits.max_bytes)
        found = words = 0
        for chunk, chunk_contexts, chunk_tokens in chunks(contexts(text.lines(), segment_of(self.segmenter))):
            found += chunk_contexts
            words += chunk_tokens
            self.tell({"url": url, "text_bytes": text.text_bytes})
            yield chunk
        source = Source(
            url=url,
            final_url=head.final_url,
            bytes=received.size_bytes,
            text_bytes=text.text_bytes,
            sha256=received.digest.hex(),
            charset=text.charset,
            content_type=head.content_type,
            etag=head.etag,
            fetched_at=now,
        )
        yield Report(source, contexts=found, tokens=words)


def chunks(found: Iterable[list[str]]) -> Iterator[tuple[bytes, int, int]]:
    """Contexts as chunks of lines of about 256 KiB, with the number of lines and words in each."""
    lines: list[str] = []
    size = tokens = 0
    for context in found:
        line = " ".join(context)
        lines.append(line)
        size += len(line) + 1
        tokens += len(context)
        if size >= CHUNK_BYTES:
            yield _joined(lines), len(lines), tokens
            lines, size, tokens = [], 0, 0
    if lines:
        yield _joined(lines), len(lines), tokens


def _joined(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
