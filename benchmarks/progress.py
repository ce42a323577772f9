"""How true the time left is: the six novels on the running product, asked ten times a second, judged when it is over.

The first run meets a machine that may be strange to it, later ones have learnt from those before.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from benchmarks.job import NOVELS, running, served

_POLL_SECONDS = 0.1
Seen = tuple[float, dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.progress", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as api, served(NOVELS) as urls:
        for number in range(1, given.rounds + 1):
            print(f"run {number}")
            _judge(*_run(urls, api))


def _run(urls: list[str], api: httpx.Client) -> tuple[float, list[Seen]]:
    """Seconds of the whole attempt, and what was told at which second of it."""
    model = api.post("/models", json={"name": "progress", "urls": urls}).json()
    began, seen = monotonic(), list[Seen]()
    while model["status"] in ("pending", "training"):
        if model["progress"] and (not seen or seen[-1][1] != model["progress"]):
            began = began if seen else monotonic()
            seen.append((monotonic() - began, model["progress"]))
        sleep(_POLL_SECONDS)
        model = api.get(f"/models/{model['id']}").json()
    if model["status"] != "ready":
        sys.exit(f"the model is {model['status']}: {model['failure']}")
    return monotonic() - began, seen


def _judge(total: float, seen: list[Seen]) -> None:
    late = [(at, told) for at, told in seen if at >= total / 10]
    errors = [abs(at + told["seconds_left"] - total) / total for at, told in late if told["seconds_left"] is not None]
    steps = [abs(told["fraction"] - at / total) for at, told in late]
    for at, told in late[:: max(len(late) // 9, 1)]:
        left = "-" if told["seconds_left"] is None else f"{told['seconds_left']:.1f}"
        print(
            f"  {at:5.1f} s {told['phase']:10} {told['fraction']:4.0%} (true {at / total:4.0%}), left {left:>5} (true {total - at:.1f})"
        )
    print(
        f"  {total:.1f} s; time left told {len(errors)} of {len(late)} times, off by at most {max(errors):.0%} of the whole; fraction off by at most {max(steps):.0%}",
        flush=True,
    )


if __name__ == "__main__":
    main()
