"""How far the job is: elapsed time over elapsed and expected time, so that the bar moves evenly.

What is expected comes from sizes and measured speeds; the first speeds are those of a small machine.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from ophicleide.models import Phase, Progress
from ophicleide.training import fitting_epochs
from spark_jobs.train_word2vec.channel import Message

_START_SECONDS = 6.0
_COUNTING_SECONDS = 2.0
_LAST_SECONDS = 2.0
_FIRST_WORDS_PER_SECOND = 250_000.0
_FETCH_BYTES_PER_SECOND = 2e6
_BYTES_PER_WORD = 4.0
"""As sent: between plain text (5.7) and gzip (2.2)."""

_UNKNOWN_TEXT_BYTES = 500_000
_ORDER = tuple(Phase)


@dataclass
class ProgressBoard:
    """Written by the pipeline and the channel's threads, read by the heartbeat."""

    urls: int
    epochs: int | None
    monotonic: Callable[[], float]
    _lock: Lock = field(default_factory=Lock)
    _phase: Phase = Phase.STARTING
    _since: float = 0.0
    _began: float = 0.0
    _seconds: dict[str, float] = field(default_factory=dict)
    _received: dict[str, tuple[int, int]] = field(default_factory=dict)
    _words: int = 0
    _told: float | None = None
    _total_words: int | None = None
    _rate: float | None = None
    _learning_since: float | None = None
    _fraction: float = 0.0

    def __post_init__(self) -> None:
        self._began = self._since = self.monotonic()

    def enter(self, phase: Phase) -> None:
        with self._lock:
            self._close_phase()
            self._phase = phase

    def seconds_by_phase(self) -> dict[str, float]:
        """Seconds of every phase so far, that which runs included."""
        with self._lock:
            self._close_phase()
            return {phase: round(seconds, 3) for phase, seconds in self._seconds.items()}

    def expect_words(self, total: int) -> None:
        with self._lock:
            self._total_words = total

    def words_done(self, words: int) -> None:
        with self._lock:
            now = self.monotonic()
            if words == 0 or self._learning_since is None:
                self._learning_since = now
            self._words, self._told = words, now
            if words > 0 and now > self._learning_since:
                self._rate = words / (now - self._learning_since)

    def heard(self, message: Message) -> None:
        """What a task says of itself."""
        if "words_done" in message:
            self.words_done(message["words_done"])
        elif "received" in message:
            expected = message["expected"] or max(2 * message["received"], _UNKNOWN_TEXT_BYTES)
            with self._lock:
                self._received[message["url"]] = (message["received"], expected)

    def snapshot(self) -> Progress:
        with self._lock:
            elapsed = self.monotonic() - self._began
            left = self._seconds_left()
            self._fraction = min(0.999, max(self._fraction, elapsed / (elapsed + left)))
            training = self._phase is Phase.TRAINING
            return Progress(
                phase=self._phase,
                fraction=round(self._fraction, 4),
                words_per_second=round(self._rate) if training and self._rate else None,
                seconds_left=round(left, 1) if self._total_words is not None else None,
            )

    def _close_phase(self) -> None:
        now = self.monotonic()
        self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._since
        self._since = now

    def _seconds_left(self) -> float:
        """Of the phase that runs, and of those to come."""
        here = _ORDER.index(self._phase)
        spent = self.monotonic() - self._since
        of_phase = (_START_SECONDS, self._fetching(), _COUNTING_SECONDS, self._training(), 0.1, _LAST_SECONDS)
        left = of_phase[here] if self._phase in (Phase.FETCHING, Phase.TRAINING) else max(of_phase[here] - spent, 0.1)
        return left + sum(of_phase[here + 1 :])

    def _fetching(self) -> float:
        return 1.0 + (self._expected_bytes() - sum(got for got, _ in self._received.values())) / _FETCH_BYTES_PER_SECOND

    def _expected_bytes(self) -> float:
        known = sum(expected for _, expected in self._received.values())
        unknown = self.urls - len(self._received)
        return known + unknown * (known / len(self._received) if self._received else _UNKNOWN_TEXT_BYTES)

    def _training(self) -> float:
        """Left in this phase, at the last measured speed, counted down since the last report."""
        if self._total_words is None:
            words = self._expected_bytes() / _BYTES_PER_WORD
            return words * (self.epochs or fitting_epochs(int(words))) / _FIRST_WORDS_PER_SECOND
        left = (self._total_words - self._words) / (self._rate or _FIRST_WORDS_PER_SECOND)
        since = self._told if self._told is not None else self.monotonic()
        return max(left - (self.monotonic() - since), 0.1)
