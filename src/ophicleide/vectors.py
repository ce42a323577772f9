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


@dataclass(frozen=True)
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

    @property
    def size_bytes(self) -> int:
        return int(self.matrix.nbytes) + sum(map(len, self.words))

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

        Exact: every row is compared, in float32.
        """
        row = self.row(word)
        similarities = (self.matrix @ (self.matrix[row] * self.inverse_norms[row])) * self.inverse_norms
        similarities[row] = -np.inf
        return [
            (self.words[i], float(similarities[i])) for i in _highest(similarities, min(top_k, len(self.words) - 1))
        ]


def _highest(values: Matrix, count: int) -> npt.NDArray[np.intp]:
    """Positions of the `count` highest values, falling; equal values in rising position, also at the cut."""
    if count <= 0:
        return np.empty(0, dtype=np.intp)
    threshold = np.partition(values, -count)[-count]
    above = np.flatnonzero(values > threshold)
    tied = np.flatnonzero(values == threshold)[: count - len(above)]
    chosen = np.concatenate([above, tied])
    return chosen[np.lexsort((chosen, -values[chosen]))]
