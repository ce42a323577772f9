"""Large texts in byte ranges: each task streams one, straight from the network into token lines, without a copy on disk."""

import codecs
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ophicleide.domain.models import Failure, Source
from ophicleide.fetching.download import download
from ophicleide.fetching.guard import Guard
from spark_jobs.train_word2vec.charset import characters
from spark_jobs.train_word2vec.fetch import Fetcher, Meter, chunks
from spark_jobs.train_word2vec.fetch_failures import FetchFault, failure_of
from spark_jobs.train_word2vec.read_text import lines_of
from spark_jobs.train_word2vec.segment import segment_of
from spark_jobs.train_word2vec.split import ByteRange, Split
from spark_jobs.train_word2vec.tokenise import contexts


@dataclass(frozen=True)
class RangeReport:
    """How one range went. `misread`: it is not in the charset that its text was taken to have, so all must be read anew."""

    text: Split
    digest: bytes = b""
    contexts: int = 0
    tokens: int = 0
    failure: Failure | None = None
    misread: bool = False


@dataclass(frozen=True)
class RangeFetcher:
    fetcher: Fetcher

    def records(self, ranges: Iterable[ByteRange]) -> Iterator[bytes | RangeReport]:
        """Chunks of token lines, and after those of each range its report."""
        for part in ranges:
            try:
                yield from self._one(part)
            except UnicodeDecodeError:
                yield RangeReport(part.text, misread=True)
            except FetchFault as error:
                failure = failure_of(part.text.url, error)
                self.fetcher.tell({"failure": failure.model_dump()})
                yield RangeReport(part.text, failure=failure)

    def _one(self, part: ByteRange) -> Iterator[bytes | RangeReport]:
        fetcher, text = self.fetcher, part.text
        meter = Meter(part.name, part.end - part.start, fetcher.tell)
        found = words = 0
        with download(text.url, Guard.parse(fetcher.allowed), fetcher.limits, part.tail) as (_, pieces):
            lines = lines_of(_decoded(part.lines(pieces, meter.count), text))
            for chunk, chunk_contexts, chunk_tokens in chunks(contexts(lines, segment_of(fetcher.segmenter))):
                found += chunk_contexts
                words += chunk_tokens
                fetcher.tell({"url": part.name, "text_bytes": meter.received})
                yield chunk
        received = meter.done()
        fetcher.tell({"url": part.name, "text_bytes": received.size_bytes})
        yield RangeReport(text, received.digest, found, words)


def _decoded(pieces: Iterator[bytes], text: Split) -> Iterator[str]:
    """Strictly where the charset was only taken to be UTF-8, leniently where someone declared it."""
    return characters(pieces, text.charset) if text.sure else codecs.iterdecode(pieces, text.charset)


def source_of(text: Split, reports: Sequence[RangeReport]) -> Source:
    """Provenance of a text that was read in ranges."""
    return Source(
        url=text.url,
        final_url=text.head.final_url,
        bytes=text.length,
        text_bytes=text.length,
        sha256=hashlib.sha256(b"".join(report.digest for report in reports)).hexdigest(),
        range_bytes=text.range_bytes,
        charset=text.charset.removesuffix("-sig"),
        content_type=text.head.content_type,
        etag=text.head.etag,
        fetched_at=text.fetched_at,
    )
