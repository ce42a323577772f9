"""How good word vectors are, by the three sets of questions that gensim's wheel carries.

Analogies (questions-words: 3CosAdd over the whole vocabulary), WordSim-353 and SimLex-999 (Spearman's rho with what
people judged). Only answerable items count, those whose words are all known; their share stands beside each score.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_BATCH = 512


@dataclass(frozen=True)
class Scores:
    """Scores and shares of answerable items are between 0 and 1."""

    analogies: float
    wordsim: float
    simlex: float
    analogies_share: float
    wordsim_share: float
    simlex_share: float
    mean_norm: float

    def __str__(self) -> str:
        return (
            f"analogies {self.analogies:6.2%}  WordSim {self.wordsim:.3f}  SimLex {self.simlex:.3f}"
            f"  (norm {self.mean_norm:.2f})"
        )

    @property
    def answerable(self) -> str:
        shares = (self.analogies_share, self.wordsim_share, self.simlex_share)
        return "answerable: analogies {:.0%}, WordSim {:.0%}, SimLex {:.0%}".format(*shares)


def scores_of(words: Sequence[str], vectors: Floats) -> Scores:
    index = {word: row for row, word in enumerate(words)}
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.maximum(norms, 1e-12)
    analogies = _analogies(unit, index)
    wordsim, simlex = (_similarities(unit, index, name) for name in ("wordsim353.tsv", "simlex999.txt"))
    return Scores(
        analogies[0], wordsim[0], simlex[0], analogies[1], wordsim[1], simlex[1], mean_norm=float(norms.mean())
    )


def summary(found: Sequence[Scores]) -> str:
    """Mean and spread (standard deviation over seeds) of each score."""
    table = np.array([astuple(each) for each in found])
    mean, spread = table.mean(axis=0), table.std(axis=0, ddof=1) if len(found) > 1 else np.zeros(table.shape[1])
    return (
        f"analogies {mean[0]:6.2%} ± {spread[0]:.2%}  WordSim {mean[1]:.3f} ± {spread[1]:.3f}"
        f"  SimLex {mean[2]:.3f} ± {spread[2]:.3f}  ({len(found)} seeds)"
    )


def _analogies(unit: Floats, index: Mapping[str, int]) -> tuple[float, float]:
    """Score, and share of answerable questions; `unit` has rows of length 1."""
    questions = list(_questions())
    known = [[index[word] for word in words] for words in questions if all(word in index for word in words)]
    rows = np.array(known, dtype=np.int64).reshape(-1, 4)
    right = 0
    for part in (rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH)):
        near = (unit[part[:, 1]] - unit[part[:, 0]] + unit[part[:, 2]]) @ unit.T
        np.put_along_axis(near, part[:, :3], -np.inf, axis=1)
        right += int((near.argmax(axis=1) == part[:, 3]).sum())
    return right / max(1, len(rows)), len(rows) / len(questions)


def _similarities(unit: Floats, index: Mapping[str, int], name: str) -> tuple[float, float]:
    from scipy.stats import spearmanr

    pairs = list(_pairs(name))
    known = [pair for pair in pairs if pair[0] in index and pair[1] in index]
    cosines = [float(unit[index[first]] @ unit[index[second]]) for first, second, _ in known]
    return float(spearmanr(cosines, [judged for *_, judged in known])[0]), len(known) / len(pairs)


def _questions() -> Iterator[list[str]]:
    yield from (line.lower().split() for line in _lines("questions-words.txt") if not line.startswith(":"))


def _pairs(name: str) -> Iterator[tuple[str, str, float]]:
    for line in _lines(name):
        if line.strip() and not line.startswith("#"):
            first, second, judged = line.split("\t")[:3]
            yield first.lower(), second.lower(), float(judged)


def _lines(name: str) -> list[str]:
    from gensim.test.utils import datapath

    with open(datapath(name), encoding="utf-8") as file:  # noqa: PTH123 - gensim gives a string
        return file.read().splitlines()
