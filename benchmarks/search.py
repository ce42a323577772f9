"""Exact search in memory, beside the time to read the same bytes and beside gensim; medians of alternated runs.

    python -m benchmarks.search [--rounds 15] [--sizes 14000 77000 100000 400000]
Goals for 100,000 words and more: one search at most 1.25 x the reading of its bytes; 64 questions in a call at 6 x the
rate of single ones. Every answer is compared with that of a scan that compares all rows in float64.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the server sets it

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from gensim.models import KeyedVectors

from benchmarks.published import DIMENSIONS, synthetic
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
    took = alternated(
        {
            "read": lambda: np.maximum.reduce(flat),
            "ours": lambda: vectors.search.nearest(directions[7], TOP_K, [7]),
            "gensim": lambda: peer.most_similar(word, topn=TOP_K),
            "together": lambda: vectors.nearest(directions, TOP_K, without=without),
            **calls(vectors),
        },
        rounds,
    )
    each, call = took["together"] / TOGETHER, took["call of 64"] / TOGETHER
    print(
        f"{len(vectors.words):>9,} words: read {took['read'] * 1e3:.2f} ms"
        f" ({vectors.matrix.nbytes / took['read'] / 1e9:.1f} GB/s),"
        f" search {took['ours'] * 1e3:.2f} ms = {took['ours'] / took['read']:.2f} x read,"
        f" gensim {took['gensim'] * 1e3:.2f} ms = {took['gensim'] / took['ours']:.1f} x ours;"
        f" {TOGETHER} together {each * 1e3:.2f} ms each = {took['ours'] / each:.1f} x the rate of single searches,"
        f" as whole calls {took['single call'] / call:.1f} x;"
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


def alternated(programs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each program, all run once a round, after one round unmeasured."""
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(rounds + 1):
        for name, program in programs.items():
            started = time.perf_counter()
            program()
            if number:
                seconds[name].append(time.perf_counter() - started)
    return {name: median(values) for name, values in seconds.items()}


if __name__ == "__main__":
    main()
