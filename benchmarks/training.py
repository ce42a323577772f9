"""Words a second in the training phase on one machine: the product's trainer on Spark beside gensim's `corpus_file`.

Equal parameters and threads, alternated, so that noise of the machine hits both. The goal: at least 0.95 of gensim's.
"""

import argparse
from statistics import median

from benchmarks.corpora import TOKENS
from benchmarks.on_spark import bench


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    parser.add_argument("--corpus", choices=TOKENS, default="6m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    ours: list[float] = []
    theirs: list[float] = []
    with bench(given.corpus) as runs:
        print(f"{given.corpus}: {runs.corpus.lines.tokens:,} tokens, {given.threads} threads, {given.epochs} epochs")
        for seed in range(1, given.rounds + 1):
            ours.append(runs.learn(seed, threads=given.threads, epochs=given.epochs).words_per_second)
            theirs.append(runs.peer(seed, threads=given.threads, epochs=given.epochs).words_per_second)
            print(f"round {seed}: ours {ours[-1]:,.0f} words/s, gensim {theirs[-1]:,.0f} words/s", flush=True)
    ratio = median(mine / peer for mine, peer in zip(ours, theirs, strict=True))
    print(f"median: ours {median(ours):,.0f}, gensim {median(theirs):,.0f} words/s; ratio {ratio:.2f} (goal 0.95)")


if __name__ == "__main__":
    main()
