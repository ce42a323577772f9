"""How much the neighbours of words differ between two models; no vector of one is ever compared to one of the other."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ophicleide.domain.search import Float32, Rows
from ophicleide.domain.vectors import WordVectors

BLOCK_ROWS = 256


@dataclass(frozen=True)
class Movement:
    """A word, how often each model saw it, and the overlap of its neighbours in both."""

    word: str
    count: int
    other_count: int
    overlap: float


def overlap(one: Collection[str], other: Collection[str]) -> float:
    """Words in both by words in either (Jaccard, 1912); 1 where both are empty."""
    either = set(one) | set(other)
    return len(set(one) & set(other)) / len(either) if either else 1.0


def movements(one: WordVectors, other: WordVectors, neighbours: int, frequent: int, min_count: int) -> list[Movement]:
    """Of each word that is compared its overlap, rising; ties in the first model's order.

    The words are the `frequent` ones that stand highest in both vocabularies; neighbours are sought among them only,
    so that a word which one model does not know moves no other.
    """
    rows, other_rows = _shared(one, other, frequent, min_count)
    depth = min(neighbours, len(rows) - 1)
    if depth < 1:
        overlaps = np.ones(len(rows))
    else:
        common = np.concatenate(list(_common(_units(one, rows), _units(other, other_rows), depth)))
        overlaps = common / (2 * depth - common)
    counts, other_counts = one.counts[rows].tolist(), other.counts[other_rows].tolist()
    return [
        Movement(one.words[rows[i]], counts[i], other_counts[i], float(overlaps[i]))
        for i in np.lexsort((rows, overlaps))
    ]


def _shared(one: WordVectors, other: WordVectors, frequent: int, min_count: int) -> tuple[Rows, Rows]:
    """Rows of the words that both know, the lower of a word's two places deciding which are frequent."""
    pairs = np.array([(row, other.index[word]) for row, word in enumerate(one.words) if word in other.index], np.intp)
    pairs = pairs.reshape(-1, 2)
    seen = (one.counts[pairs[:, 0]] >= min_count) & (other.counts[pairs[:, 1]] >= min_count)
    pairs = pairs[seen]
    kept = pairs[np.sort(np.argsort(pairs.max(axis=1), kind="stable")[:frequent])]
    return kept[:, 0], kept[:, 1]


def _units(vectors: WordVectors, rows: Rows) -> Float32:
    return vectors.matrix[rows] * vectors.search.inverse_norms[rows, None]


def _common(one: Float32, other: Float32, depth: int) -> Iterator[npt.NDArray[np.intp]]:
    """How many of its `depth` nearest each word has in both, a block of words at a time."""
    for start in range(0, len(one), BLOCK_ROWS):
        both = _nearest(one, start, depth) & _nearest(other, start, depth)
        yield np.count_nonzero(both, axis=1)


def _nearest(units: Float32, start: int, depth: int) -> npt.NDArray[np.bool_]:
    """For each word of the block which words are its `depth` nearest."""
    similarities = units[start : start + BLOCK_ROWS] @ units.T
    block = np.arange(len(similarities))
    similarities[block, start + block] = -np.inf
    places = np.argpartition(similarities, -depth, axis=1)[:, -depth:]
    near = np.zeros(similarities.shape, np.bool_)
    np.put_along_axis(near, places, True, axis=1)
    return near
