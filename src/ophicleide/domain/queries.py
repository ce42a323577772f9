"""Which words are near: how it is asked, one question or many, and what the answers look like.

Other questions stand in `relations` (between words of one model) and `comparisons` (between two models).
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from ophicleide.domain.names import ModelId, ModelName, ModelRef
from ophicleide.domain.values import Value

MAX_WORD_LENGTH = 200
MAX_TOP_K = 1000
DEFAULT_TOP_K = 10
MAX_EXAMPLES = 100
MAX_WORDS = 10_000
MAX_VECTOR_SIZE = 2000

Word = Annotated[str, StringConstraints(min_length=1, max_length=MAX_WORD_LENGTH, strip_whitespace=True)]
TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K, description="How many neighbours to answer.")]


class Objective(StrEnum):
    """How several examples make one score (Levy and Goldberg, 2014, Linguistic Regularities in Sparse and Explicit Word Representations)."""

    COS_ADD = "3cosadd"
    """Cosine similarity to the weighted sum of the examples' directions."""

    COS_MUL = "3cosmul"
    """Product of the similarities to positive examples by that to negative ones, each moved to 0..1; a weight is an exponent."""


class Example(Value):
    """A word and how much it counts."""

    word: Word
    weight: Annotated[float, Field(gt=0, le=1000)] = 1.0


def _as_example(given: Any) -> Any:
    return {"word": given} if isinstance(given, str) else given


def is_nothing(value: object) -> bool:
    """For `exclude_if`: what was not said of a question is not repeated in its answer."""
    return value is None or value in ((), 0, Objective.COS_ADD)


Examples = Annotated[
    tuple[Annotated[Example, BeforeValidator(_as_example, json_schema_input_type=Word | Example)], ...],
    Field(max_length=MAX_EXAMPLES),
]
Words = Annotated[tuple[Word, ...], Field(max_length=MAX_WORDS)]


class Criteria(Value):
    """What the nearest words are wanted of; at least a word, an example or a vector must be given."""

    word: Annotated[
        Word | None,
        Field(exclude_if=is_nothing, description="The word to start from; tried as given, then in lower case."),
    ] = None
    positive: Annotated[
        Examples, Field(exclude_if=is_nothing, description="Words to be near to; `word` is one more of them.")
    ] = ()
    negative: Annotated[Examples, Field(exclude_if=is_nothing, description="Words to be far from.")] = ()
    vector: Annotated[
        tuple[float, ...] | None,
        Field(
            min_length=1,
            max_length=MAX_VECTOR_SIZE,
            exclude_if=is_nothing,
            description="A direction instead of words, of as many numbers as the model's vectors have.",
        ),
    ] = None
    objective: Annotated[
        Objective, Field(exclude_if=is_nothing, description="How positive and negative words make one score.")
    ] = Objective.COS_ADD
    top_k: TopK = DEFAULT_TOP_K
    offset: Annotated[
        int,
        Field(
            ge=0,
            le=2**31 - 1,
            exclude_if=is_nothing,
            description="How many of the nearest to leave out: a model's ranking never changes, so pages neither overlap nor leave gaps.",
        ),
    ] = 0
    min_similarity: Annotated[
        float | None,
        Field(ge=-1, le=1, exclude_if=lambda given: given is None, description="Leave out words of a lower score."),
    ] = None
    prefix: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=MAX_WORD_LENGTH,
            exclude_if=is_nothing,
            description="Only words that begin so; tried as given, then in lower case.",
        ),
    ] = None
    among: Annotated[
        Words | None, Field(min_length=1, exclude_if=is_nothing, description="Only these words, all of them known.")
    ] = None
    exclude: Annotated[
        Words, Field(exclude_if=is_nothing, description="None of these words; unknown ones are passed over.")
    ] = ()

    @model_validator(mode="after")
    def _says_what_to_be_near_to(self) -> Self:
        words = bool(self.word or self.positive or self.negative)
        if not words and self.vector is None:
            refuse("word", "is required")
        if words and self.vector is not None:
            refuse("vector", "is given besides words; give one or the other")
        if self.vector is not None and not any(self.vector):
            refuse("vector", "must not be all zeros")
        if self.objective is Objective.COS_MUL and not (self.word or self.positive):
            refuse("objective", "needs a positive word")
        return self

    @property
    def examples(self) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
        """Positive ones, the word among them, and negative ones."""
        first = (Example(word=self.word),) if self.word else ()
        return first + self.positive, self.negative


class Asked(Value):
    """A question to a model."""

    model: ModelRef


class MostSimilar(Criteria, Asked):
    """Which words are nearest to words, weighted and for or against, or to a vector."""

    kind: Literal["most-similar"] = "most-similar"


class MostSimilarBatch(Asked):
    """Many such questions to one model, answered together and not kept."""

    queries: Annotated[tuple[Criteria, ...], Field(min_length=1, description="Each without the model.")]


class Neighbour(Value):
    """A word and its score: cosine similarity, from -1 to 1, unless another objective was asked for."""

    word: str
    similarity: float


class OfModel(Value):
    """Which model answered."""

    model_id: ModelId
    model_name: ModelName


class Neighbours(Criteria):
    """Neighbours in falling similarity; ties in the vocabulary's order (falling count, then the word)."""

    neighbours: tuple[Neighbour, ...]


class Answer(Neighbours, OfModel):
    """Neighbours in falling similarity; ties in the vocabulary's order (falling count, then the word)."""


class AnswerBatch(OfModel):
    """An answer to each question, in the order of the questions."""

    answers: tuple[Neighbours, ...]


class Kept(Value):
    """What an answer has besides when it was kept."""

    id: ModelId
    created_at: datetime


class Query(Kept, Answer):
    """Neighbours that were kept, as POST /queries does."""

    kind: Literal["most-similar"] = "most-similar"


def refuse(field: str, sentence: str) -> NoReturn:
    """End a model's own validation with a fault of one field."""
    fault = InitErrorDetails(type=PydanticCustomError("refused", sentence), loc=(field,), input=None)
    raise ValidationError.from_exception_data("refused", [fault])
