"""Several processes against one: quality with 2, 4 and 8 replicas, and the speed of two of one core against one of two threads.

Replicas are what a cluster's executors run: Python workers in one barrier stage, of one thread each.
The goals: 97 % of one process's analogies, WordSim within .015, 0.85 of its speed.
"""

import argparse
from statistics import mean, median

from benchmarks.corpora import TOKENS
from benchmarks.on_spark import EPOCHS, Bench, bench
from benchmarks.scores import Scores, scores_of, summary


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replicas", description=__doc__)
    parser.add_argument("--corpus", choices=TOKENS, default="1m", help="the goals are for 6m (about an hour)")
    parser.add_argument("--replicas", type=int, nargs="*", default=[2, 4, 8], help="none to measure speed only")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1])
    parser.add_argument("--rounds", type=int, default=3, help="of the comparison of speed; 0 for none")
    given = parser.parse_args()
    with bench(given.corpus, slots=max([2, *given.replicas])) as runs:
        print(f"{given.corpus}: {runs.corpus.lines.tokens:,} tokens, {EPOCHS} epochs, seeds {given.seeds}")
        if given.replicas:
            _quality(runs, given.replicas, given.seeds)
        if given.rounds:
            _speed(runs, given.rounds)


def _quality(runs: Bench, replicas: list[int], seeds: list[int]) -> None:
    one = _scores(runs, 1, seeds)
    for count in replicas:
        several = _scores(runs, count, seeds)
        share = mean(each.analogies for each in several) / mean(each.analogies for each in one)
        apart = mean(each.wordsim for each in several) - mean(each.wordsim for each in one)
        print(f"{count} replicas: {share:.1%} of one process's analogies, WordSim {apart:+.3f}", flush=True)


def _scores(runs: Bench, count: int, seeds: list[int]) -> list[Scores]:
    found = []
    for seed in seeds:
        learnt = runs.learn(seed, processes=count)
        found.append(scores_of(learnt.words, learnt.vectors))
        print(f"{count} of one thread, seed {seed}: {found[-1]}  {learnt.words_per_second:,.0f} words/s", flush=True)
    if len(seeds) > 1:
        print(f"{count} of one thread: {summary(found)}", flush=True)
    return found


def _speed(runs: Bench, rounds: int) -> None:
    ratios = []
    for seed in range(1, rounds + 1):
        two = runs.learn(seed, processes=2, epochs=1).words_per_second
        one = runs.learn(seed, threads=2, epochs=1).words_per_second
        ratios.append(two / one)
        print(f"round {seed}: two of one core {two:,.0f} words/s, one of two threads {one:,.0f} words/s", flush=True)
    print(f"speed: {median(ratios):.2f} of one process with two threads (goal 0.85)")


if __name__ == "__main__":
    main()
