"""Words as they are spelt: which begin with a prefix, and which are spelt like a word that is not there.

Knows no vectors. Made for vocabularies of hundreds of thousands of words: both are answered by arrays, not word by word.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

MAX_SUGGESTIONS = 5
BREAK = b"\n"
"""Stands before each word of the joined text; no word holds one, as `artifact` sees to."""

Rows = npt.NDArray[np.intp]
Letters = npt.NDArray[np.uint32]


class Spellings:
    """`words[i]` is the word of row i, in falling count; rows are answered in rising order."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    def having_prefix(self, prefix: str) -> Rows:
        """Rows of the words that begin with it as given, or where none does, in lower case."""
        found = self._beginning(prefix)
        return found if len(found) or prefix == prefix.lower() else self._beginning(prefix.lower())

    def near(self, word: str) -> list[str]:
        """Up to five words a few edits away, the nearest first, of equally near ones the most frequent.

        An edit puts in, leaves out or replaces a letter, or swaps two neighbours (Damerau, 1964).
        """
        wanted = _letters([word])[0]
        most = edits_allowed(len(wanted))
        rows = self._close(wanted, most)
        distances = _edit_distances(wanted, _letters([self._words[row] for row in rows]))
        order = np.lexsort((rows, distances))[:MAX_SUGGESTIONS]
        return [self._words[rows[i]] for i in order if distances[i] <= most]

    def _beginning(self, prefix: str) -> Rows:
        if "\n" in prefix:
            return np.empty(0, np.intp)
        pattern, places, start = BREAK + prefix.encode(), [], 0
        while (start := self._text.find(pattern, start)) >= 0:
            places.append(start)
            start += len(pattern)
        return np.searchsorted(self._starts, np.array(places, dtype=np.int64))

    def _close(self, wanted: Letters, most: int) -> Rows:
        """Rows that may be `most` edits away: an edit changes the length by one, and the set of letters by two at most."""
        masks, lengths = self._signatures
        mask = np.bitwise_or.reduce(_bits(wanted), initial=np.uint64(0))
        near = np.abs(lengths - len(wanted)) <= most
        near &= np.bitwise_count(masks ^ mask) <= 2 * most
        return np.flatnonzero(near)

    @cached_property
    def _text(self) -> bytes:
        return BREAK + "\n".join(self._words).encode()

    @cached_property
    def _starts(self) -> npt.NDArray[np.int64]:
        """Where each word's break lies in the text."""
        return np.flatnonzero(np.frombuffer(self._text, np.uint8) == BREAK[0])

    @cached_property
    def _signatures(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
        """Of each word the set of its letters, as bits, and its length."""
        letters = np.frombuffer(("\n" + "\n".join(self._words)).encode("utf-32-le"), np.uint32)
        starts = np.flatnonzero(letters == BREAK[0])
        masks: npt.NDArray[np.uint64] = np.bitwise_or.reduceat(_bits(letters), starts)
        return masks, (np.diff(starts, append=len(letters)) - 1).astype(np.int32)


def edits_allowed(length: int) -> int:
    """So many that what is suggested is still like the word."""
    return 1 if length <= 4 else 2 if length <= 8 else 3


def _bits(letters: Letters) -> npt.NDArray[np.uint64]:
    """One of 64 bits for each letter; none for the break."""
    bits = np.left_shift(np.uint64(1), (letters & np.uint32(63)).astype(np.uint64))
    return np.where(letters == BREAK[0], np.uint64(0), bits)


def _letters(words: Sequence[str]) -> Letters:
    """Code points (words, longest), zeros after each word's end."""
    longest = max(map(len, words), default=0)
    text = "".join(word.ljust(longest, "\0") for word in words)
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).reshape(len(words), longest)


def _edit_distances(wanted: Letters, others: Letters) -> npt.NDArray[np.int32]:
    """Edits from one word (n,) to each of many (m, longest), by the usual table, one cell of all tables at a time."""
    count, longest = others.shape
    before: list[npt.NDArray[np.int32]] = []
    above = [np.full(count, column, np.int32) for column in range(longest + 1)]
    for i, letter in enumerate(wanted, start=1):
        row = [np.full(count, i, np.int32)]
        for j in range(1, longest + 1):
            same = others[:, j - 1] == letter
            cell = np.minimum(np.minimum(above[j], row[j - 1]) + 1, above[j - 1] + ~same)
            if i > 1 and j > 1:
                swapped = (others[:, j - 2] == letter) & (others[:, j - 1] == wanted[i - 2])
                cell = np.where(swapped, np.minimum(cell, before[j - 2] + 1), cell)
            row.append(cell)
        before, above = above, row
    lengths = np.count_nonzero(others, axis=1)
    distances: npt.NDArray[np.int32] = np.stack(above, axis=1)[np.arange(count), lengths]
    return distances
