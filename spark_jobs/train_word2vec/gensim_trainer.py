"""gensim's kernel in one Spark task: all cores of an executor share one model as threads.

The text streams from Spark's blocks to the task's local disk, where the kernel reads it without Python.
"""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ophicleide.training import Algorithm, TrainingParameters
from ophicleide.vectors import WordVectors
from spark_jobs.train_word2vec.channel import Sender
from spark_jobs.train_word2vec.corpus import Corpus, Vocabulary
from spark_jobs.train_word2vec.train import WordsDone

ROUND_TOKENS = 400_000
"""Words between two reports. Each round starts threads and copies the vocabulary, which must stay small beside it."""

MAX_ROUNDS = 200
_BLOCK_BYTES = 8 << 20
_FINAL_LEARNING_RATE = 1e-4


@dataclass(frozen=True)
class GensimTrainer:
    tell: Sender
    threads: int

    def learn(self, corpus: Corpus, parameters: TrainingParameters, epochs: int, progress: WordsDone) -> WordVectors:  # noqa: ARG002 - told over the channel
        task = _Task(corpus.vocabulary, parameters, epochs, self.tell, self.threads)
        blocks = corpus.lines.chunks.coalesce(1).mapPartitions(task).collect()
        matrix = np.frombuffer(b"".join(blocks), dtype="<f4").reshape(-1, parameters.vector_size)
        return WordVectors(corpus.vocabulary.words, matrix, np.asarray(corpus.vocabulary.counts, dtype=np.int64))


@dataclass(frozen=True)
class _Task:
    vocabulary: Vocabulary
    parameters: TrainingParameters
    epochs: int
    tell: Sender
    threads: int

    def __call__(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The matrix's bytes (float32, row-major) in blocks."""
        with tempfile.TemporaryDirectory(prefix="ophicleide-train-") as folder:
            rounds = Rounds.spool(Path(folder), chunks, self.epochs)
            model = self._model(rounds)
            self._train(model, rounds)
        matrix = np.ascontiguousarray(model.wv.vectors, dtype="<f4").data.cast("B")
        for start in range(0, matrix.nbytes, _BLOCK_BYTES):
            yield bytes(matrix[start : start + _BLOCK_BYTES])

    def _model(self, rounds: "Rounds") -> Any:
        from gensim.models.word2vec import Word2Vec

        chosen = self.parameters
        model = Word2Vec(
            vector_size=chosen.vector_size,
            window=chosen.window,
            min_count=1,  # the vocabulary is counted already
            sg=int(chosen.algorithm is Algorithm.SKIP_GRAM),
            negative=chosen.negative,
            sample=chosen.sample,
            alpha=chosen.learning_rate,
            min_alpha=_FINAL_LEARNING_RATE,
            seed=chosen.seed,
            workers=self.threads,
            sorted_vocab=0,  # keeps our order: gensim leaves ties to numpy's unstable sort
        )
        counts = dict(zip(self.vocabulary.words, self.vocabulary.counts, strict=True))
        model.build_vocab_from_freq(counts, corpus_count=rounds.contexts)
        return model

    def _train(self, model: Any, rounds: "Rounds") -> None:
        """Calls the kernel once a round, with the part of the falling learning rate that is the round's own."""
        done, total = 0, rounds.tokens * self.epochs
        rate = self.parameters.learning_rate
        self.tell({"words_done": 0})  # imports and copying are over: speed is measured from here
        for part in rounds.order():
            after = done + part.tokens
            model.train(
                corpus_file=str(part.path),
                total_examples=part.contexts,
                total_words=part.tokens,
                epochs=1,
                start_alpha=_falling(rate, done / total),
                end_alpha=_falling(rate, after / total),
            )
            done = after
            self.tell({"words_done": done})


def _falling(rate: float, fraction: float) -> float:
    return rate + (min(rate, _FINAL_LEARNING_RATE) - rate) * fraction


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
