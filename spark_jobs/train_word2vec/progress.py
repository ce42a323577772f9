"""How far the job is: elapsed time over elapsed and expected time, so that the bar moves evenly.

What is expected comes from sizes: those of the texts, then the number of words; and from speeds as they are measured.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from ophicleide.domain.models import Phase, Progress
from ophicleide.domain.training import TrainingParameters, fitting_epochs
from spark_jobs.train_word2vec.channel import Message
from spark_jobs.train_word2vec.costs import Costs, Work, learnt, seconds_per_word

_UNPACKED = 2.6
"""Bytes of text for one of gzip, in English prose."""

_BYTES_PER_WORD = 5.7
_UNKNOWN_TEXT_BYTES = 500_000
_TRUSTED_SECONDS = 2.0
"""As many seconds it takes before what was planned is doubted as much as it is believed."""

_ORDER = tuple(Phase)


@dataclass
class ProgressBoard:
    """Written by the pipeline and the channel's threads, read by the heartbeat."""

    urls: int
    parameters: TrainingParameters
    monotonic: Callable[[], float]
    costs: Costs = field(default_factory=Costs)
    _lock: Lock = field(default_factory=Lock)
    _phase: Phase = Phase.STARTING
    _since: float = 0.0
    _began: float = 0.0
    _seconds: dict[str, float] = field(default_factory=dict)
    _arriving: dict[str, float] = field(default_factory=dict)
    _tokenised: dict[str, float] = field(default_factory=dict)
    _learnt: int = 0
    _told: float | None = None
    _words: int | None = None
    _total_words: int = 0
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

    def expect_words(self, words: int, epochs: int) -> None:
        """The corpus is known: so many words, to be learnt so often."""
        with self._lock:
            self._words, self._total_words = words, words * epochs

    def words_done(self, words: int) -> None:
        with self._lock:
            now = self.monotonic()
            if words == 0 or self._learning_since is None:
                self._learning_since = now
            self._learnt, self._told = words, now

    def heard(self, message: Message) -> None:
        """What a task says of itself."""
        if "words_done" in message:
            self.words_done(message["words_done"])
            return
        with self._lock:
            if "text_bytes" in message:
                self._tokenised[message["url"]] = message["text_bytes"]
            elif "received" in message:
                expected = message["expected"] or max(2 * message["received"], _UNKNOWN_TEXT_BYTES)
                self._arriving[message["url"]] = expected * (_UNPACKED if message.get("packed") else 1.0)

    def costs_now(self) -> Costs:
        """What a finished job teaches about this machine."""
        took = self.seconds_by_phase()
        with self._lock:
            seconds = (self._told or 0.0) - (self._learning_since or 0.0)
            work = Work(int(sum(self._tokenised.values())), self._words or 0, self._learnt, seconds)
        return learnt(self.costs, took, work, self.parameters)

    def snapshot(self) -> Progress:
        with self._lock:
            elapsed = self.monotonic() - self._began
            left = self._seconds_left()
            self._fraction = min(0.999, max(self._fraction, elapsed / (elapsed + left)))
            rate = self._rate() if self._phase is Phase.TRAINING else None
            return Progress(
                phase=self._phase,
                fraction=round(self._fraction, 4),
                words_per_second=round(rate) if rate else None,
                seconds_left=round(left, 1) if self._is_known() else None,
            )

    def _is_known(self) -> bool:
        """Whether there is a size for every text; before, the time left would be a guess."""
        return self._words is not None or len(self._arriving) >= self.urls

    def _close_phase(self) -> None:
        now = self.monotonic()
        self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._since
        self._since = now

    def _seconds_left(self) -> float:
        """Of the phase that runs, and of those to come."""
        here = _ORDER.index(self._phase)
        return self._left_here() + sum(self._expected(phase) for phase in _ORDER[here + 1 :])

    def _left_here(self) -> float:
        spent = self.monotonic() - self._since
        if self._phase is Phase.FETCHING:
            return self._left_to_fetch(spent)
        if self._phase is Phase.TRAINING and self._learning_since is not None:
            return self._left_to_learn()
        return max(self._expected(self._phase) - spent, 0.1)

    def _expected(self, phase: Phase) -> float:
        return self._planned(phase) * self._slowness()

    def _slowness(self) -> float:
        """How much longer than planned all took so far; the phase that runs counts when it is overdue and has no speed of its own."""
        passed = [(self._planned(Phase(phase)), took) for phase, took in self._seconds.items() if phase != self._phase]
        spent, planned = self.monotonic() - self._since, self._planned(self._phase)
        passed += [(planned, spent)] if spent > planned and not self._rate() else []
        return (_TRUSTED_SECONDS + sum(t for _, t in passed)) / (_TRUSTED_SECONDS + sum(p for p, _ in passed))

    def _planned(self, phase: Phase) -> float:
        costs, words = self.costs, self._corpus_words()
        match phase:
            case Phase.STARTING:
                return costs.starting
            case Phase.FETCHING:
                return self._text_bytes() * costs.text_byte
            case Phase.COUNTING:
                return costs.counting + words * costs.counted_word
            case Phase.TRAINING:
                return costs.training + self._to_learn(words) / self._expected_rate()
            case Phase.CHECKING:
                return costs.checking
        return costs.publishing

    def _left_to_fetch(self, spent: float) -> float:
        """At the speed of this phase so far, which counts for more the more of it is tokenised."""
        total = self._text_bytes()
        expected, share = self._expected(Phase.FETCHING), min(sum(self._tokenised.values()) / total, 1.0)
        if share == 0:
            return max(expected - spent, expected / 10)
        return max((1 - share) * (spent + (1 - share) * expected), 0.1)

    def _left_to_learn(self) -> float:
        """At the last measured speed, counted down since the last report."""
        left = (self._total_words - self._learnt) / (self._rate() or self._expected_rate() / self._slowness())
        since = self._told if self._told is not None else self.monotonic()
        return max(left - (self.monotonic() - since), 0.1)

    def _rate(self) -> float | None:
        """Words a second, measured; None before a first part of them is done."""
        if self._learning_since is None or self._told is None or self._told <= self._learning_since:
            return None
        return self._learnt / (self._told - self._learning_since) if self._learnt else None

    def _expected_rate(self) -> float:
        return 1 / (seconds_per_word(self.parameters) * self.costs.learnt_word)

    def _corpus_words(self) -> float:
        return self._words if self._words is not None else self._text_bytes() / _BYTES_PER_WORD

    def _to_learn(self, words: float) -> float:
        if self._words is not None:
            return self._total_words
        return words * (self.parameters.epochs or fitting_epochs(int(words)))

    def _text_bytes(self) -> float:
        """Of all texts: what tasks have told, and the average of it for those that are still to come."""
        known = sum(max(size, self._tokenised.get(url, 0)) for url, size in self._arriving.items())
        unknown = max(self.urls - len(self._arriving), 0)
        return known + unknown * (known / len(self._arriving) if self._arriving else _UNKNOWN_TEXT_BYTES)
