"""Which words are near, as a plain request asks: from a word's record where there is one, otherwise from the vectors."""

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from functions.query.plain import Plain
from functions.query.timing import Cost
from ophicleide.domain.errors import ArtifactDamaged
from ophicleide.domain.neighbours import decode
from ophicleide.domain.published import Published

if TYPE_CHECKING:
    from ophicleide.domain.ports import NeighbourStore, VectorSource

Scored = list[tuple[str, float]]


@dataclass(frozen=True)
class Nearest:
    neighbours: "NeighbourStore"
    vectors: "VectorSource"

    def find(self, published: Published, asked: Plain, cost: Cost) -> Scored | None:
        """None where a word is not known or the vectors are damaged."""
        return self._recorded(published, asked, cost) or self._searched(published, asked, cost)

    def _recorded(self, published: Published, asked: Plain, cost: Cost) -> Scored | None:
        if asked.only_word is None:
            return None
        started = perf_counter()
        record = self.neighbours.read(published.artifact.id, asked.only_word)
        cost.load, cost.cold = perf_counter() - started, True
        with cost.searching():
            return None if record is None else decode(record, asked.top_k)

    def _searched(self, published: Published, asked: Plain, cost: Cost) -> Scored | None:
        try:
            vectors, cold, seconds = self.vectors.get(published)
        except ArtifactDamaged:
            return None
        cost.load += seconds
        cost.cold |= cold
        with cost.searching():
            rows = [(vectors.find(word), weight) for word, weight in asked.signed]
            known = [(row, weight) for row, weight in rows if row is not None]
            if len(known) < len(rows):
                return None
            without = sorted({row for row, _ in known})
            return vectors.nearest(vectors.toward(known)[None], asked.top_k, without=[without])[0]
