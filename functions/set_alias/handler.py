"""Pinning a name to a model and letting it go, by one conditional write each, made once however often it is asked for.

Every change is told by an event: the answer, where an event asked for it, and one to the sink otherwise.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from urllib.parse import quote

from ophicleide.domain.aliases import Alias, ClearAlias, SetAlias, is_replay, pointed
from ophicleide.domain.errors import AliasNotFound, StoreUnavailable
from ophicleide.domain.events import SOURCE, Event, EventType, RequestType
from ophicleide.domain.operations import ready
from ophicleide.domain.ports import AliasStore, Clock, EventSink, ModelStore
from ophicleide.edge.documents import document
from ophicleide.edge.operation import Call, Operation, Outcome

log = logging.getLogger("ophicleide.set_alias")

EVENT_SOURCE = f"{SOURCE}/set-alias"
TRIES = 20
"""Each failed one means that another writer got through."""


@dataclass(frozen=True)
class Aliasing:
    models: ModelStore
    aliases: AliasStore
    sink: EventSink
    now: Clock

    def operations(self) -> tuple[Operation, ...]:
        path, tells = "/aliases/{name}", EventType.ALIAS_CHANGED
        return (
            Operation("set_alias", "PUT", path, SetAlias, self.set_alias, RequestType.SET_ALIAS, tells),
            Operation("clear_alias", "DELETE", path, ClearAlias, self.clear_alias, RequestType.CLEAR_ALIAS, tells),
        )

    def set_alias(self, request: SetAlias, call: Call) -> Outcome:
        def target(_kept: Alias | None) -> str:
            return ready(self.models, self.now, request.model).id

        alias = self._point(request.name, target, call)
        return Outcome(alias, subject=alias.model_id)

    def clear_alias(self, request: ClearAlias, call: Call) -> Outcome:
        def target(kept: Alias | None) -> None:
            if kept is None:
                raise AliasNotFound(f"The name '{request.name}' was never pinned, so there is nothing to clear.")

        return Outcome(self._point(request.name, target, call), status=204)

    def _point(self, name: str, target: Callable[[Alias | None], str | None], call: Call) -> Alias:
        alias = self._pointed(name, target, call.idempotency_key)
        if not call.by_event and alias.told < alias.revision:
            self._tell(alias)
        return alias

    def _pointed(self, name: str, target: Callable[[Alias | None], str | None], key: str | None) -> Alias:
        for _ in range(TRIES):
            kept = self.aliases.get(name)
            if kept is not None and is_replay(kept, key):
                return kept
            changed = pointed(kept, name, target(kept), now=self.now(), key=key)
            if changed is kept or self.aliases.put(changed, kept.revision if kept else None):
                return changed
        raise StoreUnavailable(f"The name '{name}' is being pinned by many at once. Try again in a moment.")

    def _tell(self, alias: Alias) -> None:
        """What is not taken is told when the name is next asked to be pinned or let go; the change holds either way."""
        try:
            self.sink.send(change_event(alias))
            self.aliases.put(alias.model_copy(update={"told": alias.revision}), alias.revision)
        except (OSError, StoreUnavailable) as error:
            log.warning("the change of '%s' was not told and will be with the next: %s", alias.name, error)


def change_event(alias: Alias) -> Event:
    return Event(
        id=f"{quote(alias.name)}.{alias.revision}",
        source=EVENT_SOURCE,
        type=EventType.ALIAS_CHANGED,
        data=document(alias),
        subject=alias.model_id,
        time=alias.since.astimezone(UTC).isoformat(),
    )
