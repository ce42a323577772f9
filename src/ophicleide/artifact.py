"""The file that a model's vectors are kept in: version 1 of a format that loading executes nothing of.

    offset 0   8 bytes   b"OPHICLV1"
    offset 8   4 bytes   length of the header, unsigned little-endian
    offset 12  header    JSON: version, vocabulary_size, vector_size, sections {name: [offset, bytes]}
    then the sections, each at a multiple of 64 bytes from the start of the file, zero-padded between:
    words   UTF-8, joined by "\\n"          counts  int64 little-endian (V,)
    matrix  float32 little-endian (V, D), row-major
The whole file's length and SHA-256 are kept with the model.
"""

import json
import struct
from collections.abc import Iterator

import numpy as np

from ophicleide.errors import ArtifactDamaged
from ophicleide.vectors import WordVectors

MAGIC = b"OPHICLV1"
FORMAT_VERSION = 1
ALIGNMENT = 64
CHUNK_BYTES = 1 << 20
_PREFIX = struct.Struct("<8sI")


def encode(vectors: WordVectors) -> Iterator[bytes]:
    """The file's bytes in chunks of at most 1 MiB or so; the matrix is never copied whole."""
    words = "\n".join(vectors.words).encode()
    if words.count(b"\n") + 1 != len(vectors.words):
        raise ValueError("a vocabulary has one word at least, and no word holds a line break")
    parts = {
        "words": memoryview(words),
        "counts": np.ascontiguousarray(vectors.counts, dtype="<i8").data.cast("B"),
        "matrix": np.ascontiguousarray(vectors.matrix, dtype="<f4").data.cast("B"),
    }
    head, offsets = _head(vectors, {name: part.nbytes for name, part in parts.items()})
    yield head
    position = len(head)
    for name, part in parts.items():
        yield bytes(offsets[name] - position)
        for start in range(0, part.nbytes, CHUNK_BYTES):
            yield bytes(part[start : start + CHUNK_BYTES])
        position = offsets[name] + part.nbytes


def decode(data: bytes | bytearray | memoryview) -> WordVectors:
    """The vectors of an encoded file; arrays are views of `data`, nothing is copied but the words."""
    try:
        magic, length = _PREFIX.unpack_from(data)
        if magic != MAGIC:
            raise ArtifactDamaged("The stored vectors are not in a format that this version reads.")
        view = memoryview(data)
        header = json.loads(bytes(view[_PREFIX.size : _PREFIX.size + length]))
        return _sections(view, header)
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ArtifactDamaged("The stored vectors cannot be read: their header or a section is damaged.") from error


def _sections(view: memoryview, header: dict[str, object]) -> WordVectors:
    def section(name: str) -> memoryview:
        offset, size = header["sections"][name]  # type: ignore[index]
        if offset < 0 or size < 0 or offset + size > len(view):
            raise ArtifactDamaged("The stored vectors are cut short.")
        return view[offset : offset + size]

    if header["version"] != FORMAT_VERSION:
        raise ArtifactDamaged("The stored vectors are in a version of the format that is not read here.")
    shape = (int(header["vocabulary_size"]), int(header["vector_size"]))  # type: ignore[call-overload]
    words = str(section("words"), "utf-8").split("\n")
    matrix, counts = np.frombuffer(section("matrix"), dtype="<f4"), np.frombuffer(section("counts"), dtype="<i8")
    if min(shape) < 1 or len(words) != shape[0] or len(counts) != shape[0]:
        raise ArtifactDamaged("The stored vectors, words and counts do not match in number.")
    return WordVectors(words, matrix.reshape(shape), counts)


def _head(vectors: WordVectors, sizes: dict[str, int]) -> tuple[bytes, dict[str, int]]:
    """The prefix and header, and each section's offset; the header is padded so that its own length is known first."""
    room = 512
    position, offsets = _aligned(_PREFIX.size + room), {}
    for name, size in sizes.items():
        offsets[name] = position
        position = _aligned(position + size)
    fields = {
        "version": FORMAT_VERSION,
        "vocabulary_size": len(vectors.words),
        "vector_size": vectors.vector_size,
        "sections": {name: [offsets[name], size] for name, size in sizes.items()},
    }
    header = json.dumps(fields).encode().ljust(room)
    return _PREFIX.pack(MAGIC, len(header)) + header, offsets


def _aligned(position: int) -> int:
    return -(-position // ALIGNMENT) * ALIGNMENT
