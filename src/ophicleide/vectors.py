"""Word vectors in memory: the vocabulary, the matrix and the exact search over them.

Arrays, not files: how vectors are stored is `artifact.py`'s affair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ophicleide.errors import UnknownWord

Matrix = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]

MAX_SUGGESTIONS = 5

WORD_BYTES = 160
"""What CPython 3.11 keeps of a word besides its letters: the string, its places in list and index, its row number."""

TIE_TOLERANCE = 1e-5
"""More than the rounding error of a float32 similarity at 2,000 dimensions."""


@dataclass(frozen=True, eq=False)
class WordVectors:
    """`words[i]` has the vector `matrix[i]` and was seen `counts[i]` times.

    words: V words in falling count, ties by the word itself; matrix: float32 (V, D); counts: int64 (V,).
    """

    words: Sequence[str]
    matrix: Matrix
    counts: Counts

    @property
    def vector_size(self) -> int:
        return int(self.matrix.shape[1])

    @cached_property
    def size_bytes(self) -> int:
        """Memory that all of it takes once it was searched, by estimate for what Python keeps of each word."""
        arrays = self.matrix.nbytes + self.counts.nbytes + self.inverse_norms.nbytes
        return int(arrays) + WORD_BYTES * len(self.words) + 2 * sum(map(len, self.words))

    @cached_property
    def index(self) -> dict[str, int]:
        """Row number of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def inverse_norms(self) -> Matrix:
        """1 / L2 norm of each row, float32 (V,); 0 for a row of zeros, which is then similar to nothing."""
        norms = np.sqrt(np.einsum("ij,ij->i", self.matrix, self.matrix))
        inverse: Matrix = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
        return inverse

    def row(self, word: str) -> int:
        """Row of the word as given, or in lower case as tokens are; `UnknownWord` with near spellings otherwise."""
        for form in (word, word.lower()):
            if form in self.index:
                return self.index[form]
        raise UnknownWord(word, self.near_spellings(word))

    def near_spellings(self, word: str) -> list[str]:
        """Up to five vocabulary words that are spelt like it, likest first."""
        return get_close_matches(word.lower(), self.words, n=MAX_SUGGESTIONS, cutoff=0.75)

    def most_similar(self, word: str, top_k: int) -> list[tuple[str, float]]:
        """The `top_k` words of highest cosine similarity to a word, itself left out; ties in row order.

        Exact: every row is compared in float32, and those that may be among the highest again in float64,
        because a float32 product rounds equal rows differently, depending on where they lie.
        """
        row, count = self.row(word), min(top_k, len(self.words) - 1)
        similarities = (self.matrix @ (self.matrix[row] * self.inverse_norms[row])) * self.inverse_norms
        similarities[row] = -np.inf
        rows = _candidates(similarities, count)
        exact = self._similarities(row, rows)
        best = np.lexsort((rows, -exact))[:count]
        return [(self.words[rows[i]], float(exact[i])) for i in best]

    def _similarities(self, row: int, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Cosine similarities of one row to others in float64; 0 where either is a row of zeros."""
        one, others = self.matrix[row].astype(np.float64), self.matrix[rows].astype(np.float64)
        norms = np.sqrt((one @ one) * np.einsum("ij,ij->i", others, others))
        products = np.einsum("ij,j->i", others, one)
        cosines: npt.NDArray[np.float64] = np.divide(products, norms, out=np.zeros_like(norms), where=norms > 0)
        return cosines.clip(-1, 1)


def _candidates(similarities: Matrix, count: int) -> npt.NDArray[np.intp]:
    """Rows that rounding may have kept from being among the `count` highest, and those that are."""
    if count <= 0:
        return np.empty(0, dtype=np.intp)
    threshold = np.partition(similarities, -count)[-count]
    return np.flatnonzero(similarities >= threshold - TIE_TOLERANCE)
