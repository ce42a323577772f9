"""One replica of a gensim model, trained in step with the others: a round of a few thousand words, then an exchange.

The next round is learnt while the exchange is under way, so that ranks seldom wait for each other.
All ranks begin with the same vectors, which the seed gives, and end with the same, bit by bit.
Threads of one replica share its vectors without locks, as gensim's do.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from spark_jobs.train_word2vec.replicas.loads import Load, loads, pairs_and_words
from spark_jobs.train_word2vec.replicas.merge import Curvature, Floats, combine, fade
from spark_jobs.train_word2vec.replicas.mesh import Mesh
from spark_jobs.train_word2vec.replicas.schedule import Schedule
from spark_jobs.train_word2vec.replicas.shard import Context, Shard

ROUND_WORDS = 24_000
"""Words that all replicas together learn from between two exchanges."""

CURVATURE_PERIOD = 64
"""Rounds between two looks at the curvature, after those at rounds 1, 2, 4, ..."""

_SAMPLED_CONTEXTS = 5_000


@dataclass
class Side:
    """One matrix that is exchanged: rows, their values at the last exchange, own moves in it, and when each row is due."""

    rows: Floats
    agreed: Floats
    moves: Floats
    schedule: Schedule
    weights: Floats
    spread: float

    @classmethod
    def of(cls, load: Load) -> "Side":
        return cls(load.rows, load.rows.copy(), load.rows[:0], Schedule.of(load.updates), load.weights, load.spread)

    def give(self, step: int, last: bool) -> Floats:
        """A copy of the moves since the last exchange, of the rows due after round `step`: contiguous."""
        count = self.schedule.rows(step, last)
        self.moves = self.rows[:count] - self.agreed[:count]
        return self.moves.copy()

    def late(self, merged: Floats, rate: float, curvature: Curvature) -> Floats:
        """What the others' moves, which come a round late, are worth to this replica's rows."""
        others = merged - self.moves
        fade(others, self.schedule.updates[: len(others)], rate, curvature)
        return others

    def take(self, merged: Floats, late: Floats) -> None:
        self.agreed[: len(merged)] += merged
        self.rows[: len(late)] += late

    def settle(self) -> None:
        """To the bits that all ranks agreed on last."""
        self.rows[:] = self.agreed

    def curvature(self) -> Curvature:
        """What updates of the other side feel."""
        return Curvature.of(self.agreed, self.weights, self.spread)


@dataclass
class Replica:
    """`tokens` and `vocabulary_tokens` are of the whole text, over all ranks."""

    model: Any
    shard: Shard
    mesh: Mesh
    tokens: int
    vocabulary_tokens: int
    threads: int = 1
    round_words: int = ROUND_WORDS

    def learn(self, epochs: int, words_done: Callable[[int], None]) -> None:
        rounds = max(1, round(self.tokens / self.round_words))
        steps = epochs * rounds
        self._prepare(rounds)
        exchange: Future[list[tuple[Floats, Floats]]] | None = None
        with ThreadPoolExecutor(self.threads + 1) as pool:
            words_done(0)
            for step, part in enumerate(self._parts(epochs, rounds), 1):
                rate = self._rate((step - 1) / steps)
                list(pool.map(self._learn_from, _split(part, self.threads), [rate] * self.threads))
                self._take(exchange)
                given = [side.give(step, last=step == steps) for side in self._sides]
                exchange = pool.submit(self._merged, given, step, rate, last=step == steps)
                words_done(self.tokens * step // rounds)
            self._take(exchange)
        for side in self._sides:
            side.settle()

    def _prepare(self, rounds: int) -> None:
        self.model.random = np.random.RandomState((self.model.seed + 7919 * (self.mesh.rank + 1)) % 2**32)
        expected = np.array([pairs_and_words(self.model, self.shard.sample(_SAMPLED_CONTEXTS))], dtype=np.float32)
        self.mesh.reduce_rows([expected], lambda *_: None)
        pairs, words = expected[0]
        words_of_round = self.vocabulary_tokens / rounds / self.mesh.size
        expectations = loads(self.model, words_of_round, float(pairs / max(words, 1.0)))
        self._sides = [Side.of(load) for load in expectations]
        self._curvatures: list[Curvature] = []

    def _parts(self, epochs: int, rounds: int) -> Iterator[list[Context]]:
        for _ in range(epochs):
            yield from self.shard.rounds(rounds)

    def _rate(self, done: float) -> float:
        return float(self.model.alpha - (self.model.alpha - self.model.min_alpha) * done)

    def _learn_from(self, contexts: list[Context], rate: float) -> None:
        from gensim.models.word2vec_inner import MAX_WORDS_IN_BATCH, train_batch_cbow, train_batch_sg

        work, mean = (np.zeros(self.model.vector_size, dtype=np.float32) for _ in range(2))
        for batch in _batches(contexts, MAX_WORDS_IN_BATCH):
            if self.model.sg:
                train_batch_sg(self.model, batch, rate, work, False)
            else:
                train_batch_cbow(self.model, batch, rate, work, mean, False)

    def _merged(self, moves: list[Floats], step: int, rate: float, last: bool) -> list[tuple[Floats, Floats]]:
        """For each side what all ranks' moves come to, and what of that this replica still has to move."""
        if not step & (step - 1) or step % CURVATURE_PERIOD == 0:
            self._curvatures = [side.curvature() for side in reversed(self._sides)]

        def merge(number: int, first: int, rows: Floats) -> None:
            schedule = self._sides[number].schedule
            for tier in schedule.tiers(step, last):
                low, high = max(tier.first, first), min(tier.end, first + len(rows))
                if low < high:
                    updates = schedule.updates[low:high] * tier.rounds
                    combine(rows[low - first : high - first], updates, rate, self._curvatures[number], self.mesh.size)

        self.mesh.reduce_rows(moves, merge)
        sides = zip(self._sides, moves, self._curvatures, strict=True)
        return [(merged, side.late(merged, rate, curvature)) for side, merged, curvature in sides]

    def _take(self, exchange: Future[list[tuple[Floats, Floats]]] | None) -> None:
        if exchange:
            for side, (merged, late) in zip(self._sides, exchange.result(), strict=True):
                side.take(merged, late)


def _split(contexts: list[Context], parts: int) -> list[list[Context]]:
    """About equally many words in each."""
    ends = np.cumsum([0, *map(len, contexts)])
    marks = np.searchsorted(ends, np.linspace(0, ends[-1], parts + 1))
    return [contexts[start:end] for start, end in pairwise(marks)]


def _batches(contexts: list[Context], most_words: int) -> Iterator[list[Context]]:
    """None longer than the kernel takes, which leaves the rest out silently; one context is never as long as that."""
    batch: list[Context] = []
    words = 0
    for context in contexts:
        if batch and words + len(context) > most_words:
            yield batch
            batch, words = [], 0
        batch.append(context)
        words += len(context)
    if batch:
        yield batch
