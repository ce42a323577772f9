"""The corpus between the steps: token lines kept by Spark, and what is known of them so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ophicleide.domain.models import Source

if TYPE_CHECKING:
    from pyspark import RDD


@dataclass(frozen=True)
class TokenLines:
    """What fetching gives: `chunks` are pieces of about 256 KiB of UTF-8 lines, one context a line, words joined by blanks."""

    chunks: "RDD[bytes]"
    sources: tuple[Source, ...]
    contexts: int
    tokens: int
    partitions: int


@dataclass(frozen=True)
class Vocabulary:
    """The words that are learnt, in falling count, ties by the word; `counts[i]` belongs to `words[i]`."""

    words: Sequence[str]
    counts: Sequence[int]

    @property
    def tokens(self) -> int:
        """How many words of the corpus are in the vocabulary, each as often as it occurs."""
        return sum(self.counts)


@dataclass(frozen=True)
class Corpus:
    """What a trainer learns from."""

    lines: TokenLines
    vocabulary: Vocabulary
