"""Programs that are compared, run in turn: what a busy minute slows, it slows for all of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

Took = dict[str, list[float]]


def alternated(programs: Mapping[str, Callable[[], float]], rounds: int) -> Took:
    """What each program says that it took, in seconds; all run once a round, after one round unmeasured."""
    seconds: Took = {name: [] for name in programs}
    for number in range(rounds + 1):
        for name, program in programs.items():
            took = program()
            if number:
                seconds[name].append(took)
    return seconds


def timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return run


def ratio(seconds: Sequence[float], peer: Sequence[float]) -> float:
    """Median of the rounds' own ratios."""
    return median(one / other for one, other in zip(seconds, peer, strict=True))
