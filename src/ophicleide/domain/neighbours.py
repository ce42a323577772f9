"""A word's neighbours as they are kept: found once when a model is made, read by one indexed lookup.

Reading needs neither matrix nor vocabulary nor numpy, so that a cold function answers for frequent words without them.
A record:   count  uint16 little-endian     similarities  count x float32     words  UTF-8, joined by "\\n"
"""

import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ophicleide.domain.vectors import WordVectors

KEPT_WORDS = 10_000
"""The most frequent words: in running English they are 95 words of 100, and records stay near 8 MB whatever the vocabulary."""

KEPT_NEIGHBOURS = 50
WORDS_AT_ONCE = 64


def encode(neighbours: Sequence[tuple[str, float]]) -> bytes:
    words, similarities = [word for word, _ in neighbours], [similarity for _, similarity in neighbours]
    return struct.pack(f"<H{len(words)}f", len(words), *similarities) + "\n".join(words).encode()


def decode(record: bytes, top_k: int) -> list[tuple[str, float]] | None:
    """The first `top_k` neighbours, falling; None where the record holds fewer."""
    (count,) = struct.unpack_from("<H", record)
    if top_k > count:
        return None
    similarities = struct.unpack_from(f"<{top_k}f", record, 2)
    words = record[2 + 4 * count :].decode().split("\n")
    return list(zip(words[:top_k], similarities, strict=True))


def records(vectors: "WordVectors", words: int = KEPT_WORDS) -> Iterator[tuple[str, bytes]]:
    """(word, record) of the `words` most frequent words; vocabularies are in falling count."""
    last = min(words, len(vectors.words))
    for start in range(0, last, WORDS_AT_ONCE):
        rows = range(start, min(start + WORDS_AT_ONCE, last))
        found = vectors.most_similar_to_rows(rows, KEPT_NEIGHBOURS)
        yield from ((vectors.words[row], encode(near)) for row, near in zip(rows, found, strict=True))
