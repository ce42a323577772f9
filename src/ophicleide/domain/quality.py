"""How good a model's vectors are, as far as a program can tell; kept with the model. How it is measured is the job's affair."""

from typing import Annotated

from pydantic import Field

from ophicleide.domain.values import Value


class Analogies(Value):
    """Questions such as `man is to woman as king to ?`, asked in a language that has a set of them."""

    questions: Annotated[str, Field(description="Name of the set.")]
    answerable: Annotated[float, Field(ge=0, le=1, description="Share of the set whose words were all learnt.")]
    asked: Annotated[int, Field(ge=1, description="How many of those were asked: every so many, evenly.")]
    correct: Annotated[
        float, Field(ge=0, le=1, description="Share of the asked ones whose nearest word is the answer.")
    ]


class Nearest(Value):
    """A word and those nearest to it, for people to read."""

    word: str
    nearest: tuple[str, ...]


class Quality(Value):
    coverage: Annotated[
        float, Field(ge=0, le=1, description="Share of the text's words that are in the vocabulary, each as it occurs.")
    ]
    analogies: Annotated[
        Analogies | None, Field(description="None where the vocabulary knows too little of any set.")
    ] = None
    neighbours: Annotated[
        tuple[Nearest, ...], Field(description="Of some frequent words that are no stop words of any language.")
    ] = ()
