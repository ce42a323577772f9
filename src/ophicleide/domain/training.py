"""How a model is to be trained: the parameters, their bounds, what goes together, and the defaults that fit a corpus."""

from enum import StrEnum
from math import ceil
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from ophicleide.domain.values import Value

MAX_SEED = 2**31 - 1
MAX_EXCLUDED_WORDS = 1000

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


class Segmenter(StrEnum):
    """How words are found where writing has no blanks."""

    NONE = "none"
    CHINESE = "chinese"
    JAPANESE = "japanese"


class StopWords(StrEnum):
    """Languages that Spark has a list of stop words for, by their ISO 639-1 codes."""

    DANISH = "da"
    DUTCH = "nl"
    ENGLISH = "en"
    FINNISH = "fi"
    FRENCH = "fr"
    GERMAN = "de"
    HUNGARIAN = "hu"
    ITALIAN = "it"
    NORWEGIAN = "no"
    PORTUGUESE = "pt"
    RUSSIAN = "ru"
    SPANISH = "es"
    SWEDISH = "sv"
    TURKISH = "tr"


class PhraseScore(StrEnum):
    """How much two words belong together: by Mikolov et al. (2013), or normalised pointwise mutual information (Bouma, 2009)."""

    MIKOLOV = "mikolov"
    NPMI = "npmi"


FITTING_THRESHOLD = {PhraseScore.MIKOLOV: 10.0, PhraseScore.NPMI: 0.5}

ExcludedWord = Annotated[str, StringConstraints(min_length=1, max_length=64)]


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
    max_vocabulary: Annotated[
        int | None,
        Field(ge=1, description="Most words to learn: min_count is raised until no more remain; no limit when absent."),
    ] = None
    epochs: Annotated[
        int | None, Field(ge=1, le=1000, description="Passes over the text; chosen from the corpus size when absent.")
    ] = None
    hierarchical_softmax: Annotated[
        bool,
        Field(description="Learn by a Huffman tree of the words instead of noise words; mllib always does."),
    ] = False
    negative: Annotated[
        int, Field(ge=1, le=100, description="Noise words drawn for each example (gensim trainer).")
    ] = 5
    ns_exponent: Annotated[
        float,
        Field(
            ge=-2,
            le=2,
            description="How noise words are drawn: 1 as often as they occur, 0 all alike, below 0 rare ones rather (gensim trainer).",
        ),
    ] = 0.75
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
    repeatable: Annotated[
        bool,
        Field(
            description="Learn with one thread, slower: equal texts and parameters give the same vectors to the bit."
        ),
    ] = False
    segmenter: Annotated[
        Segmenter, Field(description="Finds the words of Chinese or Japanese, which are written without blanks.")
    ] = Segmenter.NONE
    stop_words: Annotated[
        StopWords | None, Field(description="Leave out the stop words of this language; none when absent.")
    ] = None
    excluded_words: Annotated[
        tuple[ExcludedWord, ...],
        Field(max_length=MAX_EXCLUDED_WORDS, description="Words of the caller's own to leave out, as stop words are."),
    ] = ()
    phrases: Annotated[
        PhraseScore | None,
        Field(
            description="Join pairs of words that belong together, as new_york, judged by this score; no when absent."
        ),
    ] = None
    phrase_threshold: Annotated[
        float | None,
        Field(
            ge=-1,
            le=1_000_000,
            description="Score above which a pair is a phrase; 10 for mikolov and 0.5 for npmi when absent.",
        ),
    ] = None
    phrase_min_count: Annotated[int, Field(ge=1, le=1_000_000, description="Rarer pairs are no phrases.")] = 5

    @field_validator("algorithm", "negative", "ns_exponent", "sample")
    @classmethod
    def _is_known_to_the_trainer(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("trainer") is Trainer.MLLIB and _is_chosen(cls, value, info):
            raise ValueError("the mllib trainer knows skip-gram with hierarchical softmax alone; leave it out")
        return value

    @field_validator("negative", "ns_exponent")
    @classmethod
    def _is_of_negative_sampling(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("hierarchical_softmax") and _is_chosen(cls, value, info):
            raise ValueError("there are no noise words with hierarchical_softmax; leave one of the two out")
        return value

    @field_validator("phrase_threshold", "phrase_min_count")
    @classmethod
    def _is_of_phrases(cls, value: Any, info: ValidationInfo) -> Any:
        if "phrases" in info.data and info.data["phrases"] is None and _is_chosen(cls, value, info):
            raise ValueError("has no meaning without phrases; name a score there")
        return value

    @field_validator("phrase_threshold")
    @classmethod
    def _can_be_reached(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and value >= 1 and info.data.get("phrases") is PhraseScore.NPMI:
            raise ValueError("must be less than 1, the highest score of npmi")
        return value


def _is_chosen(kind: type[Value], value: Any, info: ValidationInfo) -> bool:
    """Whether it differs from the default: kept documents spell defaults out, and they ask for nothing."""
    return bool(value != kind.model_fields[str(info.field_name)].default)


def fitting_epochs(tokens: int) -> int:
    """Passes over the text when the caller named none: a novel needs more of them than an archive."""
    return max(MIN_EPOCHS, min(MAX_EPOCHS, ceil(TARGET_TOKENS / max(tokens, 1))))


def fitting_threshold(parameters: TrainingParameters) -> float:
    """The score above which a pair is a phrase, given or that of gensim (mikolov) or of common use (npmi)."""
    given = parameters.phrase_threshold
    return FITTING_THRESHOLD[parameters.phrases or PhraseScore.MIKOLOV] if given is None else given
