"""Deleting a model, repeatable: the tombstone first, so that no writer brings back what is then removed."""

from dataclasses import dataclass

from ophicleide.domain.errors import FieldProblem, InvalidRequest
from ophicleide.domain.events import EventType, RequestType
from ophicleide.domain.lifecycle import delete
from ophicleide.domain.models import Model, ModelStatus
from ophicleide.domain.names import ModelId, ModelName, ModelRef, is_id
from ophicleide.domain.operations import not_found
from ophicleide.domain.ports import (
    ArtifactStore,
    Clock,
    ModelFilter,
    ModelStore,
    NeighbourStore,
    Page,
    QueryStore,
    TrainingLauncher,
)
from ophicleide.domain.values import Value
from ophicleide.edge.operation import Call, Operation, Outcome


class DeleteModel(Value):
    """Which model is to go: its id, or its name where a single model bears it."""

    model: ModelRef


class DeletedModel(Value):
    """A model that is gone."""

    id: ModelId
    name: ModelName


@dataclass(frozen=True)
class Deletion:
    models: ModelStore
    artifacts: ArtifactStore
    neighbours: NeighbourStore
    queries: QueryStore
    launcher: TrainingLauncher
    now: Clock

    def operations(self) -> tuple[Operation, ...]:
        asks, tells = RequestType.DELETE_MODEL, EventType.MODEL_DELETED
        return (Operation("delete_model", "DELETE", "/models/{model}", DeleteModel, self.delete_model, asks, tells),)

    def delete_model(self, request: DeleteModel, _call: Call) -> Outcome:
        model = self._meant(request.model)
        while model.status is not ModelStatus.DELETED:
            changed = self.models.change(model.id, model.attempt, delete(now=self.now()))
            model = changed or self._meant(model.id)
        # Also for a tombstone: a crash between these steps is mended by the next call.
        self.launcher.cancel(model.id)
        self.artifacts.remove(model.id)
        self.neighbours.remove(model.id)
        self.queries.remove(model.id)
        return Outcome(DeletedModel(id=model.id, name=model.name), subject=model.id, status=204)

    def _meant(self, ref: str) -> Model:
        if is_id(ref):
            found = [model] if (model := self.models.get(ref)) else []
        else:
            found = list(self.models.find(ModelFilter(name=ref), Page(limit=2)).models)
        if not found:
            raise not_found(ref)
        if len(found) > 1:  # A retry must not delete the next older one.
            raise InvalidRequest([FieldProblem("/model", f"several models are named '{ref}'; give the id of one")])
        return found[0]
