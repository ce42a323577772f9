"""A made-up text in which words of one group keep company, and how well vectors tell the groups."""

from collections import Counter
from random import Random

import numpy as np

from spark_jobs.train_word2vec.corpus import Vocabulary
from spark_jobs.train_word2vec.replicas.merge import Floats

GROUPS, MEMBERS = 40, 6
COMMON = [f"common{number}" for number in range(20)]


def grouped_text(contexts: int, seed: int = 1) -> bytes:
    """Lines of ten words: half of one group, half common ones."""
    random = Random(seed)
    lines = []
    for _ in range(contexts):
        group = random.randrange(GROUPS)
        words = [f"word{group}x{random.randrange(MEMBERS)}" for _ in range(5)] + random.choices(COMMON, k=5)
        random.shuffle(words)
        lines.append(" ".join(words))
    return ("\n".join(lines) + "\n").encode()


def vocabulary_of(text: bytes) -> Vocabulary:
    counted = sorted(Counter(text.decode().split()).items(), key=lambda pair: (-pair[1], pair[0]))
    return Vocabulary([word for word, _ in counted], [count for _, count in counted])


def told_apart(vocabulary: Vocabulary, vectors: Floats) -> float:
    """Share of the groups' words whose nearest neighbours are exactly the others of the group."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near = np.argsort(-(unit @ unit.T), axis=1)[:, 1:MEMBERS]
    right = [
        all(vocabulary.words[row].startswith(word.split("x")[0] + "x") for row in near[at])
        for at, word in enumerate(vocabulary.words)
        if word.startswith("word")
    ]
    return sum(right) / len(right)
