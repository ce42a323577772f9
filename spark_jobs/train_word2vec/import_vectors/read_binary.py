"""Rows of word2vec's binary format: a word, a blank, then its numbers as little-endian float32; line ends between rows may be there or not."""

from collections.abc import Iterator

import numpy as np

from spark_jobs.train_word2vec.import_vectors.faults import NotVectors
from spark_jobs.train_word2vec.import_vectors.table import MAX_WORD_BYTES, Table

ROWS_AT_ONCE = 1000


class Bytes:
    """Pieces read as one run."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._data, self._place = pieces, b"", 0

    def word(self) -> bytes | None:
        """Up to the next blank, which is passed over; None where the rest has none within a word's length."""
        while (end := self._data.find(b" ", self._place, self._place + MAX_WORD_BYTES + 2)) < 0:
            if len(self._data) - self._place > MAX_WORD_BYTES + 1 or not self._more():
                return None
        found = self._data[self._place : end]
        self._place = end + 1
        return found.lstrip(b"\n")

    def exactly(self, size: int) -> bytes | None:
        while len(self._data) - self._place < size:
            if not self._more():
                return None
        start, self._place = self._place, self._place + size
        return self._data[start : self._place]

    def rest(self) -> bytes:
        """What is left, or the beginning of it."""
        while not self._data[self._place :].strip() and self._more():
            pass
        return self._data[self._place :].strip()

    def _more(self) -> bool:
        piece = next(self._pieces, b"")
        self._data, self._place = self._data[self._place :] + piece, 0
        return piece != b""


def read_rows(data: Bytes, table: Table, count: int) -> None:
    """So many rows into the table, and nothing after them."""
    while len(table.rows) < count:
        words, numbers = [], bytearray()
        for row in range(len(table.rows), min(len(table.rows) + ROWS_AT_ONCE, count)):
            word = data.word()
            vector = None if word is None else data.exactly(4 * table.vector_size)
            if word is None or vector is None:
                raise NotVectors(f"{table.at(row)} of {count:,} is missing or cut short")
            words.append(word)
            numbers += vector
        table.add(words, np.frombuffer(numbers, dtype="<f4").reshape(len(words), table.vector_size))
    if data.rest():
        raise NotVectors(f"it goes on after the {count:,} words that its header declares")
