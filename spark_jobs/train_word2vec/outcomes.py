"""Tells what became of a model: sends the outbox of its document, and takes out what was taken."""

import logging
from datetime import UTC

from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.events import SOURCE, Event
from ophicleide.domain.models import Model, OutboxEntry
from ophicleide.domain.ports import EventSink, ModelStore
from ophicleide.edge.documents import document

log = logging.getLogger("ophicleide.train_word2vec")

EVENT_SOURCE = f"{SOURCE}/train-word2vec"


def tell_outcomes(model: Model, sink: EventSink, models: ModelStore) -> None:
    """Sends every entry; one that is not taken stays in the outbox, for whoever looks later."""
    for entry in model.outbox:
        try:
            sink.send(outcome_event(model, entry))
            models.settle_outcome(model.id, entry.event_id)
        except (OSError, StoreUnavailable) as error:
            log.warning("%s was not sent and stays in the outbox: %s", entry.event_type, error)


def outcome_event(model: Model, entry: OutboxEntry) -> Event:
    return Event(
        id=entry.event_id,
        source=EVENT_SOURCE,
        type=entry.event_type,
        data=document(model),
        subject=model.id,
        time=entry.at.astimezone(UTC).isoformat(),
    )
