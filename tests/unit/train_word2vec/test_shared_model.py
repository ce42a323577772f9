"""One model learnt in rounds: what gensim is told in each, and that rounds are the same as no rounds."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ophicleide.domain.training import TrainingParameters
from spark_jobs.train_word2vec.gensim_model import new_model
from spark_jobs.train_word2vec.shared_model import Part, Rounds, learn_in_rounds
from tests.unit.train_word2vec.replicas.grouped_text import grouped_text, vocabulary_of

TEXT = grouped_text(contexts=2000)
VOCABULARY = vocabulary_of(TEXT)
PARAMETERS = TrainingParameters(vector_size=20, window=5, sample=0, learning_rate=0.1)


def a_part(folder: Path, number: int, count: int) -> Part:
    lines = TEXT.splitlines(keepends=True)
    mine = lines[len(lines) * number // count : len(lines) * (number + 1) // count]
    path = folder / f"{number}of{count}.txt"
    path.write_bytes(b"".join(mine))
    return Part(path, len(mine), 10 * len(mine))


def rounds_of(folder: Path, count: int, epochs: int) -> Rounds:
    return Rounds(tuple(a_part(folder, number, count) for number in range(count)), epochs)


def learnt(rounds: Rounds) -> np.ndarray:
    model = new_model(VOCABULARY, PARAMETERS, threads=1, contexts=rounds.contexts)
    learn_in_rounds(model, rounds, lambda _: None)
    return np.array(model.wv.vectors)


def test_the_learning_rate_falls_evenly_over_all_rounds_of_all_epochs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gensim.models.word2vec import Word2Vec

    given: list[tuple[float, float]] = []
    train = Word2Vec.train

    def spied(model: Any, **arguments: Any) -> Any:
        given.append((arguments["start_alpha"], arguments["end_alpha"]))
        return train(model, **arguments)

    monkeypatch.setattr(Word2Vec, "train", spied)
    learnt(rounds_of(tmp_path, 2, epochs=2))

    rates = np.linspace(0.1, 1e-4, 5)
    assert np.allclose(given, list(pairwise(rates)))


def test_vectors_grow_as_in_one_call_of_gensim(tmp_path: Path) -> None:
    once = new_model(VOCABULARY, PARAMETERS, threads=1, contexts=2000)
    (whole,) = rounds_of(tmp_path, 1, 1).parts
    once.train(corpus_file=str(whole.path), total_examples=2000, total_words=VOCABULARY.tokens, epochs=4)

    in_rounds = learnt(rounds_of(tmp_path, 4, epochs=4))

    norms = [np.linalg.norm(vectors, axis=1).mean() for vectors in (once.wv.vectors, in_rounds)]
    assert norms[1] == pytest.approx(norms[0], rel=0.05)


def test_spooling_keeps_every_line(tmp_path: Path) -> None:
    rounds = Rounds.spool(tmp_path, [TEXT, TEXT], epochs=1)

    assert b"".join(part.path.read_bytes() for part in rounds.parts) == TEXT + TEXT
    assert (rounds.contexts, rounds.tokens) == (4000, 2 * VOCABULARY.tokens)
