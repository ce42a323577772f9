"""Creating a model, safe to retry for ever: the same key gives the same model, and launches it if nothing ran yet."""

from dataclasses import dataclass

from ophicleide.domain.errors import FieldProblem, IdempotencyConflict, InvalidRequest, LaunchFailed, ModelDeleted
from ophicleide.domain.events import EventType, RequestType
from ophicleide.domain.lifecycle import fail, new_model
from ophicleide.domain.models import CreateModel, Failure, FailureCode, Model, ModelStatus
from ophicleide.domain.operations import current
from ophicleide.domain.ports import Clock, ModelStore, NewId, TrainingLauncher
from ophicleide.edge.operation import Call, Operation, Outcome


@dataclass(frozen=True)
class Creation:
    models: ModelStore
    launcher: TrainingLauncher
    now: Clock
    new_id: NewId
    max_urls: int
    launch_seconds: float

    def operations(self) -> tuple[Operation, ...]:
        asks, tells = RequestType.CREATE_MODEL, EventType.MODEL_CREATED
        run, check = self.create_model, self.check
        return (Operation("create_model", "POST", "/models", CreateModel, run, asks, tells, check),)

    def check(self, request: CreateModel) -> None:
        if len(request.urls) > self.max_urls:
            raise InvalidRequest([FieldProblem("/urls", f"must have at most {self.max_urls} entries")])

    def create_model(self, request: CreateModel, call: Call) -> Outcome:
        key, new_id = call.idempotency_key, self.new_id()
        fresh = new_model(
            request, model_id=new_id, now=self.now(), launch_seconds=self.launch_seconds, idempotency_key=key
        )
        kept = self.models.add(fresh)
        model = fresh if kept.id == fresh.id else self._replayed(kept, fresh)
        if model.status is ModelStatus.PENDING:
            self._launch(model)
        status = 201 if model.id == fresh.id else 200
        # Relative, so that it holds behind a gateway that serves this under a prefix.
        return Outcome(model, subject=model.id, status=status, headers={"Location": f"models/{model.id}"})

    def _replayed(self, kept: Model, fresh: Model) -> Model:
        if kept.fingerprint != fresh.fingerprint:
            raise IdempotencyConflict("This key came with another request before. Send a new request with a new key.")
        if kept.status is ModelStatus.DELETED:
            raise ModelDeleted("This request made a model that was deleted since. Send it with a new key for another.")
        return current(self.models, self.now, kept)

    def _launch(self, model: Model) -> None:
        try:
            self.launcher.launch(model)
        except LaunchFailed as error:
            if model.idempotency_key is None:  # Nobody can ask for this one again.
                failure = Failure(code=FailureCode.LAUNCH_FAILED, detail=error.detail)
                self.models.change(model.id, model.attempt, fail(model, failure, now=self.now()))
            raise LaunchFailed(f"{error.detail} The model is {model.id}; send the same request again.") from error
