"""The life of one attempt: taking it up, the heartbeat that holds its lease, and its one outcome.

Knows the model's rules and the store; nothing of Spark or of what the job does.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Thread
from time import monotonic

from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.lifecycle import Transition, fail, heartbeat, publish, start
from ophicleide.domain.models import Failure, Model, Progress, TrainingResult
from ophicleide.domain.ports import Clock, ModelStore
from spark_jobs.train_word2vec.failures import JobFailed, Stopped, deadline_passed

log = logging.getLogger("ophicleide.train_word2vec")


@dataclass
class Attempt:
    """`on_stop` is called from the heartbeat's thread, again and again until the heartbeat ends, once the work must stop."""

    models: ModelStore
    clock: Clock
    model_id: str
    number: int
    lease_seconds: float
    heartbeat_seconds: float
    deadline_seconds: float
    on_stop: Callable[[], None] = lambda: None
    _reason: Failure | None = None
    _taken_away: bool = False
    _ended: Flag = field(default_factory=Flag)
    _woken: Flag = field(default_factory=Flag)
    _thread: Thread | None = None

    def take_up(self) -> Model:
        """The model, now in training; `Stopped` where it was deleted, is finished, or belongs to another attempt."""
        taken = self._persist(start(now=self.clock(), lease_seconds=self.lease_seconds))
        if taken is None:
            raise Stopped
        return taken

    def keep_alive(self, progress: Callable[[], Progress]) -> None:
        """Starts the heartbeat; it ends with `end`."""
        self._thread = Thread(target=self._beat, args=(progress,), name="heartbeat", daemon=True)
        self._thread.start()

    def stop(self, failure: Failure) -> None:
        """Have the work stopped, from any thread; the first reason is the one that is told."""
        self._reason = self._reason or failure
        self._woken.set()

    def check(self) -> None:
        """Raises what the work must end with, if it must."""
        if self._taken_away:
            raise Stopped
        if self._reason is not None:
            raise JobFailed(self._reason)

    def publish(self, model: Model, result: TrainingResult) -> Model | None:
        return self._persist(publish(model, result, now=self.clock()))

    def fail(self, model: Model, failure: Failure) -> Model | None:
        return self._persist(fail(model, failure, now=self.clock()))

    def end(self) -> None:
        self._ended.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self, progress: Callable[[], Progress]) -> None:
        deadline, alive_until = monotonic() + self.deadline_seconds, monotonic() + self.lease_seconds
        while not self._ended.is_set():
            if monotonic() > deadline:
                self.stop(deadline_passed(self.deadline_seconds))
            if self._reason is not None or self._taken_away:
                self._interrupt()
            elif self._renewed(progress()):
                alive_until = monotonic() + self.lease_seconds
            elif monotonic() > alive_until:
                log.error("The store was away for longer than the lease: the attempt counts as lost")
                self._taken_away = True
            self._woken.wait(self.heartbeat_seconds)
            self._woken.clear()

    def _renewed(self, progress: Progress) -> bool:
        """Whether the store took the heartbeat; it says so too when the attempt is over."""
        beat = heartbeat(progress, now=self.clock(), lease_seconds=self.lease_seconds)
        try:
            self._taken_away = self.models.change(self.model_id, self.number, beat) is None
        except StoreUnavailable as error:
            log.warning("Heartbeat not written: %s", error.detail)
            return False
        if self._taken_away:
            self._woken.set()
        return True

    def _interrupt(self) -> None:
        with suppress(Exception):  # Spark may be gone or not yet there; it is asked again
            self.on_stop()

    def _persist(self, transition: Transition) -> Model | None:
        """One change, tried again while the lease lasts."""
        until, pause = monotonic() + self.lease_seconds, 0.2
        while True:
            try:
                return self.models.change(self.model_id, self.number, transition)
            except StoreUnavailable:
                if monotonic() + pause > until:
                    raise
            Flag().wait(pause)
            pause = min(2 * pause, 5.0)
