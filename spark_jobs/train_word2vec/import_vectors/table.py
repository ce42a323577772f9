"""The rows of an import as they are read: words in memory, numbers in a file on disk; every word and number checked here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from ophicleide.domain.vectors import Matrix
from spark_jobs.train_word2vec.import_vectors.faults import NotVectors, TooManyVectors, shown

MAX_WORD_BYTES = 1000
BYTES_A_WORD = 200
"""What a word takes in memory besides its numbers, by estimate."""


@dataclass
class Table:
    """`place` names a row in what is said of it: a line or a word, counted from 1."""

    file: IO[bytes]
    vector_size: int
    max_bytes: int
    place: str
    first: int = 1
    rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.vector_size < 1 or self.vector_size > 100_000:
            raise NotVectors(
                f"it declares {self.vector_size:,} numbers a word; at least 1 and at most 100,000 are read"
            )
        self.check_size(1)

    def check_size(self, words: int) -> None:
        """Before anything is reserved: whether so many words may be taken."""
        needed = words * (4 * self.vector_size + BYTES_A_WORD)
        if needed > self.max_bytes:
            raise TooManyVectors(
                f"{words:,} words of {self.vector_size:,} numbers need {needed:,} bytes of memory, the limit is {self.max_bytes:,}"
            )

    def add(self, words: Sequence[bytes], numbers: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
        """Some rows: `numbers` has one for each word."""
        start = len(self.rows)
        self.check_size(start + len(words))
        for word in words:
            self._name(word)
        finite = np.isfinite(numbers).all(axis=1)
        if not finite.all():
            row = int(np.argmin(finite))
            raise NotVectors(
                f"{self.at(start + row)}: the vector of {shown(words[row])} has a number that is not finite"
            )
        self.file.write(np.ascontiguousarray(numbers, dtype="<f4").data)

    def at(self, row: int) -> str:
        return f"{self.place} {row + self.first:,}"

    def matrix(self) -> Matrix:
        """The numbers, mapped from disk: float32 (V, D)."""
        self.file.flush()
        shape = (len(self.rows), self.vector_size)
        return np.memmap(Path(self.file.name), dtype="<f4", mode="r", shape=shape)

    def _name(self, word: bytes) -> None:
        row = len(self.rows)
        if not word or len(word) > MAX_WORD_BYTES or b"\n" in word:
            raise NotVectors(
                f"{self.at(row)}: a word has 1 to {MAX_WORD_BYTES:,} bytes and no line break, not {shown(word)}"
            )
        try:
            text = word.decode()
        except UnicodeDecodeError:
            raise NotVectors(f"{self.at(row)}: the word {shown(word)} is not UTF-8") from None
        earlier = self.rows.setdefault(text, row)
        if earlier != row:
            raise NotVectors(f"{self.at(row)}: the word {shown(word)} stands in {self.at(earlier)} already")
