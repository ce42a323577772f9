"""Questions about words of one model beyond which are near: similarity, the odd one out, rank, the vector, the vocabulary."""

from typing import Annotated, Literal

from pydantic import Field

from ophicleide.domain.queries import MAX_EXAMPLES, MAX_WORD_LENGTH, Asked, Kept, Neighbour, OfModel, Word
from ophicleide.domain.values import Value

MAX_WORDS_PAGE = 1000

MAX_SET = 40
"""Two of them fit into a query string."""

SomeWords = Annotated[tuple[Word, ...], Field(min_length=1, max_length=MAX_SET)]


class Similarity(Asked):
    """How similar two words are, or two sets of words by the means of their vectors."""

    first: Annotated[SomeWords, Field(description="A word, or several.")]
    second: Annotated[SomeWords, Field(description="A word, or several.")]
    kind: Literal["similarity"] = "similarity"


class SimilarityAnswer(OfModel):
    """Cosine similarity, from -1 to 1."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    similarity: float


class DoesntMatch(Asked):
    """Which of these words is least like the others."""

    words: Annotated[
        tuple[Word, ...], Field(min_length=3, max_length=MAX_EXAMPLES, description="Three words at least.")
    ]
    kind: Literal["doesnt-match"] = "doesnt-match"


class DoesntMatchAnswer(OfModel):
    """The odd one out, and each word's similarity to the mean of all their directions, in falling order."""

    words: tuple[str, ...]
    odd_one_out: str
    similarities: tuple[Neighbour, ...]


class Rank(Asked):
    """Where a word stands among another's neighbours."""

    word: Annotated[Word, Field(description="Whose neighbours.")]
    other: Annotated[Word, Field(description="Which of them.")]
    kind: Literal["rank"] = "rank"


class RankAnswer(OfModel):
    """1 is the nearest; words that are equally near share a rank."""

    word: str
    other: str
    rank: Annotated[int, Field(ge=1)]
    similarity: float


class GetVector(Asked):
    """A word's own vector, as it was learnt."""

    word: Word
    kind: Literal["vector"] = "vector"


class VectorAnswer(OfModel):
    """A vector with its length, and how the vocabulary spells the word."""

    word: str
    spelt: str
    count: Annotated[int, Field(ge=0, description="How often the word was seen.")]
    norm: Annotated[float, Field(ge=0)]
    vector: tuple[float, ...]


class ListWords(Asked):
    """A page of the vocabulary, in falling count."""

    prefix: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=MAX_WORD_LENGTH,
            description="Only words that begin so; tried as given, then in lower case.",
        ),
    ] = None
    limit: Annotated[int, Field(ge=1, le=MAX_WORDS_PAGE, description="Most words on the page.")] = 100
    cursor: Annotated[
        str | None,
        Field(
            max_length=100,
            description="What the page before gave as `next_cursor`; the pages go on in its model, even where the name has come to stand for another.",
        ),
    ] = None


class CountedWord(Value):
    word: str
    count: Annotated[int, Field(ge=0)]


class WordPage(OfModel):
    words: tuple[CountedWord, ...]
    total: Annotated[int, Field(ge=0, description="Words that there are, of that prefix if one was given.")]
    next_cursor: str | None = None


class SimilarityQuery(Kept, SimilarityAnswer):
    """A similarity that was kept."""

    kind: Literal["similarity"] = "similarity"


class DoesntMatchQuery(Kept, DoesntMatchAnswer):
    """An odd one out that was kept."""

    kind: Literal["doesnt-match"] = "doesnt-match"


class RankQuery(Kept, RankAnswer):
    """A rank that was kept."""

    kind: Literal["rank"] = "rank"


class VectorQuery(Kept, VectorAnswer):
    """A vector that was kept."""

    kind: Literal["vector"] = "vector"
