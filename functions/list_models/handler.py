"""Reading models: one, a page of them, and what the service as a whole has to do."""

from dataclasses import dataclass

from functions.list_models.inputs import GetModel, GetService, ListModels, Service
from ophicleide import __version__
from ophicleide.domain.events import EventType, RequestType
from ophicleide.domain.models import UNFINISHED
from ophicleide.domain.operations import current, resolve
from ophicleide.domain.ports import Clock, ModelFilter, ModelPage, ModelStore, Page
from ophicleide.edge.operation import Call, Operation, Outcome


@dataclass(frozen=True)
class Listing:
    models: ModelStore
    now: Clock

    def operations(self) -> tuple[Operation, ...]:
        asks, tells = RequestType.LIST_MODELS, EventType.MODELS_LISTED
        return (
            Operation("get_service", "GET", "/", GetService, self.get_service),
            Operation("list_models", "GET", "/models", ListModels, self.list_models, asks, tells),
            Operation("get_model", "GET", "/models/{model}", GetModel, self.get_model),
        )

    def get_service(self, _request: GetService, _call: Call) -> Outcome:
        return Outcome(Service(name="ophicleide", version=__version__, training_queue=self.models.count(UNFINISHED)))

    def list_models(self, request: ListModels, _call: Call) -> Outcome:
        wanted = ModelFilter(status=request.status, name=request.name, labels=request.labels)
        page = self.models.find(wanted, Page(limit=request.limit, cursor=request.cursor))
        alive = (current(self.models, self.now, model) for model in page.models)
        # What a dead lease just ended may no longer be what was asked for.
        shown = tuple(model for model in alive if request.status in (None, model.status))
        return Outcome(ModelPage(models=shown, next_cursor=page.next_cursor))

    def get_model(self, request: GetModel, _call: Call) -> Outcome:
        model = resolve(self.models, self.now, request.model)
        return Outcome(model, subject=model.id)
