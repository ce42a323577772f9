"""3CosMul: words near to positive and far from negative ones by a product, not a sum (Levy and Goldberg, 2014).

Exact: bounds of each word's score, from one pass in float32 for each example, leave few words to be decided in full.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ophicleide.domain.search import Float64, Rows, Search, similarities

EPSILON = 1e-6
"""Added to what is divided by; the number of gensim and of Levy and Goldberg's own hyperwords is of this order."""

Terms = Sequence[tuple[Float64, float]]
"""Unit vectors (D,) with their weights, which are exponents."""


@dataclass(frozen=True)
class CosMul:
    """The score of a row: the product of its shifted similarities to `positive` by that to `negative`."""

    positive: Terms
    negative: Terms

    def best(self, search: Search, count: int, without: Sequence[int] = ()) -> tuple[Rows, npt.NDArray[np.float32]]:
        """The `count` rows of highest score, falling, ties in row order; and their scores."""
        low, high = self._bounds(search)
        low[list(without)] = high[list(without)] = -np.inf
        kept = len(low) - len(without)
        floor = np.partition(low, -count)[-count] if 0 < count <= kept else 0.0
        rows = np.flatnonzero(high >= floor)
        scores = self._scores(search.matrix[rows])
        order = np.lexsort((rows, -scores))[: max(count, 0)]
        return rows[order], scores[order]

    def _scores(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        over, under = (
            [(_shifted(similarities(rows, direction).astype(np.float64)), weight) for direction, weight in side]
            for side in (self.positive, self.negative)
        )
        return _quotient(over, under, len(rows)).astype(np.float32)

    def _bounds(self, search: Search) -> tuple[Float64, Float64]:
        """Two scores for each row that its own lies between."""
        sides = [
            [(*_between(search, direction), weight) for direction, weight in side]
            for side in (self.positive, self.negative)
        ]
        over, under = sides
        size = len(search.matrix)
        low = _quotient([(a, w) for a, _, w in over], [(b, w) for _, b, w in under], size)
        high = _quotient([(b, w) for _, b, w in over], [(a, w) for a, _, w in under], size)
        return low * (1 - SLACK), high * (1 + SLACK)


SLACK = 2.0**-22
"""More than rounding a score to float32 moves it."""


def _between(search: Search, direction: Float64) -> tuple[Float64, Float64]:
    estimates, error = search.estimates(direction)
    wide = estimates.astype(np.float64)
    return _shifted(wide - error), _shifted(wide + error)


def _shifted(cosines: Float64) -> Float64:
    """From -1..1 to 0..1, as Levy and Goldberg's footnote 7 asks for."""
    shifted: Float64 = ((1 + cosines) / 2).clip(0, 1)
    return shifted


def _quotient(over: Sequence[tuple[Float64, float]], under: Sequence[tuple[Float64, float]], size: int) -> Float64:
    product, divisor = np.ones(size), np.ones(size)
    for factor, weight in over:
        product *= factor**weight
    for factor, weight in under:
        divisor *= factor**weight
    quotient: Float64 = product / (divisor + EPSILON)
    return quotient
