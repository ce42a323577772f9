"""Artifacts as GridFS files: written by its library, read chunk by chunk into one buffer.

A file's id is `<model id>.<attempt>.<token>`; a fresh token a write, so that a half-written file is never taken for a whole one.
"""

import hashlib
import mmap
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from secrets import token_hex
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from ophicleide.domain.errors import ArtifactDamaged
from ophicleide.domain.published import ArtifactFile
from ophicleide.stores.mongo.connection import Document, MongoConnection

BUCKET = "artifacts"
CHUNK_BYTES = 1 << 20
READERS = 2
"""Threads, each on a connection of its own, that read one artifact: one waits for the server while the other takes; more were slower."""

SPAN_BYTES = 4 * CHUNK_BYTES
CHUNKS_AT_ONCE = 4
"""Few, because a reader of ranges may be slow, and there may be many of them."""


class MongoArtifactStore:
    def __init__(self, connection: MongoConnection) -> None:
        self._connection = connection

    def write(self, model_id: str, attempt: int, chunks: Iterable[bytes]) -> tuple[str, int, str]:
        from gridfs import GridFSBucket  # who only reads does not wait for it

        artifact_id, size, digest = f"{model_id}.{attempt}.{token_hex(8)}", 0, hashlib.sha256()
        metadata = {"model_id": model_id, "attempt": attempt}
        with self._connection.transfer() as database:
            _remove(database, f"{model_id}.{attempt}.")
            bucket = GridFSBucket(database, BUCKET, chunk_size_bytes=CHUNK_BYTES)
            with bucket.open_upload_stream_with_id(artifact_id, f"{model_id}.{attempt}", metadata=metadata) as stream:
                for chunk in chunks:
                    stream.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
        return artifact_id, size, digest.hexdigest()

    def read(self, artifact: ArtifactFile) -> memoryview:
        view, digest = _room(artifact.bytes), hashlib.sha256()
        spans = [(start, min(start + SPAN_BYTES, artifact.bytes)) for start in range(0, artifact.bytes, SPAN_BYTES)]
        with ThreadPoolExecutor(READERS) as readers:
            # In order, so that what has come is summed while the rest is still read.
            for start, end in readers.map(lambda span: self._fill(view, artifact, *span), spans):
                digest.update(view[start:end])
        if digest.hexdigest() != artifact.sha256:
            raise ArtifactDamaged("The stored vectors differ from those that were published.")
        return view

    def _fill(self, view: memoryview, artifact: ArtifactFile, start: int, end: int) -> tuple[int, int]:
        for chunk in self._some(artifact, start // CHUNK_BYTES, (end - 1) // CHUNK_BYTES):
            offset = chunk["n"] * CHUNK_BYTES
            view[offset : offset + len(chunk["data"])] = chunk["data"]
        return start, end

    def read_range(self, artifact: ArtifactFile, start: int, end: int) -> Iterator[bytes]:
        first, last = start // CHUNK_BYTES, (end - 1) // CHUNK_BYTES
        for number in range(first, last + 1, CHUNKS_AT_ONCE):
            for chunk in self._some(artifact, number, min(number + CHUNKS_AT_ONCE - 1, last)):
                offset = chunk["n"] * CHUNK_BYTES
                yield chunk["data"][max(start - offset, 0) : end - offset]

    def _some(self, artifact: ArtifactFile, first: int, last: int) -> list[Document]:
        """Asked for anew each time: the server forgets a cursor that is idle while a slow caller reads."""
        with self._connection.transfer() as database:
            wanted = {"files_id": artifact.id, "n": {"$gte": first, "$lte": last}}
            found = list(_chunks(database).find(wanted, sort=[("files_id", 1), ("n", 1)]))
        for number, chunk in zip(range(first, last + 1), found, strict=False):
            if chunk["n"] != number or len(chunk["data"]) != min(CHUNK_BYTES, artifact.bytes - number * CHUNK_BYTES):
                raise ArtifactDamaged("The stored vectors have a wrong or missing piece.")
        if len(found) != last - first + 1:
            raise ArtifactDamaged("The stored vectors are missing or cut short.")
        return found

    def remove(self, model_id: str) -> None:
        with self._connection.transfer() as database:
            _remove(database, f"{model_id}.")


def _room(size: int) -> memoryview:
    """Memory in huge pages where the system has them: sooner filled, and sooner searched."""
    room = mmap.mmap(-1, max(size, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # a kernel without them
            room.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(room)[:size]


def _remove(database: Database[Document], prefix: str) -> None:
    """Chunks by their own ids, not by the files': a half-written file has chunks only."""
    having_prefix = {"$gte": prefix, "$lt": prefix[:-1] + "/"}  # "/" follows "." in ASCII
    database[BUCKET].files.delete_many({"_id": having_prefix})
    _chunks(database).delete_many({"files_id": having_prefix})


def _chunks(database: Database[Document]) -> Collection[dict[str, Any]]:
    return database[BUCKET].chunks
