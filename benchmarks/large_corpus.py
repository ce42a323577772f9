"""Memory while a text that is larger than memory should be is fetched, counted and learnt: two sizes, whose peaks must be alike.

The text is made up as it is served, by a process of its own, so nothing of it lies on disk or in the cache before.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import monotonic

import numpy as np
import psutil

BLOCK_BYTES, BLOCKS = 1 << 20, 48
_VOCABULARY = 40_000
_SAMPLE_SECONDS = 0.25
_GIGABYTE = 1_000_000_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large_corpus", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--no-training", action="store_true", help="Fetch, tokenise and count only.")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that server and job end with it
    print(f"Made-up text of {_VOCABULARY:,} different words, served with ranges; local[{given.threads}]", flush=True)
    for gigabytes in (given.gigabytes / 4, given.gigabytes):
        size = int(gigabytes * _GIGABYTE)
        with served(size) as url:
            seconds, told, peaks = _job(url, given.threads, not given.no_training)
        print(f"{size / 1e6:,.0f} MB in {seconds:.0f} s: {json.dumps(told)}", flush=True)
        print(f"  peak resident MB: {peaks}", flush=True)


def _job(url: str, threads: int, training: bool) -> tuple[float, dict[str, float], "Peaks"]:
    began = monotonic()
    command = [sys.executable, "-m", "benchmarks.large_corpus_job", url, str(threads), str(int(training))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    with process, watched(process.pid) as peaks:
        try:
            told, _ = process.communicate()
        finally:
            process.terminate()
    if process.returncode:
        sys.exit(f"the job ended with status {process.returncode}")
    return monotonic() - began, json.loads(told.splitlines()[-1]), peaks


@dataclass
class Peaks:
    """Highest resident bytes by part: the driver, each worker, the JVM."""

    bytes_by_part: dict[str, int] = field(default_factory=dict)

    def see(self, part: str, size: int) -> None:
        self.bytes_by_part[part] = max(size, self.bytes_by_part.get(part, 0))

    def __str__(self) -> str:
        return ", ".join(f"{part} {size / 1e6:,.0f}" for part, size in sorted(self.bytes_by_part.items()))


@contextmanager
def watched(driver: int) -> Iterator[Peaks]:
    """Of a driver and all its descendants, looked at four times a second."""
    peaks, done = Peaks(), Event()

    def watch() -> None:
        while not done.wait(_SAMPLE_SECONDS):
            try:
                _look(psutil.Process(driver), peaks)
            except psutil.Error:  # a process ended while it was looked at
                continue

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


def _look(driver: psutil.Process, peaks: Peaks) -> None:
    peaks.see("driver", driver.memory_info().rss)
    for process in driver.children(recursive=True):
        peaks.see("jvm" if process.name() == "java" else "largest worker", process.memory_info().rss)


@contextmanager
def served(size: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.large_corpus", "--gigabytes", str(size / _GIGABYTE)]
    environ = {**os.environ, "LARGE_CORPUS_SERVER": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def blocks() -> list[bytes]:
    """Paragraphs of words by Zipf's law, each block of the same length and ending with a line."""
    random = np.random.default_rng(1)
    words = [f"w{''.join(chr(97 + int(digit)) for digit in str(number))}" for number in range(_VOCABULARY)]
    shares = 1 / np.arange(1, _VOCABULARY + 1)
    return [_block(words, random.choice(_VOCABULARY, 300_000, p=shares / shares.sum())) for _ in range(BLOCKS)]


def _block(words: list[str], drawn: "np.typing.NDArray[np.int64]") -> bytes:
    lines = [" ".join(words[number] for number in drawn[at : at + 40]) for at in range(0, len(drawn), 40)]
    return "\n\n".join(lines).encode()[: BLOCK_BYTES - 1].ljust(BLOCK_BYTES - 1) + b"\n"


class MadeUp(BaseHTTPRequestHandler):
    """GET with or without a range; the version never changes."""

    blocks: list[bytes]
    size: int

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Range", f"bytes {start}-{self.size - 1}/{self.size}")
        headers = {"Content-Type": "text/plain; charset=utf-8", "ETag": '"1"', "Accept-Ranges": "bytes"}
        for name, text in {**headers, "Content-Length": str(self.size - start)}.items():
            self.send_header(name, text)
        self.end_headers()
        try:
            self._send_from(start)
        except OSError:
            self.close_connection = True  # the reader has its range

    def _send_from(self, position: int) -> None:
        while position < self.size:
            number, offset = divmod(position, BLOCK_BYTES)
            part = self.blocks[number % BLOCKS][offset : offset + min(BLOCK_BYTES, self.size - position)]
            self.wfile.write(part)
            position += len(part)

    def log_message(self, *_: object) -> None:
        """Nothing among the figures."""


def serve(size: int) -> ThreadingHTTPServer:
    handler = type("Sized", (MadeUp,), {"blocks": blocks(), "size": size})
    return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def _serve_for_ever() -> None:
    server = serve(int(float(sys.argv[2]) * _GIGABYTE))
    print(f"http://127.0.0.1:{server.server_address[1]}/text", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve_for_ever() if os.environ.get("LARGE_CORPUS_SERVER") else main()
