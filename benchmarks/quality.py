"""Quality on one machine: the product's trainer on Spark beside gensim, equal parameters, several seeds.

Both with two threads. The goal: within the spread of seeds.
"""

import argparse

from benchmarks.corpora import TOKENS
from benchmarks.on_spark import EPOCHS, bench
from benchmarks.scores import Scores, scores_of, summary


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--corpus", choices=TOKENS, default="1m")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    ours: list[Scores] = []
    theirs: list[Scores] = []
    with bench(given.corpus) as runs:
        print(f"{given.corpus}: {runs.corpus.lines.tokens:,} tokens, {EPOCHS} epochs, {given.threads} threads")
        for seed in range(1, given.seeds + 1):
            for name, learn, found in (("ours", runs.learn, ours), ("gensim", runs.peer, theirs)):
                learnt = learn(seed, threads=given.threads)
                found.append(scores_of(learnt.words, learnt.vectors))
                print(f"seed {seed}  {name:6}  {found[-1]}", flush=True)
    print(f"ours    {summary(ours)}\ngensim  {summary(theirs)}\n{ours[0].answerable}")


if __name__ == "__main__":
    main()
