"""How a model is to be trained: the parameters, their bounds and the defaults that fit a corpus."""

from enum import StrEnum
from math import ceil
from typing import Annotated

from pydantic import Field

from ophicleide.values import Value

MAX_SEED = 2**31 - 1

# Chosen by reading neighbours on six novels (0.7 million tokens); see docs/training.md.
TARGET_TOKENS = 8_000_000
MIN_EPOCHS = 5
MAX_EPOCHS = 50


class Trainer(StrEnum):
    """Who learns the vectors inside the Spark job."""

    GENSIM = "gensim"
    MLLIB = "mllib"


class Algorithm(StrEnum):
    """What is learnt: to guess the context from a word, or a word from its context (Mikolov et al., 2013)."""

    SKIP_GRAM = "skip-gram"
    CBOW = "cbow"


class TrainingParameters(Value):
    """Names and meanings follow gensim's Word2Vec; bounds are checked here for every way in."""

    trainer: Annotated[
        Trainer, Field(description="gensim: gensim's kernel in Spark tasks; mllib: Spark's own Word2Vec.")
    ] = Trainer.GENSIM
    algorithm: Annotated[
        Algorithm,
        Field(description="skip-gram, or cbow: faster, and for frequent words rather than names (gensim trainer)."),
    ] = Algorithm.SKIP_GRAM
    vector_size: Annotated[int, Field(ge=1, le=2000, description="Dimensions of each vector.")] = 100
    window: Annotated[int, Field(ge=1, le=100, description="Words of context on each side.")] = 3
    min_count: Annotated[int, Field(ge=1, le=1_000_000, description="Rarer words are left out.")] = 5
    epochs: Annotated[
        int | None, Field(ge=1, le=1000, description="Passes over the text; chosen from the corpus size when absent.")
    ] = None
    negative: Annotated[
        int, Field(ge=1, le=100, description="Noise words drawn for each example (gensim trainer).")
    ] = 5
    sample: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Threshold above which frequent words are thinned out; 0 keeps all (gensim trainer).",
        ),
    ] = 1e-3
    learning_rate: Annotated[
        float, Field(gt=0, le=1, description="Learning rate at the start; falls to almost nothing over the epochs.")
    ] = 0.05
    seed: Annotated[int, Field(ge=0, le=MAX_SEED, description="Seed of every random choice.")] = 1


def fitting_epochs(tokens: int) -> int:
    """Passes over the text when the caller named none: a novel needs more of them than an archive."""
    return max(MIN_EPOCHS, min(MAX_EPOCHS, ceil(TARGET_TOKENS / max(tokens, 1))))
