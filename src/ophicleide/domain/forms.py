"""Every form of question that is kept, by the `kind` that names it, and what each is kept as.

`most-similar` is what a question without a kind means.
"""

from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from ophicleide.domain.comparisons import Compare, CompareQuery, Moved, MovedQuery
from ophicleide.domain.queries import Asked, Kept, MostSimilar, Query
from ophicleide.domain.relations import (
    DoesntMatch,
    DoesntMatchQuery,
    GetVector,
    Rank,
    RankQuery,
    Similarity,
    SimilarityQuery,
    VectorQuery,
)
from ophicleide.domain.values import OneOf

DEFAULT_KIND = "most-similar"

ASKED = MappingProxyType[str, type[Asked]](
    {
        DEFAULT_KIND: MostSimilar,
        "similarity": Similarity,
        "doesnt-match": DoesntMatch,
        "rank": Rank,
        "vector": GetVector,
        "compare": Compare,
        "moved": Moved,
    }
)
QUESTION = OneOf("Question", "kind", ASKED, DEFAULT_KIND)

KEPT = MappingProxyType[str, type[Kept]](
    {
        DEFAULT_KIND: Query,
        "similarity": SimilarityQuery,
        "doesnt-match": DoesntMatchQuery,
        "rank": RankQuery,
        "vector": VectorQuery,
        "compare": CompareQuery,
        "moved": MovedQuery,
    }
)

KEPT_QUERY = OneOf("KeptQuery", "kind", KEPT, DEFAULT_KIND)

KeptQuery = Annotated[
    Query | SimilarityQuery | DoesntMatchQuery | RankQuery | VectorQuery | CompareQuery | MovedQuery,
    Field(discriminator="kind"),
]
