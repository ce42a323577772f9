"""What `query` takes beyond questions themselves, and how a question is written in a query string."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ophicleide.names import ModelId, ModelRef
from ophicleide.ports import Page
from ophicleide.queries import MAX_EXAMPLES, Example, MostSimilar
from ophicleide.values import Value

_WEIGHTED = re.compile(r"(.+):([0-9]+(?:\.[0-9]+)?)", re.DOTALL)


def _from_text(text: Any) -> Any:
    """`word` or `word:weight`; a word that itself ends in a colon and a number is written with its weight."""
    if not isinstance(text, str):
        return text
    found = _WEIGHTED.fullmatch(text)
    return {"word": found[1], "weight": float(found[2])} if found else {"word": text}


ExampleTexts = Annotated[
    tuple[Annotated[Example, BeforeValidator(_from_text, json_schema_input_type=str)], ...],
    Field(max_length=MAX_EXAMPLES),
]


class GetMostSimilar(MostSimilar):
    """Which words are near, as far as it fits in a query string."""

    positive: ExampleTexts = ()
    negative: ExampleTexts = ()


class ListQueries(Page):
    """Kept answers of one model, or of all."""

    model: ModelRef | None = None


class GetQuery(Value):
    id: ModelId
