"""How often each row of a model will be met, expected from the words' counts: what schedule and curvature rest on.

Knows gensim's kernel: how it thins frequent words out, shrinks windows, draws noise and numbers inner nodes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark_jobs.train_word2vec.replicas.merge import Floats
from spark_jobs.train_word2vec.replicas.shard import Context

Doubles = NDArray[np.float64]
_SAMPLE_SCALE = 2**32 - 1
"""gensim keeps a word's probability of staying as a share of this."""


@dataclass(frozen=True)
class Load:
    """Of one matrix, in rows by falling visits.

    rows: (V, d), a view of the model's. weights: (V,), how strongly one update of the other side feels each row.
    updates: (V,), expected updates of each row in one round of one replica. spread: see `Curvature.of`.
    """

    rows: Floats
    weights: Floats
    updates: Floats
    spread: float = 1.0


def pairs_and_words(model: Any, contexts: Sequence[Context]) -> tuple[float, float]:
    """Expected (centre, context) pairs of these contexts, and words that survive thinning out."""
    index, stays = model.wv.key_to_index, staying(model)
    lengths = np.array([sum(stays[index[word]] for word in context if word in index) for context in contexts])
    return expected_pairs(lengths, model.window), float(lengths.sum())


def expected_pairs(lengths: Doubles, window: int) -> float:
    """Pairs in contexts of these lengths; each centre's reach is drawn evenly from 1 to `window`."""
    total = 0.0
    for reach in range(1, window + 1):  # n words have 2 r n - r (r + 1) pairs, or n (n - 1) where the reach covers all
        short = lengths * np.maximum(lengths - 1, 0)
        total += float(np.where(lengths > reach, 2 * reach * lengths - reach * (reach + 1), short).sum()) / window
    return total


def staying(model: Any) -> Doubles:
    """Probability that an occurrence of each word survives thinning out: (V,)."""
    if not model.sample:
        return np.ones(len(model.wv))
    return np.asarray(model.wv.expandos["sample_int"] / _SAMPLE_SCALE, dtype=np.float64)


def loads(model: Any, words: float, pairs_per_word: float) -> tuple[Load, Load]:
    """Of the input and of the output vectors; `words` of the vocabulary are met in one round of one replica.

    Skip-gram has an example a pair; CBOW has one a word, whose input is the mean of the word's contexts.
    """
    counts = np.asarray(model.wv.expandos["count"], dtype=np.float64)
    met = counts * staying(model)
    share = met / met.sum()
    kept = words * met.sum() / counts.sum()
    pairs = kept * pairs_per_word
    averaged = 1.0 if model.sg else max(1.0, pairs_per_word)
    output, visits = _output(model, share)
    return (
        _load(model.wv.vectors, share, share * pairs, 1.0 / averaged),
        _load(output, visits / averaged, visits * (pairs if model.sg else kept)),
    )


def _load(rows: Floats, weights: Doubles, updates: Doubles, spread: float = 1.0) -> Load:
    return Load(rows, weights.astype(np.float32), updates.astype(np.float32), spread)


def _output(model: Any, share: Doubles) -> tuple[Floats, Doubles]:
    """The output vectors by falling visits, and the visits of each in one example."""
    if model.hs:
        nodes = model.syn1[: len(model.wv) - 1][::-1]  # numbered by rising count
        met = np.zeros(len(nodes))
        for part, points in zip(share, model.wv.expandos["point"], strict=True):
            met[points] += part
        return nodes, np.minimum.accumulate(met[::-1])
    noise = np.diff(model.cum_table.astype(np.float64), prepend=0.0) / model.cum_table[-1]
    return model.syn1neg, np.minimum.accumulate(share + model.negative * noise)
