"""The file that a model's vectors are kept in: version 1 of a format that loading executes nothing of.

    offset 0   8 bytes   b"OPHICLV1"
    offset 8   4 bytes   length of the header, unsigned little-endian
    offset 12  header    JSON: version, vocabulary_size, vector_size, sections {name: [offset, bytes]}
    then the sections, each at a multiple of 64 bytes from the start of the file, zero-padded between:
    words   UTF-8, joined by "\\n"          counts  int64 little-endian (V,)
    matrix  float32 little-endian (V, D), row-major
and three that could be made of those, written so that loading need not:
    places  uint32 little-endian (V + 1,): where each word starts in `words`, and where one more would
    order   uint32 little-endian (V,): the words' numbers in the order of their bytes
    inverse_norms  float32 little-endian (V,): 1 / L2 norm of each row, 0 for a row of zeros
A file without them is read as well.
The whole file's length and SHA-256 are kept with the model.
"""

import json
from collections.abc import Iterator

import numpy as np

from ophicleide.domain.errors import ArtifactDamaged
from ophicleide.domain.layout import FORMAT_VERSION, MAGIC, PREFIX, Layout, read_layout
from ophicleide.domain.search import Float32, Search
from ophicleide.domain.vectors import WordVectors
from ophicleide.domain.vocabulary import Places, Vocabulary, order_of, places_of

__all__ = ["ALIGNMENT", "CHUNK_BYTES", "FORMAT_VERSION", "MAGIC", "decode", "encode"]

ALIGNMENT = 64
DERIVED = frozenset({"places", "order", "inverse_norms"})
CHUNK_BYTES = 1 << 20


def encode(vectors: WordVectors) -> Iterator[bytes]:
    """The file's bytes in chunks of at most 1 MiB or so; the matrix is never copied whole."""
    each = [word.encode() for word in vectors.words]
    words = b"\n".join(each)
    if words.count(b"\n") + 1 != len(vectors.words):
        raise ValueError("a vocabulary has one word at least, and no word holds a line break")
    parts = {
        "words": memoryview(words),
        "counts": np.ascontiguousarray(vectors.counts, dtype="<i8").data.cast("B"),
        "places": places_of(each).data.cast("B"),
        "order": order_of(each).data.cast("B"),
        "inverse_norms": np.ascontiguousarray(vectors.search.inverse_norms, dtype="<f4").data.cast("B"),
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
    """The vectors of an encoded file; everything is a view of `data`, nothing is copied."""
    view = memoryview(data)
    try:
        return _sections(view, read_layout(view))
    except (ValueError, OverflowError) as error:
        raise ArtifactDamaged("The stored vectors cannot be read: a section is damaged.") from error


def _sections(view: memoryview, layout: Layout) -> WordVectors:
    def section(name: str) -> memoryview:
        offset, size = layout.sections[name]
        if offset + size > len(view):
            raise ArtifactDamaged("The stored vectors are cut short.")
        return view[offset : offset + size]

    rows = layout.vocabulary_size
    counts = np.frombuffer(section("counts"), dtype="<i8")
    matrix = np.frombuffer(section("matrix"), dtype="<f4").reshape(rows, layout.vector_size)
    text = str(section("words"), "utf-8")
    if text.count("\n") + 1 != rows:
        raise ArtifactDamaged("The stored vectors, words and counts do not match in number.")
    if not layout.sections.keys() >= DERIVED:
        return WordVectors(text.split("\n"), matrix, counts)
    places, order = np.frombuffer(section("places"), dtype="<u4"), np.frombuffer(section("order"), dtype="<u4")
    norms = np.frombuffer(section("inverse_norms"), dtype="<f4")
    _check(places, order, norms, rows, len(section("words")))
    vectors = WordVectors(Vocabulary(section("words"), places, order), matrix, counts)
    vectors.__dict__["search"] = Search(matrix, norms)  # in place of the cached property's own pass over the matrix
    return vectors


def _check(places: Places, order: Places, norms: Float32, rows: int, letters: int) -> None:
    in_number = len(places) == rows + 1 and len(order) == len(norms) == rows
    if not in_number or places[0] != 0 or places[-1] != letters + 1 or order.max() >= rows:
        raise ArtifactDamaged("The stored places, order or norms do not match the words.")
    if not (places[1:] > places[:-1]).all():
        raise ArtifactDamaged("The stored places of words do not rise.")


def _head(vectors: WordVectors, sizes: dict[str, int]) -> tuple[bytes, dict[str, int]]:
    """The prefix and header, and each section's offset; the header is padded so that its own length is known first."""
    room = 512
    position, offsets = _aligned(PREFIX.size + room), {}
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
    return PREFIX.pack(MAGIC, len(header)) + header, offsets


def _aligned(position: int) -> int:
    return -(-position // ALIGNMENT) * ALIGNMENT
