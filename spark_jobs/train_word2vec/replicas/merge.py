"""How moves that N replicas made from one common start become the move of one process that learnt from all of it.

Pure numpy. The plain sum of moves overshoots where a row had found its balance within the round, the mean undershoots
where it had not: it is a learning rate divided by N. Both happen to one row at once, in different directions.
docs/distribution.md derives the formula and names its sources.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SLOPE = 0.12
"""Mean of s(1 - s), s the logistic of a pair's score, over the examples of a whole training; measured."""

CURVATURE_ROWS = 8192
"""Most frequent rows that the curvature is summed over; the others are hardly met."""

_NEGLIGIBLE = 0.01
"""N x below which a direction stays a plain sum."""

_LIKE = 2.0
"""Rows of one block differ in strength by this factor at most."""


@dataclass(frozen=True)
class Curvature:
    """Eigenvalues (d,), falling, and eigenvectors (d, d), as columns, of H, the second moment of the vectors met."""

    values: Floats
    vectors: Floats

    @classmethod
    def of(cls, rows: Floats, weights: Floats, spread: float = 1.0) -> "Curvature":
        """H, the sum of weights[i] rows[i] rows[i]^T; rows (V, d) by falling weight, weights (V,).

        A `spread` below 1 shrinks the part around the weighted mean: CBOW meets means of 1/spread rows.
        """
        rows, weights = rows[:CURVATURE_ROWS], weights[:CURVATURE_ROWS, None]
        moment = (rows.T @ (rows * weights)).astype(np.float64)
        if spread < 1.0:
            mean = (rows * weights).sum(axis=0, dtype=np.float64) / np.sqrt(weights.sum())
            moment = spread * moment + (1.0 - spread) * np.outer(mean, mean)
        values, vectors = np.linalg.eigh(moment)
        falling = np.maximum(values[::-1], 0.0).astype(np.float32)
        return cls(falling, np.ascontiguousarray(vectors[:, ::-1], dtype=np.float32))


def sequential_share(closed: Floats, replicas: int) -> Floats:
    """What one process would move, over the sum of what N replicas moved: (1 + e^-x + ... + e^-(N-1)x) / N.

    `closed` is x >= 0, of any shape: each replica closed the share 1 - e^-x of the way to the balance.
    1 for x = 0 (a sum), 1/N for large x (a mean). By Horner's rule, which is exact for tiny x too.
    """
    decay = np.exp(-closed)
    share = np.ones_like(decay)
    for _ in range(replicas - 1):
        share *= decay
        share += 1.0
    share /= replicas
    return share


def combine(total: Floats, updates: Floats, rate: float, curvature: Curvature, replicas: int) -> None:
    """Turns `total`, the sum of the replicas' moves (K, d), into the merged move, in place.

    updates: (K,), falling, the mean of each row's updates in a replica since its last exchange. rate: the learning rate.
    """
    if replicas > 1:
        strength = (rate * SLOPE) * updates
        _stretch(total, strength, curvature, replicas, lambda closed: sequential_share(closed, replicas))


def fade(late: Floats, updates: Floats, rate: float, curvature: Curvature) -> None:
    """What is left of a move that comes after so many updates more of each row (K,), falling, in place.

    Had it come before them, they would have had that much less of the way to the balance before them: e^-x of it counts.
    """
    _stretch(late, (rate * SLOPE) * updates, curvature, 1, lambda closed: np.exp(-closed))


def _stretch(
    moves: Floats, strength: Floats, curvature: Curvature, replicas: int, factor: Callable[[Floats], Floats]
) -> None:
    """Multiplies the moves along each direction that matters by the factor of how far it was closed, x.

    Rows come by falling strength, and are taken in blocks of like strength: fewer directions matter to weak ones.
    """
    first = 0
    while first < len(moves):
        count = int((curvature.values * (strength[first] * replicas) > _NEGLIGIBLE).sum())
        if not count:
            break
        end = first + int(np.searchsorted(-strength[first:], -strength[first] / _LIKE, side="right"))
        block, basis = moves[first:end], curvature.vectors[:, :count]
        change = factor(strength[first:end, None] * curvature.values[None, :count])
        change -= 1.0
        change *= block @ basis
        block += change @ basis.T
        first = end
