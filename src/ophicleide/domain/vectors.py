"""Word vectors in memory: the vocabulary, the matrix and which words are near.

Arrays, not files: how vectors are stored is `artifact.py`'s affair; numbers alone are `search.py`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ophicleide.domain.errors import UnknownWord
from ophicleide.domain.search import Float32, Float64, Search, inverse_norms, unit
from ophicleide.domain.spellings import Spellings
from ophicleide.domain.vocabulary import Numbers, Vocabulary
from ophicleide.domain.words import forms_of, spelt

Matrix = Float32
Counts = npt.NDArray[np.int64]

WORD_BYTES = 160
"""What CPython 3.11 keeps of a word of a list besides its letters: the string, its places in list and index, its row number."""

ROUNDING = 1e-12
"""Below this part of what was added up, a sum of unit vectors is what rounding left of nothing."""


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
        arrays = self.matrix.nbytes + self.counts.nbytes + self.search.inverse_norms.nbytes
        if isinstance(self.words, Vocabulary):
            return int(arrays) + self.words.size_bytes
        return int(arrays) + WORD_BYTES * len(self.words) + 2 * sum(map(len, self.words))

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Row number of each word."""
        if isinstance(self.words, Vocabulary):
            return Numbers(self.words)
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def search(self) -> Search:
        return Search(self.matrix, inverse_norms(self.matrix))

    @cached_property
    def spellings(self) -> Spellings:
        return Spellings(self.words)

    def find(self, word: str) -> int | None:
        """Row of the word as given, or spelt as words are learnt; None where it is not in the vocabulary."""
        return next((self.index[form] for form in forms_of(word) if form in self.index), None)

    def row(self, word: str) -> int:
        """Row of the word as `find` finds it; `UnknownWord` with near spellings otherwise."""
        if (row := self.find(word)) is None:
            raise UnknownWord(word, self.near_spellings(word))
        return row

    def near_spellings(self, word: str) -> list[str]:
        """Up to five vocabulary words that are spelt like it, likest first."""
        return self.spellings.near(spelt(word))

    def direction(self, row: int) -> Float64:
        """The unit vector of a row, float64 (D,); zeros for a row of zeros."""
        return unit(self.matrix[row])

    def toward(self, signed: Sequence[tuple[int, float]]) -> Float64:
        """Direction of the weighted sum of rows' directions, which points the way of gensim's mean (3CosAdd), float64 (D,).

        signed: (row, weight), negative weights to be far from; zeros where nothing but rounding is left of the sum.
        """
        if len(signed) == 1 and signed[0][1] > 0:  # to the bit what one word alone is answered by
            return self.direction(signed[0][0])
        total = np.sum([weight * self.direction(row) for row, weight in signed], axis=0)
        if np.abs(total).max() <= ROUNDING * sum(abs(weight) for _, weight in signed):
            return np.zeros_like(total)
        return unit(total)

    def most_similar(self, word: str, top_k: int) -> list[tuple[str, float]]:
        """The `top_k` words of highest cosine similarity to a word, itself left out; ties in row order."""
        return self.most_similar_to_rows([self.row(word)], top_k)[0]

    def most_similar_to_rows(self, rows: Sequence[int], top_k: int) -> list[list[tuple[str, float]]]:
        """For each row the `top_k` words of highest similarity, the row itself left out."""
        directions = np.stack([self.direction(row) for row in rows])
        return self.nearest(directions, top_k, without=[[row] for row in rows])

    def nearest(
        self,
        directions: Float64,
        top_k: int,
        *,
        offset: int = 0,
        without: Sequence[Sequence[int]] | None = None,
        among: npt.NDArray[np.intp] | None = None,
        min_similarity: float = -1,
    ) -> list[list[tuple[str, float]]]:
        """For each unit vector (Q, D) the words from the `offset`-th nearest on, at most `top_k`; ties in row order.

        `without`: rows left out, a sequence for each vector; `among`: the only rows that are looked at, in any order.
        Exact, and the same to the bit for one vector and for many, for all rows and for some.
        """
        search, rows = self.search, None
        if among is not None:
            rows = np.unique(among)
            search = search.among(rows)
            without = [np.flatnonzero(np.isin(rows, left_out)).tolist() for left_out in without or []] or None
        answers = []
        for places, found in search.nearest_each(directions, offset + top_k, without):
            kept = found[offset:] >= min_similarity
            here = places[offset:][kept] if rows is None else rows[places[offset:][kept]]
            answers.append(
                [(self.words[i], s) for i, s in zip(here.tolist(), found[offset:][kept].tolist(), strict=True)]
            )
        return answers
