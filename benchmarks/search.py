"""Exact search in memory, beside the time to read the same bytes and beside gensim; medians of alternated runs.

    python -m benchmarks.search [--rounds 15] [--sizes 14000 77000 100000 400000]
Goals for 100,000 words and more: one search at most 1.25 x the reading of its bytes; 64 questions in a call at 6 x the
rate of single ones. Every answer is compared with that of a scan that compares all rows in float64.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the server sets it

import argparse
from collections.abc import Callable
from statistics import median

import numpy as np
from gensim.models import KeyedVectors

from benchmarks.published import DIMENSIONS, synthetic
from benchmarks.rounds import alternated, ratio, timed
from functions.query import answers
from functions.query.answers import Loaded
from ophicleide.domain.published import Published, PublishedArtifact
from ophicleide.domain.queries import Criteria, MostSimilar, MostSimilarBatch
from ophicleide.domain.search import similarities
from ophicleide.domain.vectors import WordVectors

TOP_K = 10
TOGETHER = 64
CHECKED = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--sizes", type=int, nargs="+", default=[14_000, 77_000, 100_000, 400_000])
    options = parser.parse_args()
    print(
        f"synthetic vectors x {DIMENSIONS}, single searches on one thread, medians of {options.rounds} alternated rounds"
    )
    for size in options.sizes:
        measure(synthetic(size), options.rounds)


def measure(vectors: WordVectors, rounds: int) -> None:
    directions = np.stack([vectors.direction(row) for row in range(TOGETHER)])
    without = [[row] for row in range(TOGETHER)]
    wrong = wrong_answers(vectors, directions)
    peer = KeyedVectors(DIMENSIONS)
    peer.add_vectors(list(vectors.words), vectors.matrix)
    peer.fill_norms()
    flat, word = vectors.matrix.ravel(), vectors.words[7]
    works: dict[str, Callable[[], object]] = {
        "read": lambda: np.maximum.reduce(flat),
        "ours": lambda: vectors.search.nearest(directions[7], TOP_K, [7]),
        "gensim": lambda: peer.most_similar(word, topn=TOP_K),
        "together": lambda: vectors.nearest(directions, TOP_K, without=without),
        **calls(vectors),
    }
    took = alternated({name: timed(work) for name, work in works.items()}, rounds)
    middle = {name: median(seconds) for name, seconds in took.items()}

    def times(name: str, peer: str) -> float:
        return ratio(took[name], took[peer])

    print(
        f"{len(vectors.words):>9,} words: read {middle['read'] * 1e3:.2f} ms"
        f" ({vectors.matrix.nbytes / middle['read'] / 1e9:.1f} GB/s),"
        f" search {middle['ours'] * 1e3:.2f} ms = {times('ours', 'read'):.2f} x read,"
        f" gensim {middle['gensim'] * 1e3:.2f} ms = {times('gensim', 'ours'):.1f} x ours;"
        f" {TOGETHER} together {middle['together'] / TOGETHER * 1e3:.2f} ms each"
        f" = {TOGETHER * times('ours', 'together'):.1f} x the rate of single searches,"
        f" as whole calls {TOGETHER * times('single call', 'call of 64'):.1f} x;"
        f" wrong: {wrong} of {2 * CHECKED}",
        flush=True,
    )


def calls(vectors: WordVectors) -> dict[str, Callable[[], object]]:
    """The function's own work for a question, from the parsed question to the answer's value, HTTP and stores left out."""
    file = PublishedArtifact("synthetic", 0, "")
    loaded = Loaded(Published("00000000-0000-7000-8000-000000000000", "synthetic", file), vectors)
    questions = tuple(Criteria(word=word) for word in vectors.words[:TOGETHER])
    single = MostSimilar(model="synthetic", word=vectors.words[7])
    together = MostSimilarBatch(model="synthetic", queries=questions)
    return {
        "single call": lambda: answers.most_similar(single, loaded),
        "call of 64": lambda: answers.most_similar_batch(together, loaded),
    }


def wrong_answers(vectors: WordVectors, directions: "np.typing.NDArray[np.float64]") -> int:
    found_together = vectors.search.nearest_each(directions, TOP_K, [[row] for row in range(TOGETHER)])
    wrong = 0
    for row in range(CHECKED):
        exact = similarities(vectors.matrix, directions[row])
        exact[row] = -2
        best = np.lexsort((np.arange(len(exact)), -exact))[:TOP_K]
        for rows, scores in (vectors.search.nearest(directions[row], TOP_K, [row]), found_together[row]):
            wrong += not (np.array_equal(rows, best) and np.array_equal(scores, exact[best]))
    return wrong


if __name__ == "__main__":
    main()
