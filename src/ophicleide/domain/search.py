"""Exact search over rows of float32: what a similarity is, and which rows have the highest ones.

Rows and numbers only; words are `vectors.py`'s affair.
`similarities` alone says what a similarity is; scans only leave out rows that an error bound proves to be too far away,
so one question, one of many, and one that was answered ahead give the same bits.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]
Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Found = tuple[Rows, Float32]

UNIT_ROUNDOFF = 2.0**-24
LOWEST = float(np.finfo(np.float32).min)
"""Of finite scores: minus infinity is that of a row which a question leaves out, even where all others are wanted."""

ORDINARY_NORMS = (1e-18, 1e18)
"""Between these a float32 product neither overflows nor loses bits to underflow; a matrix with other rows is compared in float64 whole."""

BLOCK_ROWS = 2048
"""Rows of a block: with its scores for 64 queries it stays in a core's cache."""

GROUP_ROWS = 32
"""Rows whose highest score stands for all of them while the threshold is sought."""

GROUPS_OF_ONE = 64
"""For each row that is wanted so many groups: few of them hold two of the highest, and few are to be sorted."""

BLOCK_GROUPS = BLOCK_ROWS // GROUP_ROWS

_ALLOWED = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
CORES = min(_ALLOWED, 4)
"""A matrix product is bound by arithmetic, so cores share its blocks; a single question is bound by memory, which they share already."""

GROUPS_AT_ONCE = 256
"""Their rows, which lie apart, are copied together to be compared with the queries: 3 MB at 100 dimensions."""

FEW_GROUPS = 16
"""Where there are fewer than so many groups for each row that is wanted, groups leave too little out."""

SCORES_AT_ONCE = 4_000_000

FEW_WANTED = 1000
"""Where more are wanted of each, most groups hold some of them, and queries are faster one by one."""

FEW_QUERIES = 3
"""So many queries are faster one by one than as a matrix product."""


def dot(a: Float64, b: Float64) -> Float64:
    """Sums of products over the last axis, from the first dimension to the last: one order, so the same bits everywhere."""
    total: Float64 = np.add.accumulate(a * b, axis=-1)[..., -1]
    return total


def unit(vector: npt.ArrayLike) -> Float64:
    """The vector's direction, float64 (D,); a vector of zeros stays as it is."""
    wide = np.asarray(vector, dtype=np.float64)
    norm = float(np.sqrt(dot(wide, wide)))
    return wide / norm if norm > 0 else wide


def similarities(rows: Float32, direction: Float64) -> Float32:
    """Cosine similarities of rows (n, D) to a unit vector (D,), or each to its own (n, D): `dot` in float64 by the row's norm, rounded to float32.

    0 for a row of zeros. The rounding makes ties of what float32 cannot tell apart.
    """
    if len(rows) <= BLOCK_ROWS:
        return _similarities(rows, direction)
    found = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), BLOCK_ROWS):
        some = slice(start, start + BLOCK_ROWS)
        found[some] = _similarities(rows[some], direction if direction.ndim == 1 else direction[some])
    return found


def _similarities(rows: Float32, direction: Float64) -> Float32:
    wide = rows.astype(np.float64)
    norms = np.sqrt(dot(wide, wide))
    cosines = np.divide(dot(wide, direction), norms, out=np.zeros(len(norms)), where=norms > 0)
    return np.minimum(np.maximum(cosines, -1), 1).astype(np.float32)  # clip takes three times as long for a few


def inverse_norms(matrix: Float32) -> Float32:
    """1 / L2 norm of each row, float32 (V,); 0 for a row of zeros, which is then similar to nothing."""
    inverse = np.empty(len(matrix), np.float32)
    for start in range(0, len(matrix), BLOCK_ROWS):
        wide = matrix[start : start + BLOCK_ROWS].astype(np.float64)
        norms = np.sqrt(dot(wide, wide))
        with np.errstate(over="ignore"):  # a row of denormal numbers has an infinite one, and is not ordinary
            inverse[start : start + BLOCK_ROWS] = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
    return inverse


