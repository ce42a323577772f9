"""Replicas in step: equal at all ranks, and as good as one process where sums and means of moves are not."""

from collections import defaultdict
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from ophicleide.domain.training import Algorithm, TrainingParameters
from spark_jobs.train_word2vec.gensim_model import new_model
from spark_jobs.train_word2vec.replicas import replica as module
from spark_jobs.train_word2vec.replicas.loads import expected_pairs, loads
from spark_jobs.train_word2vec.replicas.mesh import Mesh
from spark_jobs.train_word2vec.replicas.replica import Replica
from spark_jobs.train_word2vec.replicas.shard import Shard, dealt
from tests.unit.train_word2vec.replicas.grouped_text import grouped_text, told_apart, vocabulary_of
from tests.unit.train_word2vec.replicas.ranks import ranks

TEXT = grouped_text(contexts=3000)
VOCABULARY = vocabulary_of(TEXT)
PARAMETERS = TrainingParameters(vector_size=20, window=5, sample=0)


def learnt(folder: Path, count: int, threads: int = 1, told: list[int] | None = None, **chosen: Any) -> list[Any]:
    """The vectors at each of `count` ranks."""

    def work(mesh: Mesh) -> np.ndarray:
        pieces = [piece for hand, piece in dealt(TEXT, count) if hand == mesh.rank]
        shard = Shard.spool(folder / f"{mesh.rank}.txt", pieces)
        model = new_model(VOCABULARY, PARAMETERS.model_copy(update=chosen), threads=threads, contexts=shard.contexts)
        tokens = VOCABULARY.tokens
        words_done = told.append if told is not None and mesh.rank == 0 else lambda _: None
        Replica(model, shard, mesh, tokens, tokens, threads, round_words=2000).learn(3, words_done)
        return np.array(model.wv.vectors)

    return ranks(count, work)


@pytest.mark.parametrize("count", [2, 4])
def test_all_ranks_end_with_the_same_bits(tmp_path: Path, count: int) -> None:
    vectors = learnt(tmp_path, count)

    assert len({each.tobytes() for each in vectors}) == 1
    assert np.isfinite(vectors[0]).all()


@pytest.mark.parametrize(("count", "threads"), [(1, 1), (4, 1), (8, 1), (2, 2)])
def test_replicas_tell_groups_of_words_apart_as_one_does(tmp_path: Path, count: int, threads: int) -> None:
    assert told_apart(VOCABULARY, learnt(tmp_path, count, threads)[0]) > 0.95


@pytest.mark.parametrize("naive", ["sum", "mean"])
def test_naive_combining_does_not(tmp_path: Path, naive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def combine(total: np.ndarray, *_: object) -> None:
        total /= 4 if naive == "mean" else 1

    monkeypatch.setattr(module, "combine", combine)
    monkeypatch.setattr(module, "fade", lambda *_: None)

    assert told_apart(VOCABULARY, learnt(tmp_path, 4)[0]) < 0.7


def test_vectors_are_about_as_long_as_those_of_one_process(tmp_path: Path) -> None:
    one, four = (np.linalg.norm(learnt(tmp_path, count)[0], axis=1).mean() for count in (1, 4))

    assert four == pytest.approx(one, rel=0.2)


def test_one_thread_each_and_equal_input_give_equal_vectors(tmp_path: Path) -> None:
    first, second = (learnt(tmp_path, 2)[0] for _ in range(2))

    assert np.array_equal(first, second)


def test_the_next_round_is_learnt_while_an_exchange_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds, begun, next_began = count(), defaultdict(Event), []
    learn_from, merged = Replica._learn_from, Replica._merged

    def told(replica: Replica, *given: Any) -> None:
        begun[next(rounds)].set()
        learn_from(replica, *given)

    def waiting(replica: Replica, moves: Any, step: int, rate: float, last: bool) -> Any:
        next_began.append(last or begun[step].wait(timeout=30))
        return merged(replica, moves, step, rate, last)

    monkeypatch.setattr(Replica, "_learn_from", told)
    monkeypatch.setattr(Replica, "_merged", waiting)
    learnt(tmp_path, 1)

    assert len(next_began) > 2
    assert all(next_began)


@pytest.mark.parametrize("chosen", [{"algorithm": Algorithm.CBOW}, {"hierarchical_softmax": True}])
def test_other_objectives_keep_replicas_equal_too(tmp_path: Path, chosen: dict[str, Any]) -> None:
    vectors = learnt(tmp_path, 2, **chosen)

    assert np.array_equal(*vectors)
    assert told_apart(VOCABULARY, vectors[0]) > 0.8


def test_words_done_rise_to_all_epochs_of_the_whole_text(tmp_path: Path) -> None:
    told: list[int] = []
    learnt(tmp_path, 2, told=told)

    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 3 * VOCABULARY.tokens)


def test_expected_pairs_are_those_of_windows_drawn_at_random() -> None:
    random, window = np.random.default_rng(1), 5
    lengths = np.array([1.0, 2.0, 4.0, 30.0])
    drawn = 0
    for _ in range(2000):
        for length in lengths.astype(int):
            for at, reach in enumerate(random.integers(1, window + 1, length)):
                drawn += min(at + reach, length - 1) - max(at - reach, 0)

    assert expected_pairs(lengths, window) == pytest.approx(drawn / 2000, rel=0.02)


def test_expected_updates_add_up_to_the_examples_and_their_noise() -> None:
    model = new_model(VOCABULARY, PARAMETERS, threads=1, contexts=3000)

    given, output = loads(model, words=1000, pairs_per_word=6)

    assert given.updates.sum() == pytest.approx(6000, rel=0.01)
    assert output.updates.sum() == pytest.approx(6000 * (1 + PARAMETERS.negative), rel=0.01)
    assert given.rows is model.wv.vectors
