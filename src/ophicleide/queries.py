"""What can be asked of a ready model, and what an answer looks like."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from ophicleide.names import ModelId, ModelName, ModelRef
from ophicleide.values import Value

MAX_WORD_LENGTH = 200
MAX_TOP_K = 1000
DEFAULT_TOP_K = 10

Word = Annotated[str, StringConstraints(min_length=1, max_length=MAX_WORD_LENGTH, strip_whitespace=True)]
TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K, description="How many neighbours to answer.")]


class MostSimilar(Value):
    """Which words are nearest to one word. POST /queries and dev.ophicleide.query.v1 take it whole."""

    model: ModelRef
    word: Word
    top_k: TopK = DEFAULT_TOP_K


class Neighbour(Value):
    """A word and its cosine similarity, from -1 to 1."""

    word: str
    similarity: float


class Answer(Value):
    """Neighbours in falling similarity; ties in the vocabulary's order (falling count, then the word)."""

    model_id: ModelId
    model_name: ModelName
    word: str
    top_k: TopK
    neighbours: tuple[Neighbour, ...]


class Query(Answer):
    """An answer that was kept, as POST /queries does."""

    id: ModelId
    created_at: datetime
