"""Questions to ready models: answered only, or answered and kept; and the kept ones read again."""

from dataclasses import dataclass

from functions.query.answering import CACHE_CONTROL, Answering, entity_tag
from functions.query.inputs import GetQuery, ListQueries
from ophicleide.edge.operation import Call, Operation, Outcome
from ophicleide.errors import IdempotencyConflict, ModelNotFound, QueryNotFound
from ophicleide.events import EventType, RequestType
from ophicleide.ports import NewId, Page, QueryStore
from ophicleide.queries import MostSimilar, Query


@dataclass(frozen=True)
class Querying:
    answering: Answering
    queries: QueryStore
    new_id: NewId

    def operations(self) -> tuple[Operation, ...]:
        asks, tells = RequestType.QUERY, EventType.QUERY_ANSWERED
        return (
            Operation("most_similar", "GET", "/models/{model}/most-similar", MostSimilar, self.most_similar),
            Operation("create_query", "POST", "/queries", MostSimilar, self.create_query, asks, tells),
            Operation("list_queries", "GET", "/queries", ListQueries, self.list_queries),
            Operation("get_query", "GET", "/queries/{id}", GetQuery, self.get_query),
        )

    def most_similar(self, asked: MostSimilar, call: Call) -> Outcome:
        model = self.answering.ready(asked.model)
        headers = {"ETag": entity_tag(model, asked), "Cache-Control": CACHE_CONTROL}
        if headers["ETag"] in (call.if_none_match or ""):
            return Outcome(None, status=304, headers=headers)
        answer, cost = self.answering.answer(model, asked)
        return Outcome(answer, subject=model.id, headers={**headers, "Server-Timing": cost})

    def create_query(self, asked: MostSimilar, call: Call) -> Outcome:
        answer, cost = self.answering.answer(self.answering.ready(asked.model), asked)
        fresh = Query(**dict(answer), id=self.new_id(), created_at=self.answering.now())
        kept = self.queries.add(fresh, call.idempotency_key)
        if (kept.word, kept.top_k) != (asked.word, asked.top_k):
            raise IdempotencyConflict("This key came with another question before. Ask again with a new key.")
        self._forget_if_deleted(kept)
        headers = {"Location": f"queries/{kept.id}", "Server-Timing": cost}
        return Outcome(kept, subject=kept.model_id, status=201 if kept.id == fresh.id else 200, headers=headers)

    def list_queries(self, request: ListQueries, _call: Call) -> Outcome:
        model_id = self.answering.known(request.model).id if request.model else None
        return Outcome(self.queries.find(model_id, Page(limit=request.limit, cursor=request.cursor)))

    def get_query(self, request: GetQuery, _call: Call) -> Outcome:
        if (query := self.queries.get(request.id)) is None:
            raise QueryNotFound(f"There is no kept query '{request.id}'. List the queries to see those that there are.")
        return Outcome(query, subject=query.model_id)

    def _forget_if_deleted(self, kept: Query) -> None:
        """The model may have been deleted while its answer was on the way; then nothing of it stays."""
        try:
            self.answering.known(kept.model_id)
        except ModelNotFound:
            self.queries.remove(kept.model_id)
            raise
