"""Every form of question in memory beside gensim's method for it, and near spellings beside difflib; medians of alternated runs.

python -m benchmarks.questions [--rounds 9] [--size 77000]
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the server sets it

import argparse
import warnings
from collections.abc import Callable
from difflib import get_close_matches
from statistics import median

import numpy as np
from gensim.models import KeyedVectors

from benchmarks.published import DIMENSIONS, synthetic
from benchmarks.rounds import alternated, ratio, timed
from ophicleide.domain import questions
from ophicleide.domain.queries import Criteria
from ophicleide.domain.vectors import WordVectors

Pair = tuple[Callable[[], object], Callable[[], object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--size", type=int, default=77_000)
    options = parser.parse_args()
    warnings.filterwarnings(
        "ignore", category=DeprecationWarning
    )  # gensim's most_similar_cosmul calls its own init_sims
    vectors = synthetic(options.size)
    print(f"{options.size:,} synthetic vectors x {DIMENSIONS}, medians of {options.rounds} alternated rounds")
    print(f"{'question':28} {'ours':>10} {'peer':>10} {'peer/ours':>10}")
    for name, (ours, peer) in pairs(vectors, keyed(vectors)).items():
        took = alternated({"ours": timed(ours), "peer": timed(peer)}, options.rounds)
        milliseconds = [median(took[who]) * 1000 for who in ("ours", "peer")]
        times = ratio(took["peer"], took["ours"])
        print(f"{name:28} {milliseconds[0]:7.2f} ms {milliseconds[1]:7.2f} ms {times:9.1f}x")


def keyed(vectors: WordVectors) -> KeyedVectors:
    peer = KeyedVectors(vectors.vector_size)
    peer.add_vectors(list(vectors.words), vectors.matrix)
    peer.fill_norms()
    return peer


def pairs(vectors: WordVectors, peer: KeyedVectors) -> dict[str, Pair]:
    a, b, c, *some = (vectors.words[row] for row in range(100, 112))
    said = {"positive": [{"word": a}, {"word": b}], "negative": [{"word": c}]}
    added, multiplied = Criteria.model_validate(said), Criteria.model_validate(said | {"objective": "3cosmul"})
    by_vector = Criteria(vector=tuple(vectors.matrix[7].tolist()))
    misspelt, listed = a[1] + a[0] + a[2:] + "x", list(vectors.words)
    return {
        "3CosAdd, two and one": (
            lambda: questions.most_similar(vectors, added),
            lambda: peer.most_similar([a, b], [c]),
        ),
        "3CosMul, two and one": (
            lambda: questions.most_similar(vectors, multiplied),
            lambda: peer.most_similar_cosmul([a, b], [c]),
        ),
        "a vector": (
            lambda: questions.most_similar(vectors, by_vector),
            lambda: peer.similar_by_vector(np.array(by_vector.vector, np.float32)),
        ),
        "similarity of two sets": (
            lambda: questions.similarity(vectors, some[:4], some[4:8]),
            lambda: peer.n_similarity(some[:4], some[4:8]),
        ),
        "the odd one of nine": (lambda: questions.centrality(vectors, some), lambda: peer.doesnt_match(some)),
        "rank": (lambda: questions.rank(vectors, a, b), lambda: peer.rank(a, b)),
        "near spellings (difflib)": (
            lambda: vectors.near_spellings(misspelt),
            lambda: get_close_matches(misspelt, listed, n=5, cutoff=0.75),
        ),
    }


if __name__ == "__main__":
    main()
