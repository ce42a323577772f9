"""One model in one Spark task: all cores of an executor share it as threads.

The text streams from Spark's blocks to the task's local disk, where gensim's kernel reads it without Python.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ophicleide.domain.training import TrainingParameters
from spark_jobs.train_word2vec.channel import Message, Sender
from spark_jobs.train_word2vec.corpus import Corpus, Vocabulary
from spark_jobs.train_word2vec.gensim_model import blocks_of, new_model

if TYPE_CHECKING:
    from pyspark import RDD

ROUND_TOKENS = 400_000
"""Words between two reports. Each round starts threads and copies the vocabulary, which must stay small beside it."""


def learnt_by_threads(
    corpus: Corpus, parameters: TrainingParameters, epochs: int, tell: Sender, threads: int
) -> "RDD[bytes]":
    """The input vectors' bytes (float32, row-major) in blocks."""
    task = _Task(corpus.vocabulary, parameters, epochs, tell, threads)
    return corpus.lines.chunks.coalesce(1).mapPartitions(task)


@dataclass(frozen=True)
class _Task:
    """Travels to an executor by pickle."""

    vocabulary: Vocabulary
    parameters: TrainingParameters
    epochs: int
    tell: Sender
    threads: int

    def __call__(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(prefix="ophicleide-train-") as folder:
            rounds = Rounds.spool(Path(folder), chunks, self.epochs)
            model = new_model(self.vocabulary, self.parameters, threads=self.threads, contexts=rounds.contexts)
            learn_in_rounds(model, rounds, self.tell)
        yield from blocks_of(model.wv.vectors)


def learn_in_rounds(model: Any, rounds: "Rounds", tell: Callable[[Message], None]) -> None:
    """Calls gensim once a round, with the part of the falling learning rate that is the round's own."""
    done, total = 0, rounds.tokens * rounds.epochs
    highest, lowest = model.alpha, model.min_alpha  # read once: gensim overwrites them with what it is given
    tell({"words_done": 0})  # imports and copying are over: speed is measured from here
    for part in rounds.order():
        after = done + part.tokens
        model.train(
            corpus_file=str(part.path),
            total_examples=part.contexts,
            total_words=part.tokens,
            epochs=1,
            start_alpha=highest - (highest - lowest) * done / total,
            end_alpha=highest - (highest - lowest) * after / total,
        )
        done = after
        tell({"words_done": done})


@dataclass(frozen=True)
class Part:
    """A file of token lines."""

    path: Path
    contexts: int
    tokens: int


@dataclass(frozen=True)
class Rounds:
    """The corpus cut into files, each trained on once an epoch."""

    parts: tuple[Part, ...]
    epochs: int

    @property
    def tokens(self) -> int:
        return sum(part.tokens for part in self.parts)

    @property
    def contexts(self) -> int:
        return sum(part.contexts for part in self.parts)

    def order(self) -> Iterator[Part]:
        for _ in range(self.epochs):
            yield from self.parts

    @classmethod
    def spool(cls, folder: Path, chunks: Iterable[bytes], epochs: int) -> "Rounds":
        """Writes the chunks to files of about `ROUND_TOKENS` words, a token being 5 to 6 bytes."""
        parts: list[Part] = []
        held: list[bytes] = []
        for chunk in chunks:
            held.append(chunk)
            if sum(map(len, held)) > ROUND_TOKENS * 6:
                parts.append(_written(folder / f"{len(parts)}.txt", held))
                held = []
        if held:
            parts.append(_written(folder / f"{len(parts)}.txt", held))
        return cls(tuple(parts), epochs)


def _written(path: Path, chunks: list[bytes]) -> Part:
    data = b"".join(chunks)
    path.write_bytes(data)
    return Part(path, data.count(b"\n"), data.count(b" ") + data.count(b"\n"))