@dataclass(frozen=True, eq=False)
class Search:
    """`matrix`: float32 (V, D); `inverse_norms`: of its rows, as the function of that name gives them."""

    matrix: Float32
    inverse_norms: Float32

    def among(self, rows: Rows) -> "Search":
        """A search over these rows only; it numbers them from 0."""
        return Search(self.matrix[rows], self.inverse_norms[rows])

    def nearest(self, direction: Float64, count: int, without: Sequence[int] = ()) -> Found:
        """The `count` rows of highest similarity to a unit vector (D,), falling, ties in row order; and their similarities."""
        if not self._ordinary:
            return self._decided(np.delete(np.arange(len(self.matrix)), list(without)), direction, count)
        # vecdot reads at memory bandwidth where BLAS's matrix-vector product needs 1.3 times as long.
        scores = np.vecdot(self.matrix, direction.astype(np.float32))
        scores *= self.inverse_norms
        for row in without:  # few
            scores[row] = -np.inf
        return self._decided(self._close(scores, count), direction, count)

    def nearest_each(
        self, directions: Float64, count: int, without: Sequence[Sequence[int]] | None = None
    ) -> list[Found]:
        """`nearest` for each of many unit vectors (Q, D), in one pass over the matrix."""
        left_out = [()] * len(directions) if without is None else without
        wanted = count + max(map(len, left_out), default=0)
        if len(directions) <= FEW_QUERIES or wanted > FEW_WANTED or not self._ordinary:
            return [self.nearest(one, count, rows) for one, rows in zip(directions, left_out, strict=True)]
        asked, rows = self._without(*self._close_each(directions.astype(np.float32), wanted), left_out)
        found = self._similarities_each(asked, rows, directions)
        order = np.lexsort((rows, -found, asked))
        edges = np.searchsorted(asked, np.arange(1, len(directions)))
        return [(rows[best], found[best]) for best in (each[:count] for each in np.split(order, edges))]

    def estimates(self, direction: Float64) -> tuple[Float32, float]:
        """Each row's similarity to a unit vector (D,) as one pass in float32 finds it, (V,), and how far off it may be."""
        if not self._ordinary:
            return similarities(self.matrix, direction), 0.0
        scores = np.vecdot(self.matrix, direction.astype(np.float32))
        return scores * self.inverse_norms, self._margin / 2

    def _close_each(self, queries: Float32, count: int) -> tuple[Rows, Rows]:
        """`_close` of each query (Q, D), as pairs: which query, rising, and a row."""
        if len(self.matrix) < FEW_GROUPS * GROUP_ROWS * count:
            return self._close_each_of_few(queries, count)
        peaks = self._peaks(queries)
        floors = _floor(peaks, count)[:, None] - self._margin
        which, groups = np.nonzero(peaks >= floors)
        first = groups // BLOCK_GROUPS * BLOCK_ROWS + groups % BLOCK_GROUPS
        found = []
        for start in range(0, len(which), GROUPS_AT_ONCE):
            asked = which[start : start + GROUPS_AT_ONCE]
            rows = first[start : start + GROUPS_AT_ONCE, None] + np.arange(0, BLOCK_ROWS, BLOCK_GROUPS)
            there = np.minimum(rows, len(self.matrix) - 1)  # the last block may be short
            scores = np.vecdot(self.matrix.take(there, axis=0), queries[asked, None]) * self.inverse_norms[there]
            group, place = np.nonzero((scores >= floors[asked]) & (rows == there))
            found.append((asked[group], rows[group, place]))
        each_asked, each_row = zip(*found, strict=True)
        return np.concatenate(each_asked), np.concatenate(each_row)

    def _close_each_of_few(self, queries: Float32, count: int) -> tuple[Rows, Rows]:
        """The same where most groups would hold one of the best: all scores are kept, of some queries at a time."""
        found = []
        at_once = max(1, SCORES_AT_ONCE // len(self.matrix))
        for start in range(0, len(queries), at_once):
            scores = queries[start : start + at_once] @ self.matrix.T
            scores *= self.inverse_norms
            asked, rows = np.nonzero(scores >= _floor(scores, count)[:, None] - self._margin)
            found.append((asked + start, rows))
        each_asked, each_row = zip(*found, strict=True)
        return np.concatenate(each_asked), np.concatenate(each_row)

    def _without(self, asked: Rows, rows: Rows, left_out: Sequence[Sequence[int]]) -> tuple[Rows, Rows]:
        """The pairs but for rows that their query leaves out."""
        pairs = asked * len(self.matrix) + rows
        kept = ~np.isin(pairs, [query * len(self.matrix) + row for query, out in enumerate(left_out) for row in out])
        return asked[kept], rows[kept]

    def _similarities_each(self, asked: Rows, rows: Rows, directions: Float64) -> Float32:
        """Of pairs of a query and a row."""
        found = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), BLOCK_ROWS):
            some = slice(start, start + BLOCK_ROWS)
            found[some] = similarities(self.matrix[rows[some]], directions[asked[some]])
        return found

    def _peaks(self, queries: Float32) -> Float32:
        """The highest score of each group of rows for each query (Q, D), float32 (Q, groups).

        A block's groups take its rows in turn, so that the highest are found a whole stripe of rows at a time.
        """
        blocks, columns = -(-len(self.matrix) // BLOCK_ROWS), np.ascontiguousarray(queries.T)
        peaks = np.empty((blocks, BLOCK_GROUPS, len(queries)), np.float32)

        def fill(first: int) -> None:
            scores = np.empty((BLOCK_ROWS, len(queries)), np.float32)
            for block in range(first, blocks, CORES):
                rows = slice(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS)
                there = scores[: len(self.matrix[rows])]
                np.matmul(self.matrix[rows], columns, out=there)
                there *= self.inverse_norms[rows, None]
                scores[len(there) :] = -np.inf
                np.maximum.reduce(scores.reshape(GROUP_ROWS, BLOCK_GROUPS, -1), axis=0, out=peaks[block])

        with ThreadPoolExecutor(CORES) as cores:
            list(cores.map(fill, range(CORES)))
        return np.ascontiguousarray(peaks.reshape(blocks * BLOCK_GROUPS, -1).T)

    def _close(self, scores: Float32, count: int) -> Rows:
        """Where scores lie that are among the `count` highest, or that only rounding may have kept from it."""
        return np.flatnonzero(scores >= max(float(_floor(scores, count)) - self._margin, LOWEST))

    def _decided(self, rows: Rows, direction: Float64, count: int) -> Found:
        found = similarities(self.matrix.take(rows, axis=0), direction)
        order = np.lexsort((rows, -found))[: max(count, 0)]
        return rows[order], found[order]

    @cached_property
    def _margin(self) -> float:
        """Twice how far a score may be from its similarity.

        float32 sums in any order (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1),
        and the roundings of query, inverse norm, product and result.
        """
        dimensions: int = self.matrix.shape[1]
        return 2 * 1.01 * (dimensions + 8) * UNIT_ROUNDOFF

    @cached_property
    def _ordinary(self) -> bool:
        """Whether float32 can judge every row."""
        low, high = ORDINARY_NORMS
        inverse = self.inverse_norms
        return bool(np.all((inverse == 0) | ((inverse >= 1 / high) & (inverse <= 1 / low))))


def _highest(scores: Float32, count: int) -> Float32:
    """The `count`-th highest of the last axis; minus infinity where there are fewer."""
    if not 0 < count <= scores.shape[-1]:
        return np.full(scores.shape[:-1], -np.inf, np.float32)
    highest: Float32 = np.partition(scores, -count)[..., -count]
    return highest


def _floor(scores: Float32, count: int) -> Float32:
    """At most the `count`-th highest score of the last axis: that of groups, which are fewer to sort, where there are many."""
    groups = min(scores.shape[-1] // GROUP_ROWS, GROUPS_OF_ONE * count)
    if not 0 < 4 * count <= groups:
        return _highest(scores, count)
    size = scores.shape[-1] // groups
    striped = scores[..., : groups * size].reshape(*scores.shape[:-1], size, groups)
    return _highest(np.maximum.reduce(striped, axis=-2), count)
