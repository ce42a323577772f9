"""From process start to the first right answer, beside functions-framework's hello world; medians of alternated rounds.

    python -m benchmarks.cold_start [--rounds 7] [--sizes 14000 77000 400000] [--at-once 20]
Goals: a frequent word at most 1.3 x hello world, the same at every size within 10 %; a form that needs the matrix at
most hello world and 1.2 x the time to read the artifact's bytes; as many as twenty instances at once, none fails.
"""

import argparse
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from urllib.parse import quote

from benchmarks import servers
from benchmarks.published import connection, document_store, published, synthetic
from benchmarks.rounds import Took, alternated, ratio, timed
from ophicleide.domain.models import Model
from ophicleide.domain.vectors import WordVectors
from ophicleide.stores.mongo import MongoArtifactStore

ASKED = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sizes", type=int, nargs="+", default=[14_000, 77_000, 400_000])
    parser.add_argument("--at-once", type=int, default=20)
    options = parser.parse_args()
    servers.compile_sources()
    with document_store() as uri:
        programs: dict[str, Callable[[], float]] = {"hello world": hello}
        reads: dict[str, Callable[[], float]] = {}
        for size in options.sizes:
            vectors = synthetic(size)
            model = published(uri, vectors, f"synthetic {size}")
            programs[f"frequent word, {size:,}"] = one_word(uri, model, vectors)
            programs[f"two words, {size:,}"] = two_words(uri, model, vectors)
            reads[f"read of the artifact, {size:,}"] = reading(uri, model)
        took = alternated(programs | reads, options.rounds)
        show(took, options.sizes)
        at_once(programs[f"frequent word, {options.sizes[0]:,}"], "a frequent word", options.at_once)
        at_once(programs[f"two words, {options.sizes[0]:,}"], "two words", options.at_once)


def hello() -> float:
    with servers.hello_world() as server:
        seconds, status, body = server.first_answer("/")
    check((status, body) == (200, b"Hello, world!"), body)
    return seconds


def one_word(uri: str, model: Model, vectors: WordVectors) -> Callable[[], float]:
    word = vectors.words[ASKED]
    expected = vectors.most_similar(word, 10)
    return asking(uri, f"/models/{model.id}/most-similar?word={quote(word)}&top_k=10", expected)


def two_words(uri: str, model: Model, vectors: WordVectors) -> Callable[[], float]:
    from ophicleide.domain import questions
    from ophicleide.domain.queries import MostSimilar

    one, other = vectors.words[ASKED], vectors.words[ASKED + 1]
    asked = MostSimilar(model=model.id, positive=(one,), negative=(other,))
    path = f"/models/{model.id}/most-similar?positive={quote(one)}&negative={quote(other)}"
    return asking(uri, path, questions.most_similar(vectors, asked))


def asking(uri: str, path: str, expected: object) -> Callable[[], float]:
    def ask() -> float:
        with servers.query(uri) as server:
            seconds, status, body = server.first_answer(path)
        found = (
            [(near["word"], near["similarity"]) for near in json.loads(body)["neighbours"]] if status == 200 else body
        )
        check(found == expected, body)
        return seconds

    return ask


def reading(uri: str, model: Model) -> Callable[[], float]:
    store = MongoArtifactStore(connection(uri))

    def read() -> None:
        if model.result is not None:
            store.read(model.result.artifact)

    return timed(read)


def show(took: Took, sizes: list[int]) -> None:
    base = took["hello world"]
    print(f"first right answer from process start, medians of {len(base)}; synthetic vectors x 100, answers checked")
    for name, seconds in took.items():
        print(f"  {name:32} {median(seconds) * 1000:7.0f} ms   {ratio(seconds, base):5.2f} x hello world")
    for size in sizes:
        goals = [one + 1.2 * read for one, read in zip(base, took[f"read of the artifact, {size:,}"], strict=True)]
        share = ratio(took[f"two words, {size:,}"], goals)
        print(f"  two words, {size:,}: {share:.2f} x (hello world + 1.2 x read); the goal is at most 1")
    words = [median(took[f"frequent word, {size:,}"]) for size in sizes]
    print(f"  frequent word, slowest size / fastest: {max(words) / min(words):.2f}; the goal is at most 1.10")


def at_once(ask: Callable[[], float], what: str, instances: int) -> None:
    with ThreadPoolExecutor(instances) as pool:
        seconds = list(pool.map(lambda _number: ask(), range(instances)))
    print(f"  {instances} instances at once, {what}: all right, the last after {max(seconds):.1f} s")


def check(right: bool, told: bytes) -> None:
    if not right:
        raise SystemExit(f"a wrong answer: {told[:300]!r}")


if __name__ == "__main__":
    main()
