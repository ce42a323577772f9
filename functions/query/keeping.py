"""Questions that are kept with their answers, and the kept ones read again."""

from dataclasses import dataclass
from typing import cast

from functions.query.answering import Answering
from functions.query.inputs import GetQuery, ListQueries
from functions.query.timing import Cost
from ophicleide.domain.errors import IdempotencyConflict, ModelNotFound, QueryNotFound
from ophicleide.domain.forms import KEPT, KeptQuery
from ophicleide.domain.ports import NewId, Page, QueryStore
from ophicleide.domain.published import Published
from ophicleide.domain.queries import Asked
from ophicleide.edge.operation import Call, Outcome


@dataclass(frozen=True)
class Keeping:
    answering: Answering
    queries: QueryStore
    new_id: NewId

    def create_query(self, asked: Asked, call: Call) -> Outcome:
        cost, models = Cost.since(call.arrived), self.answering.models_of(asked)
        answer = self.answering.answer(asked, models, cost)
        kind = KEPT[asked.kind]  # type: ignore[attr-defined]
        fresh = cast(KeptQuery, kind(**dict(answer), id=self.new_id(), created_at=self.answering.now()))
        kept = self.queries.add(fresh, call.idempotency_key)
        if _question(kept, asked) != _question(fresh, asked):
            raise IdempotencyConflict("This key came with another question before. Ask again with a new key.")
        self._forget_if_deleted(models)
        headers = {"Location": f"queries/{kept.id}", "Server-Timing": cost.header}
        return Outcome(kept, subject=kept.model_id, status=201 if kept.id == fresh.id else 200, headers=headers)

    def list_queries(self, request: ListQueries, _call: Call) -> Outcome:
        model_id = self.answering.known(request.model).id if request.model else None
        return Outcome(self.queries.find(model_id, Page(limit=request.limit, cursor=request.cursor)))

    def get_query(self, request: GetQuery, _call: Call) -> Outcome:
        if (query := self.queries.get(request.id)) is None:
            raise QueryNotFound(f"There is no kept query '{request.id}'. List the queries to see those that there are.")
        return Outcome(query, subject=query.model_id)

    def _forget_if_deleted(self, models: tuple[Published, ...]) -> None:
        """A model may have been deleted while its answer was on the way; then nothing of it stays."""
        for model in models:
            try:
                self.answering.known(model.model_id)
            except ModelNotFound:
                self.queries.remove(model.model_id)
                raise


def _question(kept: KeptQuery, asked: Asked) -> dict[str, object]:
    """What a kept query repeats of its question; answers' own fields are not among a question's."""
    repeated = (type(asked).model_fields.keys() & type(kept).model_fields.keys()) - {"neighbours"}
    return {name: getattr(kept, name) for name in repeated}
