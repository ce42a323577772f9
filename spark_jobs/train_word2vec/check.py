"""The fifth step: vectors that cannot be answered from are not published."""

import numpy as np

from ophicleide.domain.models import Failure, FailureCode
from ophicleide.domain.search import inverse_norms
from ophicleide.domain.vectors import WordVectors
from spark_jobs.train_word2vec.failures import JobFailed


def check_vectors(vectors: WordVectors) -> None:
    """Every number finite and every word with a direction; a learning rate out of hand shows here."""
    broken = int(np.count_nonzero(~np.isfinite(vectors.matrix).all(axis=1)))
    empty = int(np.count_nonzero(inverse_norms(vectors.matrix) == 0)) if not broken else 0
    if broken or empty:
        raise JobFailed(
            Failure(
                code=FailureCode.INTERNAL,
                detail=f"Training went astray: {broken + empty} of {len(vectors.words):,} vectors are not usable. Lower learning_rate, then create the model again.",
            )
        )
