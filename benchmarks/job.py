"""The whole job, from POST to ready, beside a gensim script that fetches, trains and saves the same; and its memory.

The product runs as `make run` starts it, in a folder of its own; texts come from this machine.
The goals: at most 1.2 times the script plus 8 seconds; the six novels within 25 s; 1.5 GB for 12m.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx

from benchmarks.corpora import ROOT, TOKENS, corpus
from benchmarks.memory import Peak, watched

NOVELS = "novels"
_START_SECONDS = 90.0
_POLL_SECONDS = 0.05
_LIKE_GENSIM: dict[str, Any] = {"window": 5, "learning_rate": 0.025, "epochs": 5}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing among the figures."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.job", description=__doc__)
    parser.add_argument("--texts", nargs="+", choices=[NOVELS, *TOKENS], default=[NOVELS, "1m"])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="of the corpora; 5 when absent")
    given = parser.parse_args()
    like_gensim = {**_LIKE_GENSIM, "epochs": given.epochs or _LIKE_GENSIM["epochs"]}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as api:
        for name in given.texts:
            with served(name) as urls:
                _compare(
                    name, urls, {} if name == NOVELS else like_gensim, api=api, folder=Path(folder), rounds=given.rounds
                )


def _compare(
    name: str, urls: list[str], parameters: dict[str, Any], *, api: httpx.Client, folder: Path, rounds: int
) -> None:
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(1, rounds + 1):
        seconds, model, peak = _ours(urls, parameters, api, folder)
        ours.append(seconds)
        theirs.append(_gensim(urls, model, folder))
        result = model["result"]
        phases = ", ".join(f"{phase} {took:.1f}" for phase, took in result["seconds_by_phase"].items())
        print(f"{name} round {number}: {result['corpus']['tokens']:,} tokens, {result['epochs']} epochs; {phases}")
        print(f"  ours {ours[-1]:.1f} s, gensim's script {theirs[-1]:.1f} s; memory at most {peak}", flush=True)
    mine, peer = median(ours), median(theirs)
    print(f"{name}: ours {mine:.1f} s, gensim's script {peer:.1f} s; goal {1.2 * peer + 8:.1f} s", flush=True)


def _ours(
    urls: list[str], parameters: dict[str, Any], api: httpx.Client, folder: Path
) -> tuple[float, dict[str, Any], Peak]:
    began = monotonic()
    model = api.post("/models", json={"name": "benchmark", "urls": urls, "parameters": parameters}).json()
    record = folder / "data" / "jobs" / model["id"] / str(model["attempt"]) / "job.json"
    with watched(record) as peak:
        while model["status"] in ("pending", "training"):
            sleep(_POLL_SECONDS)
            model = api.get(f"/models/{model['id']}").json()
    if model["status"] != "ready":
        sys.exit(f"the model is {model['status']}: {model['failure']}")
    return monotonic() - began, model, peak


def _gensim(urls: list[str], model: dict[str, Any], folder: Path) -> float:
    chosen = model["parameters"]
    given = {"urls": urls, "folder": str(folder), "threads": os.cpu_count(), "epochs": model["result"]["epochs"]}
    given |= {"window": chosen["window"], "alpha": chosen["learning_rate"]}
    began = monotonic()
    command = [sys.executable, "-m", "benchmarks.gensim_job", json.dumps(given)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return monotonic() - began


@contextmanager
def running(folder: Path) -> Iterator[httpx.Client]:
    """The product, on a free port; its API."""
    command = [sys.executable, "-m", "ophicleide.runner", "--port", "0", "--data", str(folder / "data")]
    environ = {**os.environ, "OPHICLEIDE_FETCH_ALLOWED": "127.0.0.1"}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
    try:
        with httpx.Client(base_url=f"{_address(folder, process)}/api", trust_env=False, timeout=60) as api:
            yield api
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(_START_SECONDS)


def _address(folder: Path, process: "subprocess.Popen[bytes]") -> str:
    """Where it answers, once it does."""
    deadline = monotonic() + _START_SECONDS
    while monotonic() < deadline and process.poll() is None:
        try:
            address = str(json.loads((folder / "data" / "runner.json").read_text())["address"])
            if httpx.get(f"{address}/health/readiness", trust_env=False).status_code == 200:
                return address
        except (OSError, ValueError, httpx.TransportError):
            sleep(_POLL_SECONDS)
    process.terminate()
    sys.exit(f"the product did not start:\n{(folder / 'output').read_text()}")


@contextmanager
def served(name: str) -> Iterator[list[str]]:
    """Addresses of a corpus, or of the novels."""
    paths = sorted((ROOT / "data" / "austen").glob("*.txt.gz")) if name == NOVELS else [corpus(name)]
    handler = partial(Quiet, directory=str(paths[0].parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield [f"http://127.0.0.1:{server.server_port}/{path.name}" for path in paths]
        server.shutdown()


if __name__ == "__main__":
    main()
