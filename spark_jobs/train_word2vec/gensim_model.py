"""Our vocabulary and parameters as a gensim model, and its vectors as bytes. gensim's spellings live here."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ophicleide.domain.training import Algorithm, TrainingParameters
from spark_jobs.train_word2vec.corpus import Vocabulary

FINAL_LEARNING_RATE = 1e-4
_BLOCK_BYTES = 8 << 20


def new_model(vocabulary: Vocabulary, chosen: TrainingParameters, *, threads: int, contexts: int) -> Any:
    """Untrained; the seed alone decides its first vectors."""
    from gensim.models.word2vec import Word2Vec

    model = Word2Vec(
        vector_size=chosen.vector_size,
        window=chosen.window,
        min_count=1,  # the vocabulary is counted already
        sg=int(chosen.algorithm is Algorithm.SKIP_GRAM),
        hs=int(chosen.hierarchical_softmax),
        negative=0 if chosen.hierarchical_softmax else chosen.negative,
        ns_exponent=chosen.ns_exponent,
        sample=chosen.sample,
        alpha=chosen.learning_rate,
        min_alpha=min(chosen.learning_rate, FINAL_LEARNING_RATE),
        seed=chosen.seed,
        workers=threads,
        sorted_vocab=0,  # keeps our order: gensim leaves ties to numpy's unstable sort
    )
    counts = dict(zip(vocabulary.words, vocabulary.counts, strict=True))
    model.build_vocab_from_freq(counts, corpus_count=contexts)
    return model


def blocks_of(vectors: NDArray[np.float32]) -> Iterator[bytes]:
    """Their bytes, row-major, little-endian, in blocks that Spark likes."""
    data = np.ascontiguousarray(vectors, dtype="<f4").data.cast("B") if vectors.size else memoryview(b"")
    for start in range(0, data.nbytes, _BLOCK_BYTES):
        yield bytes(data[start : start + _BLOCK_BYTES])
