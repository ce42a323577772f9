"""Questions that are answered and not kept."""

from dataclasses import dataclass

from functions.query import vocabulary
from functions.query.answering import CACHE_CONTROL, Answering, entity_tag
from functions.query.timing import Cost
from ophicleide.domain.errors import FieldProblem, InvalidRequest
from ophicleide.domain.published import Published
from ophicleide.domain.queries import Asked, MostSimilarBatch
from ophicleide.domain.relations import ListWords
from ophicleide.edge.conditional import still_holds
from ophicleide.edge.operation import Call, Outcome


@dataclass(frozen=True)
class Asking:
    answering: Answering
    max_batch_queries: int

    def ask(self, asked: Asked, call: Call) -> Outcome:
        """The answer to a GET: it may be cached, and is not sent again to whoever has it."""
        cost, models = Cost.since(call.arrived), self.answering.models_of(asked)
        headers = {"ETag": entity_tag(asked, *models), "Cache-Control": CACHE_CONTROL}
        if still_holds(headers["ETag"], call.if_none_match):
            return Outcome(None, status=304, headers=headers)
        answer = self.answering.answer(asked, models, cost)
        return Outcome(answer, subject=models[0].model_id, headers={**headers, "Server-Timing": cost.header})

    def ask_many(self, asked: MostSimilarBatch, call: Call) -> Outcome:
        cost, models = Cost.since(call.arrived), self.answering.models_of(asked)
        answer = self.answering.answer(asked, models, cost)
        return Outcome(answer, subject=models[0].model_id, headers={"Server-Timing": cost.header})

    def check_many(self, asked: MostSimilarBatch) -> None:
        if len(asked.queries) > self.max_batch_queries:
            detail = f"must have at most {self.max_batch_queries} entries"
            raise InvalidRequest([FieldProblem("/queries", detail)])

    def list_words(self, asked: ListWords, call: Call) -> Outcome:
        cost, model = Cost.since(call.arrived), self._whose_words(asked)
        headers = {"ETag": entity_tag(asked, model), "Cache-Control": CACHE_CONTROL}
        if still_holds(headers["ETag"], call.if_none_match):
            return Outcome(None, status=304, headers=headers)
        loaded = self.answering.load(model, cost)
        with cost.searching():
            page = vocabulary.page(asked, loaded)
        return Outcome(page, subject=model.model_id, headers={**headers, "Server-Timing": cost.header})

    def _whose_words(self, asked: ListWords) -> Published:
        """A cursor goes on in the model that gave it, although the name may stand for another by now."""
        if asked.cursor is None:
            return self.answering.ready(asked.model)
        model = self.answering.ready(vocabulary.read_cursor(asked.cursor)[0])
        if asked.model not in (model.model_id, model.model_name):
            raise InvalidRequest([FieldProblem("/cursor", "is of another model")])
        return model
