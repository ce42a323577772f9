"""What a job's steps are expected to cost, in seconds, before they are measured: a model of the work, and this machine's speed.

The speed is learnt from the jobs that ran here before, kept in a small file; a machine that keeps nothing starts from ours.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from math import log2
from pathlib import Path

from ophicleide.domain.models import Phase
from ophicleide.domain.training import Algorithm, Trainer, TrainingParameters

FILE_NAME = "speed.json"
_SECONDS_PER_WORD, _SECONDS_PER_PRODUCT = 0.6e-6, 8e-10
"""Of gensim's kernel on one thread: fixed for a word, and for each number that is multiplied; docs/training.md."""

MIN_LEARNING_SECONDS = 3.0
MOST_APART = 3.0
"""What a job took beyond so many times what was known, or less than that part of it, is taken for an accident of that job."""

_TREE_DEPTH = log2(20_000)
_SCALES = {Trainer.GENSIM: 1.0, Trainer.MLLIB: 2.2}


@dataclass(frozen=True)
class Costs:
    """Fixed seconds of each phase, and seconds for each unit of work in it."""

    starting: float = 2.0
    text_byte: float = 5e-7
    """To fetch and tokenise; all tasks together."""

    counting: float = 1.0
    counted_word: float = 3e-7
    training: float = 1.7
    """Imports and copying, before the first word is learnt."""

    learnt_word: float = 0.6
    """As a multiple of `seconds_per_word` on one thread; all threads together."""

    checking: float = 0.5
    publishing: float = 1.5

    @classmethod
    def read(cls, folder: Path) -> "Costs":
        """Those of earlier jobs; the first ones where none were kept or they cannot be read."""
        with suppress(OSError, ValueError, TypeError, AttributeError):
            kept = json.loads((folder / FILE_NAME).read_text())
            if all(isinstance(seconds, float) and seconds > 0 for seconds in kept.values()):
                return cls(**kept)
        return cls()

    def keep(self, folder: Path) -> None:
        """For later jobs; a folder that cannot be written is no trouble."""
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            written = folder / f"{FILE_NAME}.new"
            written.write_text(json.dumps(asdict(self)))
            written.replace(folder / FILE_NAME)


@dataclass(frozen=True)
class Work:
    """How much a finished job had to do."""

    text_bytes: int
    words: int
    learnt_words: int
    learning_seconds: float
    """Of the phase `training`, from the first word on."""


def learnt(before: Costs, took: Mapping[str, float], work: Work, parameters: TrainingParameters) -> Costs:
    """Half of what was known, half of what this job took; a job of a few seconds teaches nothing."""
    if work.learning_seconds < MIN_LEARNING_SECONDS:
        return before

    def between(known: float, now: float) -> float:
        return (known + min(max(now, known / MOST_APART), known * MOST_APART)) / 2

    counting = took[Phase.COUNTING] - before.counting
    return replace(
        before,
        starting=between(before.starting, took[Phase.STARTING]),
        text_byte=between(before.text_byte, took[Phase.FETCHING] / max(work.text_bytes, 1)),
        counted_word=between(before.counted_word, counting / max(work.words, 1)),
        training=between(before.training, took[Phase.TRAINING] - work.learning_seconds),
        learnt_word=between(
            before.learnt_word, work.learning_seconds / max(work.learnt_words, 1) / seconds_per_word(parameters)
        ),
        checking=between(before.checking, took[Phase.CHECKING]),
        publishing=between(before.publishing, took[Phase.PUBLISHING]),
    )


def seconds_per_word(parameters: TrainingParameters) -> float:
    """On one thread of the machine that the constants come from, with the usual thinning of frequent words."""
    tree = parameters.hierarchical_softmax or parameters.trainer is Trainer.MLLIB
    outputs = _TREE_DEPTH if tree else parameters.negative + 1
    if parameters.algorithm is Algorithm.CBOW:
        products = (outputs + parameters.window) * parameters.vector_size
    else:
        products = (parameters.window + 1) * outputs * parameters.vector_size
    return _SCALES[parameters.trainer] * (_SECONDS_PER_WORD + _SECONDS_PER_PRODUCT * products)
