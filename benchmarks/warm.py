"""A word's neighbours by GET, warm: one connection's latency and 64 connections' rate, beside two peers; and memory.

    python -m benchmarks.warm [--rounds 5] [--seconds 2] [--size 77000]
Goals at 77,000 x 100: p50 at most 1 ms on one connection; on 64 at least 3 x FastAPI + uvicorn + gensim and above
functions-framework's hello world; with a model loaded at most the bare function + 1.15 x matrix.
The one that asks is a Python program too, on another core where there is one: it bounds what the fastest can show.
"""

import argparse
import asyncio
import http.client
import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from urllib.parse import quote

from benchmarks import servers
from benchmarks.published import DIMENSIONS, document_store, published, synthetic
from benchmarks.servers import Server
from ophicleide.domain.models import Model
from ophicleide.domain.vectors import WordVectors

CONNECTIONS = 64
WORDS = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--size", type=int, default=77_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        uri, folder = stack.enter_context(document_store()), Path(stack.enter_context(tempfile.TemporaryDirectory()))
        vectors = synthetic(options.size)
        model = published(uri, vectors, "synthetic")
        write_word2vec(folder / "vectors.bin", vectors)
        words = [quote(vectors.words[row]) for row in range(WORDS)]
        ours = [f"/models/{model.id}/most-similar?word={word}&top_k=10" for word in words]
        measured: dict[str, tuple[Server, Sequence[str]]] = {
            "query, lean server": (stack.enter_context(servers.query(uri)), ours),
            "query, functions-framework": (stack.enter_context(servers.query_under_the_framework(uri)), ours),
            "hello world, functions-framework": (stack.enter_context(servers.hello_world()), ["/"]),
            "gensim, FastAPI, uvicorn": (
                stack.enter_context(servers.gensim_api(folder / "vectors.bin")),
                [f"/most-similar?word={word}&top_k=10" for word in words],
            ),
        }
        for name, (server, paths) in measured.items():
            check(name, server, paths, vectors)
        rates, latencies = alternated(measured, options.rounds, options.seconds)
        show(rates, latencies, options.size)
        memory(uri, model, vectors)


def write_word2vec(path: Path, vectors: WordVectors) -> None:
    with path.open("wb") as file:
        file.write(f"{len(vectors.words)} {vectors.vector_size}\n".encode())
        for word, row in zip(vectors.words, vectors.matrix, strict=True):
            file.write(word.encode() + b" " + row.tobytes() + b"\n")


def check(name: str, server: Server, paths: Sequence[str], vectors: WordVectors) -> None:
    """Every path once, which warms it, and the answers of some against the search."""
    for number, path in enumerate(paths):
        _, status, body = server.first_answer(path)
        right = status == 200
        if right and number % 50 == 0 and len(paths) > 1:
            found = {near["word"] for near in json.loads(body)["neighbours"]}
            right = found == {word for word, _ in vectors.most_similar(vectors.words[number], 10)}
        if not right:
            raise SystemExit(f"{name}: a wrong answer: {body[:300]!r}")


def alternated(
    measured: dict[str, tuple[Server, Sequence[str]]], rounds: int, seconds: float
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    rates: dict[str, list[float]] = {name: [] for name in measured}
    latencies: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, (server, paths) in measured.items():
            rates[name].append(asyncio.run(rate(server.port, paths, seconds)))
            latencies[name].append(latency(server.port, paths, seconds / 4))
    return rates, latencies


class Caller(asyncio.Protocol):
    """One connection that asks again as soon as it has its answer; it knows of HTTP what these servers send."""

    def __init__(self, paths: Sequence[str], first: int) -> None:
        self._requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in paths]
        self._next = first
        self._unread = b""
        self.answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._unread += data
        head, found, rest = self._unread.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(rest) >= length:
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"a wrong answer: {head!r}")
            self._unread, self.answers = b"", self.answers + 1
            self._ask()

    def _ask(self) -> None:
        self._next = (self._next + 1) % len(self._requests)
        self._transport.write(self._requests[self._next])  # type: ignore[attr-defined]


async def rate(port: int, paths: Sequence[str], seconds: float) -> float:
    """Answers a second on all connections."""
    loop, callers = asyncio.get_running_loop(), [Caller(paths, 7 * number) for number in range(CONNECTIONS)]
    made = [(await loop.create_connection(lambda caller=one: caller, "127.0.0.1", port))[0] for one in callers]  # type: ignore[misc]
    before, started = sum(one.answers for one in callers), time.perf_counter()
    await asyncio.sleep(seconds)
    answers, took = sum(one.answers for one in callers) - before, time.perf_counter() - started
    for transport in made:
        transport.abort()
    return answers / took


def latency(port: int, paths: Sequence[str], seconds: float) -> float:
    """Median seconds of a request on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    took: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        connection.request("GET", paths[len(took) % len(paths)])
        connection.getresponse().read()
        took.append(time.perf_counter() - started)
    connection.close()
    return median(took)


def show(rates: dict[str, list[float]], latencies: dict[str, list[float]], size: int) -> None:
    ours = rates["query, lean server"]
    print(f"a word's neighbours by GET, {size:,} x {DIMENSIONS} synthetic, medians of {len(ours)}; answers checked")
    for name, found in rates.items():
        times = median(one / peer for one, peer in zip(ours, found, strict=True))
        print(
            f"  {name:34} p50 on one connection {median(latencies[name]) * 1000:6.2f} ms"
            f"   on {CONNECTIONS} {median(found):7,.0f} a second   (the first is {times:.1f} x this)"
        )


def memory(uri: str, model: Model, vectors: WordVectors) -> None:
    """Resident memory of an instance with everything imported, without and with the model's vectors."""
    words = [quote(vectors.words[row]) for row in (5, 6)]
    path = f"/models/{model.id}/most-similar?positive={words[0]}&negative={words[1]}"
    small = published(uri, synthetic(300), "small")
    with servers.query(uri) as server:
        server.first_answer(path.replace(model.id, small.id))
        bare = server.resident_bytes
        for _ in range(3):
            server.first_answer(path)
        loaded = server.resident_bytes
    share = (loaded - bare) / vectors.matrix.nbytes
    print(f"  resident: bare function {bare / 1e6:.0f} MB, loaded {loaded / 1e6:.0f} MB = bare + {share:.2f} x matrix")


if __name__ == "__main__":
    main()
