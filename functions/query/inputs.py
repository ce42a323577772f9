"""What `query` takes beyond questions themselves, and how a question is written in a query string."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ophicleide.domain.examples import from_text
from ophicleide.domain.names import ModelId, ModelRef
from ophicleide.domain.ports import Page
from ophicleide.domain.queries import Example, MostSimilar, Words, is_nothing
from ophicleide.domain.values import Value

MAX_REPEATED = 20
"""Of each: together they stay below the number of fields that a query string may have."""


def _from_text(text: Any) -> Any:
    return from_text(text) if isinstance(text, str) else text


ExampleTexts = Annotated[
    tuple[Annotated[Example, BeforeValidator(_from_text, json_schema_input_type=str)], ...],
    Field(max_length=MAX_REPEATED),
]


class GetMostSimilar(MostSimilar):
    """Which words are near, as far as it fits in a query string."""

    positive: ExampleTexts = ()
    negative: ExampleTexts = ()
    among: Annotated[Words | None, Field(min_length=1, max_length=MAX_REPEATED, exclude_if=is_nothing)] = None
    exclude: Annotated[Words, Field(max_length=MAX_REPEATED, exclude_if=is_nothing)] = ()


class ListQueries(Page):
    """Kept answers of one model, or of all."""

    model: ModelRef | None = None


class GetQuery(Value):
    id: ModelId
