"""A rank's share of the text: token lines in one local file, read anew in every epoch and never held whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

Context = list[str]


@dataclass(frozen=True)
class Shard:
    path: Path
    contexts: int
    tokens: int

    @classmethod
    def spool(cls, path: Path, pieces: Iterable[bytes]) -> "Shard":
        """Writes pieces of whole lines, words joined by single blanks."""
        contexts = tokens = 0
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                lines = piece.count(b"\n")
                contexts += lines
                tokens += lines + piece.count(b" ")
        return cls(path, contexts, tokens)

    def sample(self, contexts: int) -> list[Context]:
        """The first contexts."""
        with self.path.open("rb") as file:
            return [line.decode().split() for line in islice(file, contexts)]

    def rounds(self, count: int) -> Iterator[list[Context]]:
        """One epoch, cut into exactly `count` rounds of about equally many words; some are empty in a tiny text."""
        done = 0
        with self.path.open("rb") as file:
            for number in range(1, count + 1):
                part: list[Context] = []
                while done < self.tokens * number // count and (line := file.readline()):
                    part.append(line.decode().split())
                    done += len(part[-1])
                yield part


def dealt(chunk: bytes, hands: int) -> Iterator[tuple[int, bytes]]:
    """A chunk of lines as (hand, piece), about equally large: every rank then has its share of every text."""
    start = 0
    for hand in range(hands):
        end = len(chunk) if hand == hands - 1 else chunk.find(b"\n", max(start, len(chunk) * (hand + 1) // hands)) + 1
        if not end:
            end = len(chunk)
        if end > start:
            yield hand, chunk[start:end]
        start = end
