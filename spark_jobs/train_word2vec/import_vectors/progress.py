"""How far an import is: by bytes received, then by bytes read; what is left follows from the time it took so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from ophicleide.domain.models import Phase, Progress

# Shares of the whole: a file of 100 MB on a local network, measured.
_SHARES = {Phase.STARTING: 0.0, Phase.FETCHING: 0.3, Phase.CHECKING: 0.5, Phase.PUBLISHING: 0.2}
_GZIP_RATIO = 2.3
_TOLD_FROM = 0.1


@dataclass
class ImportBoard:
    """Written by the pipeline, read by the heartbeat."""

    monotonic: Callable[[], float]
    _phase: Phase = Phase.STARTING
    _part: float = 0.0
    _received: int = 0
    _fraction: float = 0.0
    _began: float = 0.0
    _since: float = 0.0
    _seconds: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._began = self._since = self.monotonic()

    def enter(self, phase: Phase) -> None:
        with self._lock:
            self._close_phase()
            self._phase, self._part = phase, 0.0

    def received(self, size: int, expected: int | None) -> None:
        with self._lock:
            self._received = size
            self._part = size / max(expected or 2 * size, size, 1)

    def read(self, size: int) -> None:
        """So many bytes of the file after decompression."""
        with self._lock:
            self._part = min(
                1.0, size / max(self._received if size <= self._received else self._received * _GZIP_RATIO, 1)
            )

    def seconds_by_phase(self) -> dict[str, float]:
        """Seconds of every phase so far, that which runs included."""
        with self._lock:
            self._close_phase()
            return {phase: round(seconds, 3) for phase, seconds in self._seconds.items()}

    def snapshot(self) -> Progress:
        with self._lock:
            before = sum(share for phase, share in list(_SHARES.items())[: list(_SHARES).index(self._phase)])
            self._fraction = min(0.999, max(self._fraction, before + _SHARES[self._phase] * self._part))
            elapsed = self.monotonic() - self._began
            left = elapsed * (1 - self._fraction) / self._fraction if self._fraction >= _TOLD_FROM else None
            return Progress(
                phase=self._phase,
                fraction=round(self._fraction, 4),
                seconds_left=None if left is None else round(left, 1),
            )

    def _close_phase(self) -> None:
        now = self.monotonic()
        self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._since
        self._since = now
