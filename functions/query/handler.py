"""What `query` does: questions to ready models, answered only, or answered and kept; and the kept ones read again."""

from dataclasses import dataclass

from functions.query.asking import Asking
from functions.query.inputs import GetMostSimilar, GetQuery, ListQueries
from functions.query.keeping import Keeping
from ophicleide.domain.comparisons import Compare, Moved
from ophicleide.domain.events import EventType, RequestType
from ophicleide.domain.forms import QUESTION
from ophicleide.domain.queries import MostSimilarBatch
from ophicleide.domain.relations import DoesntMatch, GetVector, ListWords, Rank, Similarity
from ophicleide.edge.operation import Operation


@dataclass(frozen=True)
class Querying:
    asking: Asking
    keeping: Keeping

    def operations(self) -> tuple[Operation, ...]:
        asks, tells, model = RequestType.QUERY, EventType.QUERY_ANSWERED, "/models/{model}"
        asking, keeping, ask = self.asking, self.keeping, self.asking.ask
        return (
            Operation("most_similar", "GET", f"{model}/most-similar", GetMostSimilar, ask),
            Operation(
                "most_similar_batch",
                "POST",
                f"{model}/most-similar",
                MostSimilarBatch,
                asking.ask_many,
                check=asking.check_many,
            ),
            Operation("similarity", "GET", f"{model}/similarity", Similarity, ask),
            Operation("doesnt_match", "GET", f"{model}/doesnt-match", DoesntMatch, ask),
            Operation("rank", "GET", f"{model}/rank", Rank, ask),
            Operation("get_vector", "GET", f"{model}/vectors/{{word}}", GetVector, ask),
            Operation("list_words", "GET", f"{model}/words", ListWords, asking.list_words),
            Operation("compare", "GET", f"{model}/compare", Compare, ask),
            Operation("moved", "GET", f"{model}/moved", Moved, ask),
            Operation("create_query", "POST", "/queries", QUESTION, keeping.create_query, asks, tells),
            Operation("list_queries", "GET", "/queries", ListQueries, keeping.list_queries),
            Operation("get_query", "GET", "/queries/{id}", GetQuery, keeping.get_query),
        )
