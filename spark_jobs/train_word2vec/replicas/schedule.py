"""Which rows of a matrix are exchanged after which round: frequent words every time, rare ones seldom.

A row that moved little has followed the replicas' gradients as if they were one, so it may wait for the others until
it has had about `drift` updates. How often a word is met is known beforehand from its count.
Tiers by frequency: Ji, Satish, Li and Dubey 2016, "Parallelizing Word2Vec in Shared and Distributed Memory".
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spark_jobs.train_word2vec.replicas.merge import Floats

DRIFT = 30.0
"""Updates of a row, in each replica, between two exchanges; 100 lost word similarities (docs/distribution.md)."""

LONGEST_PERIOD = 64
"""Rounds between two exchanges of the rarest rows."""


class Tier(NamedTuple):
    """Rows [first, end) and the rounds since they were last exchanged."""

    first: int
    end: int
    rounds: int


@dataclass(frozen=True)
class Schedule:
    """Of one matrix, with rows by falling update rate.

    updates: (V,), expected updates of each row in one replica and round.
    ends: rising numbers of rows, those exchanged every 1st, 2nd, 4th, ... round; the last is V.
    """

    updates: Floats
    ends: tuple[int, ...]

    @classmethod
    def of(cls, updates: Floats, drift: float = DRIFT, longest_period: int = LONGEST_PERIOD) -> "Schedule":
        """Gives every row the longest power-of-two period that keeps it below `drift` updates."""
        doublings = int(np.log2(longest_period))
        limits = drift / 2.0 ** np.arange(1, doublings + 1)
        ends = [int(np.searchsorted(-updates, -limit, side="left")) for limit in limits]
        return cls(updates.astype(np.float32), (*ends, len(updates)))

    def tiers(self, step: int, last: bool = False) -> list[Tier]:
        """Those due after round `step`, which counts from 1; all of them after the last round."""
        due = len(self.ends) if last else min((step & -step).bit_length(), len(self.ends))
        bounds = (0, *self.ends)
        tiers = [Tier(bounds[tier], self.ends[tier], _elapsed(step, tier)) for tier in range(due)]
        return [tier for tier in tiers if tier.end > tier.first]

    def rows(self, step: int, last: bool = False) -> int:
        """How many leading rows are exchanged after round `step`."""
        tiers = self.tiers(step, last)
        return tiers[-1].end if tiers else 0


def _elapsed(step: int, tier: int) -> int:
    """Rounds since the tier's last exchange; less than its period only at the very end."""
    return step - ((step - 1) >> tier << tier)
