"""Outcomes leave the outbox when they were taken, and not before."""

from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.events import Event
from ophicleide.domain.lifecycle import fail, start
from ophicleide.domain.models import Model
from ophicleide.stores.memory import MemoryModelStore
from ophicleide.system import utc_now
from spark_jobs.train_word2vec.failures import DRIVER_STOPPED
from spark_jobs.train_word2vec.outcomes import tell_outcomes
from tests.builders import a_model


class Sink:
    def __init__(self, error: OSError | None = None) -> None:
        self.events: list[Event] = []
        self._error = error

    def send(self, event: Event) -> None:
        if self._error:
            raise self._error
        self.events.append(event)


def failed(store: MemoryModelStore) -> Model:
    model = store.add(a_model())
    store.change(model.id, 1, start(now=utc_now(), lease_seconds=30))
    changed = store.change(model.id, 1, fail(model, DRIVER_STOPPED, now=utc_now()))
    assert changed is not None
    return changed


def test_an_outcome_is_told_once_and_settled() -> None:
    store, sink = MemoryModelStore(), Sink()
    model = failed(store)

    tell_outcomes(model, sink, store)

    assert [(e.type, e.subject, e.id) for e in sink.events] == [
        ("dev.ophicleide.model.failed.v1", model.id, f"{model.id}.1.failed")
    ]
    kept = store.get(model.id)
    assert kept is not None
    assert kept.outbox == ()


def test_an_outcome_that_nobody_took_stays_in_the_outbox() -> None:
    store = MemoryModelStore()
    model = failed(store)

    tell_outcomes(model, Sink(ConnectionRefusedError()), store)

    kept = store.get(model.id)
    assert kept is not None
    assert len(kept.outbox) == 1


def test_what_is_private_is_not_told() -> None:
    store, sink = MemoryModelStore(), Sink()

    tell_outcomes(failed(store), sink, store)

    assert not {"outbox", "lease_expires_at", "fingerprint", "idempotency_key"} & set(sink.events[0].data)


def test_a_store_that_is_away_leaves_the_entry_for_later() -> None:
    class Away(MemoryModelStore):
        def settle_outcome(self, model_id: str, event_id: str) -> None:  # noqa: ARG002 - the port's signature
            raise StoreUnavailable("The store is away.")

    store = Away()
    model = failed(store)

    tell_outcomes(model, Sink(), store)

    assert store.get(model.id) == model
