"""The first step: one Spark task a URL fetches it to local disk and turns it into token lines.

Runs on executors. What a caller can put right comes back as a value: a raised error would be tried again, and is a trace.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from ophicleide.fetching.download import (
    DownloadFailed,
    DownloadRefused,
    DownloadTimedOut,
    DownloadTooLarge,
    Head,
    Limits,
    download,
)
from ophicleide.fetching.guard import Guard
from ophicleide.models import Failure, FailureCode, Source
from ophicleide.training import Segmenter
from spark_jobs.train_word2vec.channel import Message
from spark_jobs.train_word2vec.read_text import Text
from spark_jobs.train_word2vec.segment import segment_of
from spark_jobs.train_word2vec.tokenise import contexts
from spark_jobs.train_word2vec.unpack import NotText, TooLarge

CHUNK_BYTES = 1 << 18
TELL_SECONDS = 0.25


@dataclass(frozen=True)
class Report:
    """How one URL went: its provenance, or why it failed."""

    outcome: Source | Failure
    contexts: int = 0
    tokens: int = 0


@dataclass(frozen=True)
class Fetcher:
    """What a task needs to know; travels to executors by pickle."""

    allowed: str
    limits: Limits
    tell: Callable[[Message], None]
    segmenter: Segmenter = Segmenter.NONE

    def records(self, urls: Iterable[str]) -> Iterator[bytes | Report]:
        """Chunks of token lines (UTF-8, each line a context), and after those of each URL its report."""
        for url in urls:
            try:
                yield from self._one(url)
            except (DownloadFailed, NotText, TooLarge) as error:
                failure = failure_of(url, error)
                self.tell({"failure": failure.model_dump()})
                yield Report(failure)

    def _one(self, url: str) -> Iterator[bytes | Report]:
        with tempfile.TemporaryDirectory(prefix="ophicleide-fetch-") as folder:
            path = Path(folder, "body")
            now = datetime.now(UTC)
            head, size, digest = self._spool(url, path)
            text = Text(path, head.content_type, self.limits.max_bytes)
            found = words = 0
            for chunk, chunk_contexts, chunk_tokens in chunks(contexts(text.lines(), segment_of(self.segmenter))):
                found += chunk_contexts
                words += chunk_tokens
                yield chunk
        source = Source(
            url=url,
            final_url=head.final_url,
            bytes=size,
            text_bytes=text.text_bytes,
            sha256=digest,
            charset=text.charset,
            content_type=head.content_type,
            etag=head.etag,
            fetched_at=now,
        )
        yield Report(source, contexts=found, tokens=words)

    def _spool(self, url: str, path: Path) -> tuple[Head, int, str]:
        """The body on disk; its head, length and SHA-256."""
        digest, received, told = hashlib.sha256(), 0, 0.0
        with download(url, Guard.parse(self.allowed), self.limits) as (head, pieces), path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                received += len(piece)
                if monotonic() - told > TELL_SECONDS:
                    self.tell({"url": url, "received": received, "expected": head.length})
                    told = monotonic()
        self.tell({"url": url, "received": received, "expected": received})
        return head, received, digest.hexdigest()


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


def failure_of(url: str, error: Exception) -> Failure:
    """The failure of one URL: a code, and a sentence with the setting or the remedy."""
    code, advice = next(entry for kind, *entry in _FAILURES if isinstance(error, kind))
    return Failure(code=FailureCode(code), detail=f"{url} was not read: {error}. {advice}", url=url)


_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (
        DownloadRefused,
        FailureCode.REFUSED_ADDRESS,
        "Only public addresses are read; the operator may list exceptions in OPHICLEIDE_FETCH_ALLOWED.",
    ),
    (
        DownloadTimedOut,
        FailureCode.FETCH_TIMEOUT,
        "Try again later, or ask the operator to raise OPHICLEIDE_FETCH_TIMEOUT_SECONDS (silence) or OPHICLEIDE_FETCH_TOTAL_SECONDS.",
    ),
    (
        DownloadTooLarge,
        FailureCode.CORPUS_TOO_LARGE,
        "Give smaller texts, or ask the operator to raise OPHICLEIDE_MAX_SOURCE_BYTES.",
    ),
    (
        TooLarge,
        FailureCode.CORPUS_TOO_LARGE,
        "Give smaller texts, or ask the operator to raise OPHICLEIDE_MAX_SOURCE_BYTES.",
    ),
    (DownloadFailed, FailureCode.UNREACHABLE_URL, "Check the URL, then create the model again."),
    (NotText, FailureCode.NOT_TEXT, "Give plain text or HTML, gzip if you like."),
)
