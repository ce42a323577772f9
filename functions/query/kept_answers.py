"""Answers that were given, bounded in bytes; and which model each reference stands for, known for a second.

Safe for threads. Nothing here waits for the store but `Standing.of`.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ophicleide.domain.ports import PublishedModels
    from ophicleide.domain.published import Published

FRESH_SECONDS = 1.0
"""With the second that a caller may keep an answer (Cache-Control), none of a deleted model is seen after two."""

OVERHEAD_BYTES = 500
"""What CPython 3.11 keeps of an answer beside its body."""

MAX_REFERENCES = 1000


class Kept(NamedTuple):
    """An answer of a model: its entity tag and body."""

    published: "Published"
    tag: str
    body: bytes


class KeptAnswers:
    """The least recently used answer leaves first."""

    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes
        self._answers: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, question: tuple[str, str]) -> Kept | None:
        with self._lock:
            if (kept := self._answers.get(question)) is not None:
                self._answers.move_to_end(question)
            return kept

    def keep(self, question: tuple[str, str], kept: Kept) -> None:
        with self._lock:
            self._drop(question)
            self._answers[question] = kept
            self._left -= _size(kept)
            while self._left < 0:
                self._drop(next(iter(self._answers)))

    def drop(self, question: tuple[str, str]) -> None:
        with self._lock:
            self._drop(question)

    def _drop(self, question: tuple[str, str]) -> None:
        if (kept := self._answers.pop(question, None)) is not None:
            self._left += _size(kept)


class Standing:
    """Which ready model a reference stands for."""

    def __init__(self, models: "PublishedModels", clock: Callable[[], float] = monotonic) -> None:
        self._models = models
        self._clock = clock
        self._known: OrderedDict[str, tuple[Published, float]] = OrderedDict()

    def known(self, ref: str) -> "Published | None":
        """What the store said less than a second ago; None where it said nothing, or that there is none."""
        published, asked = self._known.get(ref, (None, 0.0))
        return published if published is not None and self._clock() - asked < FRESH_SECONDS else None

    def of(self, ref: str) -> "Published | None":
        """The same, and what the store says now where that is not known."""
        if (known := self.known(ref)) is not None:
            return known
        asked = self._clock()
        published = self._models.published(ref)
        self._known.pop(ref, None)
        if published is not None:
            self._known[ref] = (published, asked)
            if len(self._known) > MAX_REFERENCES:
                self._known.popitem(last=False)
        return published


def _size(kept: Kept) -> int:
    return len(kept.body) + OVERHEAD_BYTES
