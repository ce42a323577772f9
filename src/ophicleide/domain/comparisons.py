"""Questions about two models: a word's neighbours side by side, and the words whose neighbours changed most."""

from typing import Annotated, Literal

from pydantic import Field

from ophicleide.domain.names import ModelId, ModelName, ModelRef
from ophicleide.domain.queries import DEFAULT_TOP_K, Asked, Kept, Neighbour, OfModel, TopK, Word
from ophicleide.domain.values import Value

Other = Annotated[ModelRef, Field(description="The other model's id, or a name.")]


class Compare(Asked):
    """A word's neighbours in two models."""

    other: Other
    word: Word
    top_k: TopK = DEFAULT_TOP_K
    kind: Literal["compare"] = "compare"


class OfTwoModels(OfModel):
    """Which two models answered."""

    other_model_id: ModelId
    other_model_name: ModelName


Overlap = Annotated[
    float, Field(ge=0, le=1, description="Neighbours in both by neighbours in either (Jaccard): 1 where none differs.")
]


class CompareAnswer(OfTwoModels):
    """Neighbours of the word in both models, each in falling similarity."""

    word: str
    top_k: TopK
    neighbours: tuple[Neighbour, ...]
    other_neighbours: tuple[Neighbour, ...]
    overlap: Overlap


class Moved(Asked):
    """Which words' neighbours differ most between two models.

    The measure is that of Gonen, Jawahar, Seddah and Goldberg (ACL 2020, "Simple, Interpretable and Stable Method for
    Detecting Words with Usage Change across Corpora"): how many of its nearest words a word has in both.
    Only words that both models know are compared and counted as neighbours.
    """

    other: Other
    top_k: Annotated[int, Field(ge=1, le=1000, description="How many words to answer.")] = 20
    neighbours: Annotated[int, Field(ge=1, le=1000, description="How many neighbours of each word to compare.")] = 100
    frequent: Annotated[
        int,
        Field(ge=2, le=10_000, description="Only so many words are compared, those seen most often in both models."),
    ] = 5000
    min_count: Annotated[int, Field(ge=0, description="Leave out words that either model saw less often.")] = 0
    kind: Literal["moved"] = "moved"


class MovedWord(Value):
    """A word, how often each model saw it, and how much of its neighbourhood stayed."""

    word: str
    count: Annotated[int, Field(ge=0)]
    other_count: Annotated[int, Field(ge=0)]
    overlap: Overlap


class MovedAnswer(OfTwoModels):
    """Words in rising overlap, ties in the vocabulary's order; `compared` words were looked at."""

    top_k: Annotated[int, Field(ge=1)]
    neighbours: Annotated[int, Field(ge=1)]
    frequent: Annotated[int, Field(ge=2)]
    min_count: Annotated[int, Field(ge=0)]
    compared: Annotated[int, Field(ge=0)]
    words: tuple[MovedWord, ...]


class CompareQuery(Kept, CompareAnswer):
    """A comparison that was kept."""

    kind: Literal["compare"] = "compare"


class MovedQuery(Kept, MovedAnswer):
    """Moved words that were kept."""

    kind: Literal["moved"] = "moved"
