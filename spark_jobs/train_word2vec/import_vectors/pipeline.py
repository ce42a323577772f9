"""The steps of an import, in order: fetch, read and check. What is published comes out of here."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO

import numpy as np

from ophicleide.domain.imports import ImportFormat, VectorsSource
from ophicleide.domain.models import Failure, FailureCode, Phase, Source
from ophicleide.domain.vectors import WordVectors
from ophicleide.fetching.download import Limits, download
from ophicleide.fetching.guard import Guard
from spark_jobs.train_word2vec.failures import JobFailed
from spark_jobs.train_word2vec.fetch_failures import FetchFault, failure_of
from spark_jobs.train_word2vec.import_vectors import read_binary, read_text
from spark_jobs.train_word2vec.import_vectors.detect import format_of, header_of
from spark_jobs.train_word2vec.import_vectors.faults import NotVectors, TooManyVectors
from spark_jobs.train_word2vec.import_vectors.progress import ImportBoard
from spark_jobs.train_word2vec.import_vectors.table import Table
from spark_jobs.train_word2vec.unpack import NotText, peek, unpacked


@dataclass(frozen=True)
class Imported:
    """Vectors as they were at a URL. `counts` are 0: the formats do not tell them."""

    vectors: WordVectors
    source: Source


@dataclass(frozen=True)
class Import:
    allowed: str
    limits: Limits
    max_bytes: int
    board: ImportBoard
    check: Callable[[], None]

    def run(self, wanted: VectorsSource) -> Imported:
        try:
            return self._run(wanted)
        except TooManyVectors as error:
            advice = "Give fewer, or ask the operator to raise OPHICLEIDE_MAX_TRAINING_BYTES."
            raise _failed(FailureCode.VOCABULARY_TOO_LARGE, wanted, f"was not taken: {error}. {advice}") from error
        except (NotVectors, NotText) as error:
            advice = "Give word2vec text or binary, or GloVe text, gzip if you like."
            raise _failed(FailureCode.NOT_VECTORS, wanted, f"cannot be read as vectors: {error}. {advice}") from error
        except FetchFault as error:
            raise JobFailed(failure_of(wanted.url, error)) from error

    def _run(self, wanted: VectorsSource) -> Imported:
        with tempfile.TemporaryDirectory(prefix="ophicleide-import-") as folder:
            self.check()
            self.board.enter(Phase.FETCHING)
            body = Path(folder, "body")
            received = self._fetch(wanted.url, body)
            self.check()
            self.board.enter(Phase.CHECKING)
            text_bytes = 0

            def counted() -> Iterator[bytes]:
                nonlocal text_bytes
                for piece in unpacked(body, self.limits.max_bytes):
                    self.check()
                    text_bytes += len(piece)
                    self.board.read(text_bytes)
                    yield piece

            # The file goes when the folder does; what is mapped of it stays as long as the arrays do.
            with Path(folder, "matrix").open("w+b") as file:
                table = self._read(counted(), wanted.format, file)
                words, matrix = list(table.rows), table.matrix()
        vectors = WordVectors(words, matrix, np.zeros(len(words), dtype=np.int64))
        return Imported(vectors, received.model_copy(update={"text_bytes": text_bytes}))

    def _read(self, pieces: Iterator[bytes], declared: ImportFormat | None, file: IO[bytes]) -> Table:
        head, pieces = peek(pieces)
        if not head.strip():
            raise NotVectors("it is empty")
        kind = format_of(head, declared)
        header = header_of(head)
        if kind is ImportFormat.GLOVE_TEXT or header is None:
            return self._read_glove(read_text.lines_of(pieces), file)
        count, vector_size, length = header
        table = Table(file, vector_size, self.max_bytes, "word")
        table.check_size(count)
        if kind is ImportFormat.WORD2VEC_BINARY:
            data = read_binary.Bytes(pieces)
            data.exactly(length)
            read_binary.read_rows(data, table, count)
        else:
            table.place, table.first = "line", 2
            lines = read_text.lines_of(pieces)
            next(lines)
            read_text.read_rows(lines, table)
        if len(table.rows) != count or count == 0:
            raise NotVectors(f"its header declares {count:,} words, and {len(table.rows):,} follow")
        return table

    def _read_glove(self, lines: Iterator[bytes], file: IO[bytes]) -> Table:
        first = next(lines).removeprefix(b"\xef\xbb\xbf")
        table = Table(file, read_text.numbers_in(first), self.max_bytes, "line")
        read_text.read_rows(chain([first], lines), table)
        return table

    def _fetch(self, url: str, path: Path) -> Source:
        digest, received, now = hashlib.sha256(), 0, datetime.now(UTC)
        with download(url, Guard.parse(self.allowed), self.limits) as (head, pieces), path.open("wb") as file:
            for piece in pieces:
                self.check()
                file.write(piece)
                digest.update(piece)
                received += len(piece)
                self.board.received(received, head.length)
        self.board.received(received, received)
        return Source(
            url=url,
            final_url=head.final_url,
            bytes=received,
            text_bytes=0,
            sha256=digest.hexdigest(),
            charset="utf-8",
            content_type=head.content_type,
            etag=head.etag,
            fetched_at=now,
        )


def _failed(code: FailureCode, wanted: VectorsSource, said: str) -> JobFailed:
    return JobFailed(Failure(code=code, detail=f"{wanted.url} {said}", url=wanted.url))
